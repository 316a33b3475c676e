//! Credentials of programs that administer the server over the network. They are made by people, end with them or by
//! themselves, and are kept as a keyed hash; an API takes none of them, and nothing that an API gave out is one.

use rand_core::CryptoRng;
use stagedoor_wire::Secret;

use crate::administration::{Change, Objection};
use crate::code::Handle;
use crate::decision::{AuditEntry, Decision, Effect, Subject};
use crate::id::{AccountId, CredentialId};
use crate::keys::{KeyId, KeyRing, Purpose, Tag};
use crate::usage::Day;
use crate::{Timestamp, opaque};

const DAY_SECONDS: i64 = 24 * 3600;
/// How long one lives where nothing is said, in days.
pub const USUAL_DAYS: i64 = 90;
/// How long one lives at most, in days.
pub const MOST_DAYS: i64 = 400;

/// Where it goes into the hash: no API's name begins so.
const WHAT: &[u8] = b"\0admin credential\0";

/// What a credential may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AdminScope {
    /// See everything, secrets excepted, which nobody sees.
    Read,
    /// Change everything.
    Write,
}

impl AdminScope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// At least one scope. Neither has the other in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdminScopes {
    read: bool,
    write: bool,
}

impl AdminScopes {
    /// From names, with blanks between them; `None` where there is none, or one that is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        let mut scopes = Self { read: false, write: false };
        for name in text.split_ascii_whitespace() {
            match AdminScope::ALL.into_iter().find(|scope| scope.as_str() == name)? {
                AdminScope::Read => scopes.read = true,
                AdminScope::Write => scopes.write = true,
            }
        }
        (scopes.read || scopes.write).then_some(scopes)
    }

    /// Whether this one is among them.
    pub fn include(self, scope: AdminScope) -> bool {
        match scope {
            AdminScope::Read => self.read,
            AdminScope::Write => self.write,
        }
    }

    /// As they are stored.
    pub fn as_str(self) -> &'static str {
        match (self.read, self.write) {
            (true, true) => "read write",
            (false, true) => "write",
            _ => "read",
        }
    }
}

/// A credential's row: enough to check it, not to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminCredential {
    pub id: CredentialId,
    /// No other has it.
    pub name: String,
    pub scopes: AdminScopes,
    /// The administrator it ends with; none where who made it has no account here.
    pub made_by: Option<AccountId>,
    pub key: KeyId,
    pub hash: Tag,
    pub created: Timestamp,
    pub expires: Timestamp,
    /// As coarse as that, so that a call need not write.
    pub last_used: Option<Day>,
}

impl AdminCredential {
    /// Whether `presented` is this one, in constant time, and it has not expired.
    pub fn accepts(&self, keys: &KeyRing, presented: &Handle, now: Timestamp) -> bool {
        let (id, hash) = (self.id.0.to_be_bytes(), presented.hash());
        now < self.expires && keys.verify(Purpose::ClientSecret, self.key, &[WHAT, &id, &hash], &self.hash)
    }
}

/// Reads a credential's form.
pub fn read(text: &str) -> Option<Handle> {
    Handle::read(opaque::ADMIN_CREDENTIAL, text)
}

/// What one is made of.
#[derive(Clone, Debug)]
pub struct Terms {
    pub name: String,
    pub scopes: AdminScopes,
    pub made_by: Option<AccountId>,
    /// The usual time from now where it is left out.
    pub expires: Option<Timestamp>,
}

/// One that was just made: the text for its owner, the row for the store.
#[derive(Clone, Debug)]
pub struct NewAdminCredential {
    pub text: Secret,
    pub stored: AdminCredential,
}

impl NewAdminCredential {
    /// The credential with this handle.
    pub fn of(handle: &Handle, terms: Terms, keys: &KeyRing, now: Timestamp) -> Self {
        let (id, key) = (handle.id.to_be_bytes(), keys.active(Purpose::ClientSecret, now));
        let hash = keys.tag(Purpose::ClientSecret, key, &[WHAT, &id, &handle.hash()]).unwrap_or_default();
        let Terms { name, scopes, made_by, expires } = terms;
        let expires = expires.unwrap_or(now.plus_seconds(USUAL_DAYS * DAY_SECONDS));
        let id = CredentialId(handle.id);
        let last_used = None;
        let stored =
            AdminCredential { id, name, scopes, made_by, key, hash, created: now, expires, last_used };
        Self { text: handle.write(opaque::ADMIN_CREDENTIAL), stored }
    }
}

