//! `[keys]`.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use stagedoor_protocol::keys::KeyRing;
use zeroize::Zeroizing;

use super::check::{Check, read_private};
use super::identity::Identity;

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
#[derive(Clone, Debug)]
pub struct Keys {
    pub place: KeyPlace,
    pub ring: Arc<KeyRing>,
    /// The file that was read.
    pub(crate) as_of: Identity,
}

/// Where keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Keys {
    /// Reads the keys; an error is what an operator reads. Blocks.
    pub(crate) fn read(place: KeyPlace) -> Result<Self, String> {
        let as_of = place.identity();
        let text = match &place {
            KeyPlace::File(path) => {
                let cure = "put the key file back, or let `stagedoor init` write one for a new database";
                read_private(path, cure)?
            }
            KeyPlace::Environment(name) => Zeroizing::new(std::env::var(name).map_err(|_| {
                format!("the environment has no {name}: set it to the text of a key file, or write `file`")
            })?),
        };
        match KeyRing::parse(&text) {
            Ok(ring) => Ok(Self { place, ring: Arc::new(ring), as_of }),
            Err(error) => Err(format!("{place}: {error}; put back a copy of it")),
        }
    }
}

impl KeyPlace {
    /// The file there is now; a process's environment does not change. Blocks.
    pub(crate) fn identity(&self) -> Identity {
        match self {
            Self::File(path) => Identity::of(path),
            Self::Environment(_) => Identity::default(),
        }
    }
}

impl KeysSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<Keys> {
        let (place, at) = match (self.file, self.env) {
            (Some(_), Some(_)) => {
                check.wrong("keys.env", "there are `file` and `env`: keep one of them");
                return None;
            }
            (None, Some(name)) => (KeyPlace::Environment(name), "keys.env"),
            (file, None) => {
                let path = check.path(&file.unwrap_or_else(|| "stagedoor.key".into()));
                (KeyPlace::File(path), "keys.file")
            }
        };
        Keys::read(place).map_err(|message| check.wrong(at, message)).ok()
    }
}
