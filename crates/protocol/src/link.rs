//! Codes of the links in mails: to confirm an e-mail address, to set a forgotten password, to make the account one was
//! invited to make. Nothing is kept for them: a code is a MAC under the key file over what it is for, until when, and how
//! the account stands. When the account's password, epoch or confirmation has changed, its codes are void, the one that
//! changed it included; the commit makes sure of that ([`as_it_was`]).

use stagedoor_wire::Secret;

use crate::account::Email;
use crate::administration::Expectation;
use crate::decision::Effect;
use crate::id::AccountId;
use crate::keys::{KeyId, KeyRing, Purpose};
use crate::session::Account;
use crate::{Timestamp, opaque};

/// What a link does to an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errand {
    /// Confirms that its e-mail is the person's.
    Confirm,
    /// Sets a password in place of one that was forgotten.
    Reset,
}

impl Errand {
    /// How long the link works, in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Confirm => 24 * 3600,
            Self::Reset => 3600,
        }
    }

    /// Forms are bound to a cookie of 32 letters instead, so that neither is ever taken for the other.
    fn what(self) -> &'static [u8] {
        match self {
            Self::Confirm => b"confirm an e-mail\0",
            Self::Reset => b"reset a password\0",
        }
    }
}

/// How long an invitation works, in seconds: a week.
pub const INVITATION_SECONDS: i64 = 7 * 24 * 3600;
const INVITATION: &[u8] = b"invitation\0";

/// The code of a link for this account as it stands.
pub fn code(keys: &KeyRing, errand: Errand, account: &Account, now: Timestamp) -> Secret {
    let expires = now.plus_seconds(errand.seconds()).seconds();
    let payload = [account.id.0.to_be_bytes(), expires.to_be_bytes()].concat();
    seal(keys, &payload, errand.what(), &standing(account), now)
}

/// The account that a code is about. Nothing is verified by that.
pub fn account_of(presented: &Secret) -> Option<AccountId> {
    let opened = Opened::of(presented)?;
    Some(AccountId(i64::from_be_bytes(*opened.payload.first_chunk()?)))
}

/// Whether `presented` is a code for this account as it stands, and in time. Compares in constant time.
pub fn is_code(
    keys: &KeyRing,
    errand: Errand,
    account: &Account,
    presented: &Secret,
    now: Timestamp,
) -> bool {
    let Some(opened) = Opened::of(presented) else { return false };
    let Some((id, expires)) = opened.payload.split_first_chunk::<8>() else { return false };
    let Ok(expires) = expires.try_into().map(i64::from_be_bytes) else { return false };
    i64::from_be_bytes(*id) == account.id.0
        && now.seconds() < expires
        && opened.is_under(keys, errand.what(), &standing(account))
}

/// Expects the account to stand as it did when its code or password was looked at: of two who use one code, one does.
pub fn as_it_was(account: &Account) -> Effect {
    Effect::Expect(Expectation::AccountIs {
        account: account.id,
        epoch: account.epoch,
        password_hash: account.password_hash.clone(),
        confirmed: account.confirmed,
    })
}

/// The code of an invitation for whoever reads this mailbox. `restored` is the epoch of the last restoration, as for
/// [`crate::setup`].
pub fn invitation(keys: &KeyRing, email: &Email, restored: u32, now: Timestamp) -> Secret {
    let expires = now.plus_seconds(INVITATION_SECONDS).seconds();
    let payload = [expires.to_be_bytes().as_slice(), email.as_str().as_bytes()].concat();
    seal(keys, &payload, INVITATION, &restored.to_be_bytes(), now)
}

/// Whom an invitation is for, where it is one and in time.
pub fn invited(keys: &KeyRing, restored: u32, presented: &Secret, now: Timestamp) -> Option<Email> {
    let opened =
        Opened::of(presented).filter(|opened| opened.is_under(keys, INVITATION, &restored.to_be_bytes()))?;
    let (expires, email) = opened.payload.split_first_chunk::<8>()?;
    let email = std::str::from_utf8(email).ok()?;
    (now.seconds() < i64::from_be_bytes(*expires)).then(|| Email::from_stored(email.to_owned()))
}

/// How an account stands. The hash comes last: it alone has no fixed length.
fn standing(account: &Account) -> Vec<u8> {
    let mut bytes = account.epoch.to_be_bytes().to_vec();
    bytes.push(u8::from(account.confirmed));
    bytes.extend(account.password_hash.as_bytes());
    bytes
}

