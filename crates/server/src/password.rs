//! People's passwords: argon2id (RFC 9106), never on the threads that answer requests.

use argon2::password_hash::PasswordVerifier;
use argon2::{Argon2, PasswordHash};
use stagedoor_wire::Secret;
use tokio::sync::Semaphore;

/// argon2id of no one's password: checked for unknown e-mails, so that they take as long as known ones (OWASP ASVS 2.2).
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$V6yvXmkdVglvvyWIlHlBKQ$tIiRdIbIulxeyrXwmWYJMoQalkvLWueyNQKXSryBu2g";

/// Checks passwords, a few at a time: each takes 19 MiB.
pub struct Passwords {
    at_once: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { at_once: Semaphore::new(2) }
    }
}

impl Passwords {
    /// Whether `password` is the one behind `hash`, a PHC string; `None` stands for an unknown account and is as slow.
    pub(crate) async fn verify(&self, hash: Option<String>, password: Secret) -> bool {
        let known = hash.is_some();
        let Ok(_permit) = self.at_once.acquire().await else { return false };
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let checked = tokio::task::spawn_blocking(move || {
            let parsed = PasswordHash::new(&hash).ok()?;
            Argon2::default().verify_password(password.expose().as_bytes(), &parsed).ok()
        });
        known && matches!(checked.await, Ok(Some(())))
    }
}