/// Makes one. `taken`: whether another has its name.
pub fn create(
    terms: Terms,
    taken: bool,
    keys: &KeyRing,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<NewAdminCredential, Objection> {
    if taken {
        return Decision::refuse(Objection::CredentialNameTaken);
    }
    if terms.expires.is_some_and(|expires| expires <= now) {
        return Decision::refuse(Objection::EndInThePast);
    }
    if terms.expires.is_some_and(|expires| expires > now.plus_seconds(MOST_DAYS * DAY_SECONDS)) {
        return Decision::refuse(Objection::EndTooFar { days: MOST_DAYS });
    }
    let handle = Handle::new(CredentialId::new(now, rng).0, rng);
    let new = NewAdminCredential::of(&handle, terms, keys, now);
    let (id, scopes) = (new.stored.id, new.stored.scopes.as_str());
    let what = format!("admin credential made: {}, for {scopes}", new.stored.name);
    let effects = vec![
        Effect::Administer(Change::AddCredential(new.stored.clone())),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Credential(id))),
    ];
    Decision { reply: Ok(new), effects }
}

/// Ends one.
pub fn revoke(credential: &AdminCredential, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    let (id, what) = (credential.id, format!("admin credential revoked: {}", credential.name));
    let effects = vec![
        Effect::Administer(Change::RemoveCredential { credential: id }),
        Effect::Audit(AuditEntry::new(now, actor, &what, Subject::Credential(id))),
    ];
    Decision { reply: Ok(()), effects }
}

/// Notes that one was used; nothing where that was noted today already.
pub fn note_use(credential: &AdminCredential, now: Timestamp) -> Vec<Effect> {
    let day = Day::of(now);
    if credential.last_used.is_some_and(|last| last.0 >= day.0) {
        return Vec::new();
    }
    vec![Effect::Administer(Change::NoteCredentialUse { credential: credential.id, day })]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn keys(seed: u64) -> KeyRing {
        KeyRing::parse(&KeyRing::generate(NOW, &mut StdRng::seed_from_u64(seed))).unwrap()
    }

    fn terms(days: Option<i64>) -> Terms {
        let expires = days.map(|days| NOW.plus_seconds(days * DAY_SECONDS));
        let scopes = AdminScopes::parse("read").unwrap();
        Terms { name: "deploy".to_owned(), scopes, made_by: None, expires }
    }

    #[test]
    fn scopes() {
        for (text, expected) in [
            ("read", Some("read")),
            ("write", Some("write")),
            (" write  read ", Some("read write")),
            ("", None),
            ("read admin", None),
            ("Read", None),
        ] {
            assert_eq!(AdminScopes::parse(text).map(AdminScopes::as_str), expected, "{text}");
        }
        let write = AdminScopes::parse("write").unwrap();
        assert!(write.include(AdminScope::Write) && !write.include(AdminScope::Read));
    }

    #[test]
    fn of_these_keys_until_it_expires() {
        let (own, rng) = (keys(1), &mut StdRng::seed_from_u64(3));
        let new = create(terms(None), false, &own, "ada", NOW, rng).reply.unwrap();
        let handle = read(new.text.expose()).unwrap();
        let at = |days: i64| NOW.plus_seconds(days * DAY_SECONDS);
        assert!(new.stored.accepts(&own, &handle, NOW) && new.stored.accepts(&own, &handle, at(89)));
        assert!(!new.stored.accepts(&own, &handle, at(USUAL_DAYS)), "it has expired");
        assert!(!new.stored.accepts(&keys(2), &handle, NOW), "of another server");
        let other = create(terms(None), false, &own, "ada", NOW, rng).reply.unwrap();
        assert!(!new.stored.accepts(&own, &read(other.text.expose()).unwrap(), NOW));
        // Its random half belongs to its row.
        let moved = AdminCredential { id: other.stored.id, ..new.stored.clone() };
        assert!(!moved.accepts(&own, &handle, NOW));
        assert!(read(&new.text.expose().replace("sdm_", "sda_")).is_none());
    }

    #[test]
    fn how_long() {
        let made = |days| {
            create(terms(Some(days)), false, &keys(1), "ada", NOW, &mut StdRng::seed_from_u64(3)).reply
        };
        assert!(made(1).is_ok() && made(MOST_DAYS).is_ok());
        assert_eq!(made(0).unwrap_err(), Objection::EndInThePast);
        assert_eq!(made(MOST_DAYS + 1).unwrap_err(), Objection::EndTooFar { days: MOST_DAYS });
    }

    #[test]
    fn use_is_noted_once_a_day() {
        let new =
            create(terms(None), false, &keys(1), "ada", NOW, &mut StdRng::seed_from_u64(3)).reply.unwrap();
        assert_eq!(note_use(&new.stored, NOW).len(), 1);
        let used = AdminCredential { last_used: Some(Day::of(NOW)), ..new.stored };
        assert!(note_use(&used, NOW).is_empty());
        assert_eq!(note_use(&used, NOW.plus_seconds(DAY_SECONDS)).len(), 1);
    }
}
