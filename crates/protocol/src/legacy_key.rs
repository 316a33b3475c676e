//! The deprecated pair of headers that stands for a token: an id and a key.

use stagedoor_wire::{ClientId, Secret};

use crate::access_token::Standing;
use crate::app::Stage;
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
