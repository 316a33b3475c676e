//! People's passwords: argon2id (RFC 9106), never on the threads that answer requests.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use argon2::password_hash::PasswordVerifier;
use argon2::{Argon2, PasswordHash};
use stagedoor_protocol::Timestamp;
use stagedoor_wire::Secret;
use stagedoor_wire::dialect::Limit;
use tokio::sync::Semaphore;

use crate::limit::{Key, RateLimit};

/// argon2id of no one's password: checked for unknown e-mails, so that they take as long as known ones (OWASP ASVS 2.2).
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$V6yvXmkdVglvvyWIlHlBKQ$tIiRdIbIulxeyrXwmWYJMoQalkvLWueyNQKXSryBu2g";

/// Checks passwords, a few at a time: each takes 19 MiB.
pub struct Passwords {
    at_once: Arc<Semaphore>,
    by_address: RateLimit,
    by_email: RateLimit,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(2)),
            by_address: RateLimit::new(Limit { burst: 30, per_minute: 30 }),
            by_email: RateLimit::new(Limit { burst: 30, per_minute: 10 }),
        }
    }
}

impl Passwords {
    /// Counts an attempt, by where it comes from and for whom; `Err` holds the seconds to wait. Accounts are shared by all
    /// APIs, and so is this count.
    pub(crate) fn count(&self, address: IpAddr, email: &str, now: Timestamp) -> Result<(), u32> {
        let mut hasher = DefaultHasher::new();
        email.to_lowercase().hash(&mut hasher);
        let verdicts = [
            self.by_address.check(Key::of_address(address), now),
            self.by_email.check(Key::Email(hasher.finish()), now),
        ];
        match verdicts.iter().map(|verdict| verdict.retry_after_seconds).max() {
            Some(seconds @ 1..) => Err(seconds),
            _ => Ok(()),
        }
    }

    /// Whether `password` is the one behind `hash`, a PHC string; `None` stands for an unknown account and is as slow.
    pub(crate) async fn verify(&self, hash: Option<String>, password: Secret) -> bool {
        let known = hash.is_some();
        let Ok(permit) = self.at_once.clone().acquire_owned().await else { return false };
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let checked = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash).ok()?;
            let right = Argon2::default().verify_password(password.expose().as_bytes(), &parsed).ok();
            // Held until the hash is done, also when whoever asked has gone away.
            drop(permit);
            right
        });
        let right = matches!(checked.await, Ok(Some(())));
        known && right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An unknown account costs a whole hash: that of nobody's password is well formed, checked and waited for.
    #[tokio::test]
    async fn nobody_is_hashed_for_too() {
        assert!(PasswordHash::new(NOBODY).is_ok());
        let passwords = Passwords::default();
        assert!(!passwords.verify(None, Secret::new("nobody")).await, "right for the hash, but no one's");
        assert_eq!(passwords.at_once.available_permits(), 2, "the hash was over when the answer came");
        assert!(passwords.verify(Some(NOBODY.to_owned()), Secret::new("nobody")).await);
        assert!(!passwords.verify(Some(NOBODY.to_owned()), Secret::new("somebody")).await);
    }

    #[test]
    fn attempts_are_counted_by_email_too() {
        let passwords = Passwords::default();
        let from = |last: u8| IpAddr::from([127, 0, 1, last]);
        let now = Timestamp(0);
        assert!((0..30).all(|last| passwords.count(from(last), "Fan@example.com", now).is_ok()));
        assert!(passwords.count(from(40), "fan@example.com", now).is_err());
        assert!(passwords.count(from(41), "other@example.com", now).is_ok());
    }
}
