//! Phantom tokens: what an application shows on the TCP port in the place of a real token, in a header of its own. Only
//! hashes are kept. One that leaks opens nothing beyond this machine, and is removed without anybody signing in again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderName;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stagedoor_wire::{Secret, Timestamp};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::error::BrokerError;
use super::private_file;
use super::refusal::Refusal;
use crate::credential::CredentialName;
use crate::entropy;

/// The header a key stands in.
pub const KEY_HEADER: HeaderName = HeaderName::from_static("x-stagedoor-key");
/// For secret scanners.
const PREFIX: &str = "stagedoor_key_";
const FILE: &str = "broker-keys.json";
const LOCK: &str = "broker-keys.lock";

/// An application that has a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// What its owner calls it.
    pub app: String,
    /// The credentials it may use; all where `None`.
    pub names: Option<Vec<String>>,
    /// When its key was made, in seconds since the Unix epoch.
    pub created: i64,
    /// SHA-256 of the key, which has 256 random bits: nothing slower is needed.
    #[serde(with = "hex")]
    hash: [u8; 32],
}

impl Application {
    pub(super) fn may_use(&self, name: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.iter().any(|own| own == name))
    }
}

/// Makes a key for `app`, which may use the credentials `names`, or all. It is told once and kept nowhere.
pub fn add(
    folder: &Path,
    app: &CredentialName,
    names: Option<Vec<CredentialName>>,
    now: Timestamp,
) -> Result<Secret, BrokerError> {
    let mut random = [0; 32];
    entropy::rng().fill_bytes(&mut random);
    let key = Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random)));
    change(folder, |applications| {
        if applications.iter().any(|known| known.app == app.as_str()) {
            return Err(BrokerError::KeyExists(app.to_string()));
        }
        let names = names.map(|names| names.iter().map(ToString::to_string).collect());
        let hash = Sha256::digest(key.expose()).into();
        applications.push(Application { app: app.to_string(), names, created: now.seconds(), hash });
        Ok(())
    })?;
    Ok(key)
}

/// Ends the key of `app`, also in a broker that runs.
pub fn remove(folder: &Path, app: &str) -> Result<(), BrokerError> {
    change(folder, |applications| {
        let before = applications.len();
        applications.retain(|known| known.app != app);
        if applications.len() == before { Err(BrokerError::NoKey(app.to_owned())) } else { Ok(()) }
    })
}

/// The applications that have keys.
pub fn list(folder: &Path) -> Result<Vec<Application>, BrokerError> {
    let path = folder.join(FILE);
    let Some(json) = private_file::read(&path)? else { return Ok(Vec::new()) };
    serde_json::from_slice(&json).map_err(|_| BrokerError::Keys(path))
}

fn change(
    folder: &Path,
    change: impl FnOnce(&mut Vec<Application>) -> Result<(), BrokerError>,
) -> Result<(), BrokerError> {
    private_file::ensure_folder(folder)?;
    let _lock = private_file::lock(&folder.join(LOCK))?;
    let mut applications = list(folder)?;
    change(&mut applications)?;
    let path = folder.join(FILE);
    let json = serde_json::to_vec_pretty(&applications).map_err(|_| BrokerError::Keys(path.clone()))?;
    Ok(private_file::replace(&path, &json)?)
}

/// The keys as a running broker knows them: read again whenever the file is another one.
#[derive(Debug)]
pub(super) struct Applications {
    folder: PathBuf,
    known: Mutex<(Option<Stamp>, Arc<[Application]>)>,
}

/// What tells one version of a file from another: it is replaced as a whole.
type Stamp = (u64, i64, i64, u64);

impl Applications {
    /// Fails on a file that cannot be used.
    pub(super) fn open(folder: &Path) -> Result<Self, BrokerError> {
        let own = Self { folder: folder.to_owned(), known: Mutex::new((None, Arc::default())) };
        list(folder)?;
        Ok(own)
    }

    /// Whose key `presented` is.
    pub(super) fn whose(&self, presented: &[u8]) -> Result<Application, Refusal> {
        let applications = self.current()?;
        let hash: [u8; 32] = Sha256::digest(presented).into();
        // All are looked at, so that the time tells nothing (RFC 9700 §4.14).
        let (mut at, mut found) = (0, Choice::from(0));
        for (index, application) in (0_u32..).zip(applications.iter()) {
            let same = application.hash.ct_eq(&hash);
            at = u32::conditional_select(&at, &index, same);
            found |= same;
        }
        let application = applications.get(at as usize).filter(|_| bool::from(found));
        application.cloned().ok_or(Refusal::KeyUnknown)
    }

    fn current(&self) -> Result<Arc<[Application]>, Refusal> {
        let stamp = fs::metadata(self.folder.join(FILE))
            .ok()
            .map(|file| (file.ino(), file.mtime(), file.mtime_nsec(), file.len()));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp.is_none() || known.0 != stamp {
            let read = list(&self.folder).map_err(|error| Refusal::Fault(error.to_string()))?;
            *known = (stamp, read.into());
        }
        Ok(Arc::clone(&known.1))
    }
}

mod hex {
    //! A hash as text.

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut hash = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(de::Error::custom("64 hexadecimal digits were expected"));
        }
        for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(de::Error::custom)?;
        }
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use tempfile::TempDir;

    use super::*;

    fn name(text: &str) -> CredentialName {
        CredentialName::new(text).unwrap()
    }

    #[test]
    fn made_shown_once_and_removed_while_in_use() {
        let temporary = TempDir::new().unwrap();
        let folder = temporary.path().join("vault");
        let now = Timestamp::from_seconds(1_800_000_000);
        let applications = Applications::open(&folder).unwrap();
        assert!(matches!(applications.whose(b""), Err(Refusal::KeyUnknown)));
        let reports = add(&folder, &name("reports"), Some(vec![name("spotify")]), now).unwrap();
        let player = add(&folder, &name("player"), None, now).unwrap();
        assert!(matches!(add(&folder, &name("player"), None, now), Err(BrokerError::KeyExists(_))));

        let whose = |key: &str| applications.whose(key.as_bytes());
        let (first, second) = (whose(reports.expose()).unwrap(), whose(player.expose()).unwrap());
        assert_eq!((first.app.as_str(), second.app.as_str()), ("reports", "player"));
        assert!(first.may_use("spotify") && !first.may_use("bandcamp") && second.may_use("bandcamp"));
        let cut = &player.expose()[..player.expose().len() - 1];
        for wrong in ["", cut, "stagedoor_key_", &format!("{}x", player.expose())] {
            assert!(matches!(whose(wrong), Err(Refusal::KeyUnknown)), "{wrong}");
        }

        remove(&folder, "player").unwrap();
        assert!(matches!(whose(player.expose()), Err(Refusal::KeyUnknown)));
        assert!(whose(reports.expose()).is_ok());
        assert!(matches!(remove(&folder, "player"), Err(BrokerError::NoKey(_))));
    }

    #[test]
    fn hashes_alone_in_a_file_of_ones_own() {
        let temporary = TempDir::new().unwrap();
        let folder = temporary.path().join("vault");
        let key = add(&folder, &name("player"), None, Timestamp(0)).unwrap();
        let path = folder.join(FILE);
        assert!(!fs::read_to_string(&path).unwrap().contains(&key.expose()[PREFIX.len()..]));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Applications::open(&folder), Err(BrokerError::Vault(_))));
    }
}
