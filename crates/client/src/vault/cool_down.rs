//! How long a provider asked an app to stay away: kept on disk, so that the next process knows it too.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stagedoor_wire::{ClientId, Timestamp};

use super::VaultError;
use super::folder::Folder;
use super::lock::Lock;
use crate::clock::Moment;
use crate::provider::BaseUrl;

/// Whom a cool-down holds for: one app at one host, whoever it acts for.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CoolDownKey {
    base: String,
    client_id: String,
}

impl CoolDownKey {
    /// For `client_id` at `base`, the accounts or the API host.
    pub fn new(base: &BaseUrl, client_id: &ClientId) -> Self {
        Self { base: base.to_string(), client_id: client_id.as_str().to_owned() }
    }

    /// The base URL's text.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The client id's text.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// A file name for it.
    fn stem(&self) -> String {
        // A URL holds no line break, so no two keys join to the same text.
        let hash = Sha256::digest(format!("{}\n{}", self.base, self.client_id));
        hash[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Until when a provider wants no more requests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoolDown {
    /// The wall clock's time at which it ends, to be shown; what counts is [`CoolDown::remaining_seconds`].
    pub until: Timestamp,
    /// When the answer came that asked for it.
    pub since: Moment,
    /// How long it lasts from `since`.
    pub seconds: u32,
    /// What was used up.
    pub why: CoolDownKind,
}

/// What a provider says was used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoolDownKind {
    /// Requests per time.
    Rate,
    /// An allowance per day or month.
    Quota,
}

impl CoolDownKind {
    /// The longest pause that is believed, in seconds: a day for a rate, the longest month for a quota. A slip of the
    /// provider's must not lock an app out for years.
    pub fn longest_seconds(self) -> u32 {
        match self {
            Self::Rate => 86_400,
            Self::Quota => 31 * 86_400,
        }
    }
}

impl CoolDown {
    /// Whole seconds it still lasts at `now`, rounded up; 0 when it has ended.
    pub fn remaining_seconds(&self, now: Moment) -> u32 {
        let left = (u64::from(self.seconds) * 1000).saturating_sub(self.since.millis_until(now));
        u32::try_from(left.div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

/// The cool-down that is noted for `key`.
pub(super) fn read(folder: &Folder, key: &CoolDownKey) -> Result<Option<CoolDown>, VaultError> {
    Ok(stored(folder, &file(&key.stem()))?.map(|stored| stored.cool_down()))
}

/// All that are noted.
pub(super) fn all(folder: &Folder) -> Result<Vec<(CoolDownKey, CoolDown)>, VaultError> {
    let mut files = folder.list()?;
    files.retain(|name| name.ends_with(END) && !name.starts_with('.'));
    files.sort();
    let found = files.iter().map(|file| stored(folder, file)).filter_map(Result::transpose);
    found.map(|stored| stored.map(|stored| (stored.key.clone(), stored.cool_down()))).collect()
}

/// Notes `cool_down`, unless the one that is noted lasts longer: requests that were under way together are told
/// different ends.
pub(super) fn extend(folder: &Folder, key: &CoolDownKey, cool_down: &CoolDown) -> Result<(), VaultError> {
    let stem = key.stem();
    let _lock = Lock::take(folder, &stem)?;
    folder.clear(&stem)?;
    let noted = read(folder, key)?;
    if noted.is_some_and(|noted| noted.remaining_seconds(cool_down.since) >= cool_down.seconds) {
        return Ok(());
    }
    let file = file(&stem);
    let json = serde_json::to_vec(&StoredCoolDown::new(key, cool_down));
    let json = json.map_err(|error| VaultError::system("write", &folder.file(&file))(error.into()))?;
    folder.replace(&stem, &file, &json)?;
    folder.sync()
}

/// Forgets what is noted for `key`.
pub(super) fn lift(folder: &Folder, key: &CoolDownKey) -> Result<(), VaultError> {
    let stem = key.stem();
    let _lock = Lock::take(folder, &stem)?;
    folder.delete(&file(&stem))?;
    folder.sync()
}

const END: &str = ".json";

fn file(stem: &str) -> String {
    format!("{stem}{END}")
}

/// A file that cannot be understood counts as none: the worst that follows is that the provider says it again.
fn stored(folder: &Folder, file: &str) -> Result<Option<StoredCoolDown>, VaultError> {
    Ok(folder.read(file)?.and_then(|json| serde_json::from_slice(&json).ok()))
}

/// A cool-down's file. It says whose it is, because its name does not.
#[derive(Serialize, Deserialize)]
struct StoredCoolDown {
    #[serde(flatten)]
    key: CoolDownKey,
    until_millis: i64,
    since: Moment,
    seconds: u32,
    why: CoolDownKind,
}

impl StoredCoolDown {
    fn new(key: &CoolDownKey, cool_down: &CoolDown) -> Self {
        let CoolDown { until, since, seconds, why } = *cool_down;
        Self { key: key.clone(), until_millis: until.0, since, seconds, why }
    }

    fn cool_down(&self) -> CoolDown {
        let Self { until_millis, since, seconds, why, .. } = *self;
        CoolDown { until: Timestamp(until_millis), since, seconds, why }
    }
}
