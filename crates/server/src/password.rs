//! People's passwords: argon2id (RFC 9106), never on the threads that answer requests.

use std::net::IpAddr;
use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Argon2, Params, PasswordHash};
use rand::Rng as _;
use stagedoor_protocol::Timestamp;
use stagedoor_wire::Secret;
use stagedoor_wire::dialect::Limit;
use tokio::sync::Semaphore;

use crate::entropy;
use crate::limit::{Key, RateLimit, hash_of_email, network_of};

/// argon2id of no one's password: checked for unknown e-mails, so that they take as long as known ones (OWASP ASVS 2.2).
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$V6yvXmkdVglvvyWIlHlBKQ$tIiRdIbIulxeyrXwmWYJMoQalkvLWueyNQKXSryBu2g";

/// Passwords checked at a time: each takes 19 MiB.
const AT_ONCE: usize = 2;
/// Who would wait behind so many more is told to come again: that is about a second.
const WAITING: usize = 20;

/// A password may be refused for these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("a password has at least {MIN_CHARS} characters")]
    Short,
    #[error("a password has at most {MAX_BYTES} bytes")]
    Long,
    #[error("a password that repeats one character is guessed first")]
    Repeated,
}

const MIN_CHARS: usize = 10;
const MAX_BYTES: usize = 1024;

/// Whether a person may choose it. Length counts, and no rule of letters and digits (NIST SP 800-63B §5.1.1.2).
pub fn check(password: &Secret) -> Result<(), WeakPassword> {
    let text = password.expose();
    let first = text.chars().next();
    if text.chars().count() < MIN_CHARS {
        Err(WeakPassword::Short)
    } else if text.len() > MAX_BYTES {
        Err(WeakPassword::Long)
    } else if text.chars().all(|c| Some(c) == first) {
        Err(WeakPassword::Repeated)
    } else {
        Ok(())
    }
}

/// A hash from elsewhere cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnusableHash {
    #[error("`password_hash` is no PHC string of argon2id, such as $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH")]
    Form,
    #[error("`password_hash` costs too much: m is at most {MAX_MEMORY_KIB}, t and p at most {MAX_PASSES}")]
    Costly,
}

/// Whoever signs in makes the server do what the hash says: 256 MiB are enough for any (RFC 9106 §4).
const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// Passes, and lanes too.
const MAX_PASSES: u32 = 16;

/// Whether passwords can be checked against a hash that was made elsewhere.
pub(crate) fn check_hash(text: &str) -> Result<(), UnusableHash> {
    let hash = PasswordHash::new(text).map_err(|_| UnusableHash::Form)?;
    let is_known = hash.algorithm == ARGON2ID_IDENT && hash.version.is_none_or(|version| version == 19);
    if !is_known || hash.salt.is_none() || hash.hash.is_none() {
        return Err(UnusableHash::Form);
    }
    let params = Params::try_from(&hash).map_err(|_| UnusableHash::Form)?;
    let is_cheap = params.m_cost() <= MAX_MEMORY_KIB && params.t_cost().max(params.p_cost()) <= MAX_PASSES;
    if is_cheap { Ok(()) } else { Err(UnusableHash::Costly) }
}

/// Checks passwords, a few at a time, and counts who tries them. Accounts are shared by all APIs, and so is the count.
///
/// A stranger's guesses must not keep a person out. So wrong passwords for an e-mail are counted for each address; those from
/// all addresses together have a wider limit; and a browser that the person signed in with before has a count of its own. None
/// lets more than a hundred an hour be tried (OWASP ASVS 4.0.3, 2.2.1).
pub struct Passwords {
    at_once: Arc<Semaphore>,
    /// Of those that are checked and those that wait.
    places: Arc<Semaphore>,
    by_address: RateLimit,
    wrong_by_email_and_address: RateLimit,
    wrong_by_email: RateLimit,
    by_known_browser: RateLimit,
}

/// Who signs in.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    address: IpAddr,
    /// Hash of the e-mail that was typed, known or not.
    email: u64,
    /// Whether this person signed in with this browser before.
    known_browser: bool,
}

impl Attempt {
    pub(crate) fn new(address: IpAddr, email: &str, known_browser: bool) -> Self {
        Self { address: network_of(address), email: hash_of_email(email), known_browser }
    }

    fn keys(self) -> [Key; 3] {
        [Key::Address(self.address), Key::EmailAt(self.email, self.address), Key::Email(self.email)]
    }
}

/// More people sign in than can be waited for.
#[derive(Debug)]
pub(crate) struct Busy;

impl Default for Passwords {
    fn default() -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            places: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            by_address: RateLimit::new(Limit { burst: 30, per_minute: 30 }),
            wrong_by_email_and_address: RateLimit::one_in(60, 10),
            wrong_by_email: RateLimit::one_in(60, 40),
            by_known_browser: RateLimit::one_in(60, 30),
        }
    }
}