/// Key, tag and payload, wrapped: letters, digits, `-` and `_`, which no mail program breaks or escapes.
fn seal(keys: &KeyRing, payload: &[u8], what: &[u8], standing: &[u8], now: Timestamp) -> Secret {
    let key = keys.active(Purpose::Form, now);
    let tag = keys.tag(Purpose::Form, key, &[&covered(what, payload, standing)]).unwrap_or_default();
    opaque::wrap("", &[key.0.to_be_bytes().as_slice(), &tag, payload].concat())
}

/// What the MAC covers. The payload's length stands before it, so that nothing can move between it and what follows.
fn covered(what: &[u8], payload: &[u8], standing: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_be_bytes();
    [what, length.as_slice(), payload, standing].concat()
}

/// A code taken apart.
struct Opened {
    key: KeyId,
    tag: [u8; 16],
    payload: Vec<u8>,
}

impl Opened {
    /// An invitation for the longest e-mail there is has 280 bytes.
    fn of(presented: &Secret) -> Option<Self> {
        let mut buffer = [0; 280];
        let bytes = opaque::unwrap("", presented.expose(), &mut buffer)?;
        let (key, rest) = bytes.split_first_chunk::<2>()?;
        let (tag, payload) = rest.split_first_chunk::<16>()?;
        Some(Self { key: KeyId(u16::from_be_bytes(*key)), tag: *tag, payload: payload.to_vec() })
    }

    fn is_under(&self, keys: &KeyRing, what: &[u8], standing: &[u8]) -> bool {
        keys.verify(Purpose::Form, self.key, &[&covered(what, &self.payload, standing)], &self.tag)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn ring(seed: u64) -> KeyRing {
        KeyRing::parse(&KeyRing::generate(NOW, &mut StdRng::seed_from_u64(seed))).unwrap()
    }

    fn ada() -> Account {
        Account {
            id: AccountId(5),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            password_hash: "$argon2id$one".to_owned(),
            epoch: 3,
            suspended: false,
            confirmed: false,
        }
    }

    #[test]
    fn of_this_account_as_it_stands() {
        let (keys, ada) = (ring(1), ada());
        let code = code(&keys, Errand::Confirm, &ada, NOW);
        let is = |keys: &KeyRing, errand, account: &Account, now| is_code(keys, errand, account, &code, now);
        assert_eq!(account_of(&code), Some(ada.id));
        assert!(is(&keys, Errand::Confirm, &ada, NOW));
        assert!(!is(&keys, Errand::Reset, &ada, NOW), "for something else");
        assert!(!is(&ring(2), Errand::Confirm, &ada, NOW), "of other keys");
        for changed in [
            Account { id: AccountId(6), ..self::ada() },
            Account { epoch: 4, ..self::ada() },
            Account { confirmed: true, ..self::ada() },
            Account { password_hash: "$argon2id$two".to_owned(), ..self::ada() },
        ] {
            assert!(!is(&keys, Errand::Confirm, &changed, NOW), "{changed:?}");
        }
    }

    #[test]
    fn in_time() {
        let (keys, ada) = (ring(1), ada());
        for (errand, seconds) in [(Errand::Confirm, 24 * 3600), (Errand::Reset, 3600)] {
            let code = code(&keys, errand, &ada, NOW);
            assert!(is_code(&keys, errand, &ada, &code, NOW.plus_seconds(seconds - 1)));
            assert!(!is_code(&keys, errand, &ada, &code, NOW.plus_seconds(seconds)));
        }
    }

    #[test]
    fn invitations() {
        let keys = ring(1);
        let email = Email::parse(&format!("{}@example.com", "a".repeat(242))).unwrap();
        let code = invitation(&keys, &email, 7, NOW);
        let read = |keys: &KeyRing, restored, now| invited(keys, restored, &code, now);
        assert_eq!(read(&keys, 7, NOW).as_ref(), Some(&email));
        assert_eq!(read(&keys, 8, NOW), None, "of another restoration");
        assert_eq!(read(&ring(2), 7, NOW), None);
        assert_eq!(read(&keys, 7, NOW.plus_seconds(INVITATION_SECONDS)), None);
        assert!(!is_code(&keys, Errand::Confirm, &ada(), &code, NOW));
    }

    #[test]
    fn nonsense() {
        let (keys, ada) = (ring(1), ada());
        let text = code(&keys, Errand::Reset, &ada, NOW).expose().to_owned();
        let flipped = format!("{}{}", &text[..9], if &text[9..10] == "A" { "B" } else { "A" }) + &text[10..];
        for odd in ["", "A", "ä", &text[1..], &text[..text.len() - 2], &format!("{text}AA"), &flipped] {
            let odd = Secret::new(odd);
            assert!(!is_code(&keys, Errand::Reset, &ada, &odd, NOW));
            assert_eq!(invited(&keys, 0, &odd, NOW), None);
        }
    }
}
