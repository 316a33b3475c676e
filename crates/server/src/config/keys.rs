//! `[keys]`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use stagedoor_protocol::keys::KeyRing;
use zeroize::Zeroizing;

use super::check::Check;

/// Where the keys are that tokens and secrets rest on. Only one of the two is written.
#[derive(Deserialize, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [keys]")]
pub(super) struct KeysSection {
    /// The key file, which its owner alone can read (mode 0600); `stagedoor.key` where neither is written.
    file: Option<PathBuf>,
    /// Name of an environment variable that holds the text of a key file.
    env: Option<String>,
}

/// The keys and where they came from.
#[derive(Debug)]
pub struct Keys {
    pub place: KeyPlace,
    pub ring: Arc<KeyRing>,
}

/// Where keys are.
#[derive(Debug)]
pub enum KeyPlace {
    File(PathBuf),
    /// Name of the variable.
    Environment(String),
}

impl fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Environment(name) => write!(f, "${name}"),
        }
    }
}

impl KeysSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<Keys> {
        let (place, at, text) = match (self.file, self.env) {
            (Some(_), Some(_)) => {
                check.wrong("keys.env", "there are `file` and `env`: keep one of them");
                return None;
            }
            (None, Some(name)) => {
                let message = format!(
                    "the environment has no {name}: set it to the text of a key file, or write `file`"
                );
                let text = check.needed(std::env::var(&name).ok(), "keys.env", message)?;
                (KeyPlace::Environment(name), "keys.env", text)
            }
            (file, None) => {
                let path = check.path(&file.unwrap_or_else(|| "stagedoor.key".into()));
                let cure = "put the key file back, or let `stagedoor init` write one for a new database";
                let text = check.read_private(&path, "keys.file", cure)?;
                (KeyPlace::File(path), "keys.file", text)
            }
        };
        match KeyRing::parse(&Zeroizing::new(text)) {
            Ok(ring) => Some(Keys { place, ring: Arc::new(ring) }),
            Err(error) => {
                check.wrong(at, format!("{place}: {error}; put back a copy of it"));
                None
            }
        }
    }
}
