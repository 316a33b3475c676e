//! The deprecated pair of headers that stands for a token: an id and a key.

use rand_core::CryptoRng;
use stagedoor_wire::{ClientId, Secret};

use crate::access_token::Standing;
use crate::administration::{Change, LegacyKeyName, Objection};
use crate::app::Stage;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::AppId;
use crate::keys::{KeyId, Purpose, Tag};
use crate::team::Team;
use crate::{Rules, Timestamp};

/// A legacy key's row with what a call needs of its app.
#[derive(Clone, Debug)]
pub struct LegacyKey {
    /// The text of the id header.
    pub id: String,
    pub key: KeyId,
    pub hash: Tag,
    pub app: AppId,
    pub client_id: ClientId,
    pub stage: Stage,
    pub team: Team,
    /// When it stops working.
    pub ends: Option<Timestamp>,
}

impl LegacyKey {
    /// Whether `text` is this key and it still works.
    pub fn accepts(&self, rules: &Rules, text: &Secret, now: Timestamp) -> bool {
        let alive = self.ends.is_none_or(|ends| now < ends) && self.stage != Stage::Suspended;
        alive && rules.keys.verify(Purpose::ClientSecret, self.key, &parts(rules, &self.id, text), &self.hash)
    }

    /// Whether the API serves its app, by the rule that tokens are made by. It stands for no person.
    pub fn standing(&self, rules: &Rules) -> Standing {
        if self.stage.is_listed(rules.dialect.apps.creation) {
            Standing::Served
        } else {
            Standing::AppNotListed
        }
    }
}

/// The key's hash under the key active now.
pub fn hash(rules: &Rules, id: &str, text: &Secret, now: Timestamp) -> (KeyId, Tag) {
    let key = rules.keys.active(Purpose::ClientSecret, now);
    (key, rules.keys.tag(Purpose::ClientSecret, key, &parts(rules, id, text)).unwrap_or_default())
}

fn parts<'a>(rules: &'a Rules, id: &'a str, text: &'a Secret) -> [&'a [u8]; 5] {
    [rules.api.as_bytes(), b"\0legacy\0", id.as_bytes(), b"\0", text.expose().as_bytes()]
}

/// A legacy key as administrators see it; its hash is of use where the same keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegacyKeyRecord {
    pub name: LegacyKeyName,
    pub app: AppId,
    pub key: KeyId,
    pub hash: Tag,
    pub ends: Option<Timestamp>,
}

/// A pair that is to be: both halves are made here, or taken over from an older system.
#[derive(Debug, Clone, Default)]
pub struct NewLegacyKey {
    pub id: Option<String>,
    pub key: Option<Secret>,
    pub ends: Option<Timestamp>,
}

/// A pair that was made: the id and key for its owner.
#[derive(Debug, Clone)]
pub struct AddedLegacyKey {
    pub id: String,
    pub key: Secret,
}

/// Adds a pair. `taken`: whether the API has one with this id.
pub fn add(
    rules: &Rules,
    app: AppId,
    new: NewLegacyKey,
    taken: bool,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<AddedLegacyKey, Objection> {
    if taken {
        return Decision::refuse(Objection::LegacyKeyTaken);
    }
    if new.ends.is_some_and(|ends| ends <= now) {
        return Decision::refuse(Objection::EndInThePast);
    }
    let id = new.id.unwrap_or_else(|| hex::<8>(rng));
    let text = new.key.unwrap_or_else(|| Secret::new(hex::<16>(rng)));
    let (key, hash) = hash(rules, &id, &text, now);
    let what = format!("legacy key added: {id}");
    let effects = vec![
        Effect::AddLegacyKey { api: rules.api.clone(), id: id.clone(), app, key, hash, ends: new.ends },
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(app))),
    ];
    Decision { reply: Ok(AddedLegacyKey { id, key: text }), effects }
}

/// Whether `text` is the key that `record` keeps a hash of, be it over or not.
pub fn is_same(rules: &Rules, record: &LegacyKeyRecord, text: &Secret) -> bool {
    let parts = parts(rules, &record.name.id, text);
    rules.keys.verify(Purpose::ClientSecret, record.key, &parts, &record.hash)
}

/// Says when a pair stops working; `None`: not by itself.
pub fn set_end(
    record: &LegacyKeyRecord,
    ends: Option<Timestamp>,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    if ends.is_some_and(|ends| ends <= now) {
        return Decision::refuse(Objection::EndInThePast);
    }
    let until = ends.map_or_else(|| "never".to_owned(), |ends| ends.to_string());
    let what = format!("legacy key ends: {} {until}", record.name.id);
    let effects = vec![
        Effect::Administer(Change::SetLegacyKeyEnd { key: record.name.clone(), ends }),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(record.app))),
    ];
    Decision { reply: Ok(()), effects }
}

/// Removes a pair: it works no more.
pub fn remove(record: &LegacyKeyRecord, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    let what = format!("legacy key removed: {}", record.name.id);
    let effects = vec![
        Effect::Administer(Change::RemoveLegacyKey { key: record.name.clone() }),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::App(record.app))),
    ];
    Decision { reply: Ok(()), effects }
}

fn hex<const N: usize>(rng: &mut impl CryptoRng) -> String {
    let mut bytes = [0u8; N];
    rng.fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