impl Passwords {
    /// Whether the password is looked at; `Err` holds the seconds to wait. What is refused uses up no one's share but its
    /// own address's.
    pub(crate) fn admit(&self, attempt: Attempt, now: Timestamp) -> Result<(), u32> {
        let [address, email_at, email] = attempt.keys();
        let wait = if attempt.known_browser {
            self.by_known_browser.check(email, now).retry_after_seconds
        } else {
            match self.by_address.check(address, now).retry_after_seconds {
                0 => self
                    .wrong_by_email_and_address
                    .wait_seconds(email_at, now)
                    .max(self.wrong_by_email.wait_seconds(email, now)),
                wait => wait,
            }
        };
        if wait == 0 { Ok(()) } else { Err(wait) }
    }

    /// Counts a wrong password. Whether there is such an account makes no difference.
    pub(crate) fn was_wrong(&self, attempt: Attempt, now: Timestamp) {
        if !attempt.known_browser {
            let [_, email_at, email] = attempt.keys();
            self.wrong_by_email_and_address.check(email_at, now);
            self.wrong_by_email.check(email, now);
        }
    }

    /// How many passwords are being checked, and how many wait for that.
    pub(crate) fn queue(&self) -> (usize, usize) {
        let checked = AT_ONCE - self.at_once.available_permits();
        let all = AT_ONCE + WAITING - self.places.available_permits();
        (checked, all.saturating_sub(checked))
    }

    /// Whether `password` is the one behind `hash`, a PHC string; `None` stands for an unknown account and is as slow.
    pub(crate) async fn verify(&self, hash: Option<String>, password: Secret) -> Result<bool, Busy> {
        let known = hash.is_some();
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        let permit = self.at_once.clone().acquire_owned().await.map_err(|_| Busy)?;
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let checked = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash).ok()?;
            let right = Argon2::default().verify_password(password.expose().as_bytes(), &parsed).ok();
            // Held until the hash is done, also when whoever asked has gone away.
            drop((permit, place));
            right
        });
        let right = matches!(checked.await, Ok(Some(())));
        Ok(known && right)
    }

    /// The PHC string of a new password, in the places and at the pace of those that are checked.
    pub(crate) async fn hash(&self, password: Secret) -> Result<String, Busy> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Busy)?;
        let permit = self.at_once.clone().acquire_owned().await.map_err(|_| Busy)?;
        let mut salt = [0; 16];
        entropy::rng().fill_bytes(&mut salt);
        let hashed = tokio::task::spawn_blocking(move || {
            let hashed = Argon2::default().hash_password_with_salt(password.expose().as_bytes(), &salt);
            drop((permit, place));
            hashed.map(|hash| hash.to_string())
        });
        match hashed.await {
            Ok(Ok(hash)) => Ok(hash),
            failed => {
                tracing::error!(failed = ?failed.map(|hashed| hashed.err()), "a password could not be hashed");
                Err(Busy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(0);

    /// An unknown account costs a whole hash: that of nobody's password is well formed, checked and waited for.
    #[tokio::test]
    async fn nobody_is_hashed_for_too() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        let passwords = Passwords::default();
        let verify = async |hash: Option<&str>, text| {
            passwords.verify(hash.map(str::to_owned), Secret::new(text)).await
        };
        assert!(!verify(None, "nobody").await.unwrap(), "right for the hash, but no one's");
        assert_eq!(passwords.at_once.available_permits(), AT_ONCE, "the hash was over when the answer came");
        assert_eq!(passwords.places.available_permits(), AT_ONCE + WAITING);
        assert!(verify(Some(NOBODY), "nobody").await.unwrap());
        assert!(!verify(Some(NOBODY), "somebody").await.unwrap());
    }

    #[tokio::test]
    async fn what_is_hashed_is_verified() {
        let passwords = Passwords::default();
        let text = || Secret::new("correct horse battery");
        let (one, two) = (passwords.hash(text()).await.unwrap(), passwords.hash(text()).await.unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && one != two, "{one}");
        assert!(passwords.verify(Some(one.clone()), text()).await.unwrap());
        assert!(!passwords.verify(Some(one), Secret::new("correct horse")).await.unwrap());
        assert_eq!(passwords.places.available_permits(), AT_ONCE + WAITING);
    }

    /// OWASP ASVS 4.0.3, 2.2.1: from one address, from many, and from a browser that is known.
    #[test]
    fn a_hundred_guesses_an_hour_at_most() {
        for (addresses, known_browser) in [(1, false), (200, false), (1, true)] {
            let (passwords, mut tried) = (Passwords::default(), 0);
            for second in 0..3600 {
                for address in 0..addresses {
                    let address = IpAddr::from([10, 0, 0, address]);
                    let attempt = Attempt::new(address, "ada@example.com", known_browser);
                    let now = NOW.plus_seconds(second);
                    if passwords.admit(attempt, now).is_ok() {
                        tried += 1;
                        passwords.was_wrong(attempt, now);
                    }
                }
            }
            assert!((60..=100).contains(&tried), "{tried} from {addresses}");
        }
    }

    #[test]
    fn what_may_be_a_password() {
        let says = |text: &str| check(&Secret::new(text));
        assert_eq!(says("ninechars"), Err(WeakPassword::Short));
        assert_eq!(says("ten chars!"), Ok(()));
        assert_eq!(says("zehn Zeichän"), Ok(()));
        assert_eq!(says(&"ab".repeat(513)), Err(WeakPassword::Long));
        assert_eq!(says("aaaaaaaaaaaa"), Err(WeakPassword::Repeated));
    }

    #[test]
    fn which_hashes_are_taken_over() {
        let with = |head: &str| NOBODY.replacen("$argon2id$v=19$m=19456,t=2,p=1", head, 1);
        let form = Err(UnusableHash::Form);
        let costly = Err(UnusableHash::Costly);
        for (text, expected) in [
            (NOBODY.to_owned(), Ok(())),
            (with("$argon2id$v=19$m=262144,t=16,p=16"), Ok(())),
            (with("$argon2id$v=19$m=262145,t=2,p=1"), costly),
            (with("$argon2id$v=19$m=4194304,t=2,p=1"), costly),
            (with("$argon2id$v=19$m=19456,t=17,p=1"), costly),
            (with("$argon2id$v=19$m=19456,t=2,p=17"), costly),
            (with("$argon2i$v=19$m=19456,t=2,p=1"), form),
            (with("$argon2id$v=18$m=19456,t=2,p=1"), form),
            (with("$argon2id$v=19$m=1,t=2,p=1"), form),
            (NOBODY.rsplit_once('$').unwrap().0.to_owned(), form),
            ("$argon2id$v=19$m=19456,t=2,p=1".to_owned(), form),
            (String::new(), form),
            ("listen-first".to_owned(), form),
        ] {
            assert_eq!(check_hash(&text), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn no_one_waits_behind_too_many() {
        let passwords = Passwords::default();
        let all_but_one = u32::try_from(AT_ONCE + WAITING - 1).unwrap();
        let taken = passwords.places.clone().try_acquire_many_owned(all_but_one).unwrap();
        assert!(passwords.verify(None, Secret::new("x")).await.is_ok(), "the last place");
        let last = passwords.places.clone().try_acquire_owned().unwrap();
        assert!(passwords.verify(None, Secret::new("x")).await.is_err());
        drop((taken, last));
        assert!(passwords.verify(None, Secret::new("x")).await.is_ok());
    }

    /// A wrong password for an e-mail, from the address that ends in `last`; or why it was not looked at.
    fn guess(passwords: &Passwords, last: u8, email: &str, known_browser: bool) -> Result<(), u32> {
        let attempt = Attempt::new(IpAddr::from([192, 0, 2, last]), email, known_browser);
        passwords.admit(attempt, NOW).map(|()| passwords.was_wrong(attempt, NOW))
    }

    #[test]
    fn one_address_locks_out_itself_alone() {
        let passwords = Passwords::default();
        for _ in 0..10 {
            assert_eq!(guess(&passwords, 1, "Fan@example.com", false), Ok(()));
        }
        for _ in 0..1000 {
            assert!(guess(&passwords, 1, "fan@example.com", false).is_err());
        }
        assert_eq!(guess(&passwords, 2, "fan@example.com", false), Ok(()), "from another address");
        assert_eq!(guess(&passwords, 1, "fan@example.com", true), Ok(()), "from a known browser");
    }

    #[test]
    fn an_address_is_counted_whoever_it_tries() {
        let passwords = Passwords::default();
        let email = |at: u32| format!("{at}@example.com");
        assert!((0..30).all(|at| guess(&passwords, 1, &email(at), false).is_ok()));
        assert_eq!(guess(&passwords, 1, &email(30), false), Err(2));
        assert_eq!(guess(&passwords, 2, &email(30), false), Ok(()));
    }

    /// Guesses from everywhere are slowed, for all but the browsers that the person has signed in with.
    #[test]
    fn many_addresses_are_counted_together() {
        let passwords = Passwords::default();
        for last in 0..40 {
            assert_eq!(guess(&passwords, last, "fan@example.com", false), Ok(()), "{last}");
        }
        assert_eq!(guess(&passwords, 100, "FAN@example.com", false), Err(60));
        assert_eq!(guess(&passwords, 100, "other@example.com", false), Ok(()));
        let known: Vec<_> = (0..31).map(|_| guess(&passwords, 100, "fan@example.com", true)).collect();
        assert!(known[..30].iter().all(Result::is_ok));
        assert_eq!(known[30], Err(60), "but have a limit too");
    }

    /// A right password is no guess.
    #[test]
    fn right_ones_use_nothing_up() {
        let passwords = Passwords::default();
        let attempt = Attempt::new(IpAddr::from([192, 0, 2, 1]), "fan@example.com", false);
        assert!((0..30).all(|_| passwords.admit(attempt, NOW).is_ok()));
        assert_eq!(guess(&passwords, 2, "fan@example.com", false), Ok(()));
    }
}
