//! Mails to people: links that confirm an e-mail, reset a password or invite. `serve` sends them by SMTP, in the background;
//! `dev` keeps them in memory to be looked at. How often anyone can make the server write is limited here.

mod mailbox;
mod outbox;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::account::Email;
use stagedoor_wire::dialect::Limit;

use crate::limit::{Key, RateLimit};
pub use mailbox::{Mailbox, Received};
pub use outbox::{NoMail, Outbox, Sending, start};

/// A mail. Its text may hold a link that opens an account: it is never logged.
#[derive(Clone)]
pub struct Letter {
    pub to: Email,
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Where mails go.
#[derive(Clone)]
pub enum Post {
    /// Nowhere: the configuration names no mail server.
    Nowhere,
    Outbox(Outbox),
    /// They are kept here.
    Mailbox(Arc<Mailbox>),
}

/// The post, and who may still make it write.
///
/// A stranger can have mails sent to anyone: whom they go to gets a few and then one in a while. Those that are left out were
/// preceded by others whose links work, so that nobody is locked out; registering and resetting are counted apart, for
/// the second is the way out of someone else's doing the first.
pub struct Mail {
    post: Post,
    by_address: RateLimit,
    registrations: RateLimit,
    resets: RateLimit,
    invitations: RateLimit,
    /// By who invites.
    invited_by: RateLimit,
}

/// Mails to one person: as many at once, and then one in so many seconds.
const BURST: u32 = 4;
const SECONDS: u32 = 15 * 60;
/// Invitations of one person, as above: a team that moves in.
const BURST_OF_INVITATIONS: u32 = 50;

impl Mail {
    pub fn new(post: Post) -> Self {
        Self {
            post,
            by_address: RateLimit::new(Limit { burst: 30, per_minute: 10 }),
            registrations: RateLimit::one_in(SECONDS, BURST),
            resets: RateLimit::one_in(SECONDS, BURST),
            invitations: RateLimit::one_in(SECONDS, BURST),
            invited_by: RateLimit::one_in(SECONDS, BURST_OF_INVITATIONS),
        }
    }

    /// One that sends nothing.
    pub fn nowhere() -> Arc<Self> {
        Arc::new(Self::new(Post::Nowhere))
    }

    /// Whether mails go anywhere.
    pub(crate) fn is_sent(&self) -> bool {
        !matches!(self.post, Post::Nowhere)
    }

    /// Where they are kept, where they are.
    pub fn mailbox(&self) -> Option<&Mailbox> {
        match &self.post {
            Post::Mailbox(mailbox) => Some(mailbox),
            Post::Nowhere | Post::Outbox(_) => None,
        }
    }

    /// Sends it, sooner or later.
    pub(crate) fn send(&self, letter: Letter, now: Timestamp) {
        match &self.post {
            Post::Nowhere => {}
            Post::Outbox(outbox) => outbox.put(letter),
            Post::Mailbox(mailbox) => mailbox.put(letter, now),
        }
    }

    /// Counts someone who asks for a mail; the seconds to wait where they came too often.
    pub(crate) fn admit(&self, address: IpAddr, now: Timestamp) -> Result<(), u32> {
        let verdict = self.by_address.check(Key::of_address(address), now);
        if verdict.allowed { Ok(()) } else { Err(verdict.retry_after_seconds) }
    }

    /// Whether a mail about registering may go to this e-mail; counts it. Whether there is an account makes no difference.
    pub(crate) fn may_register(&self, email: &Email, now: Timestamp) -> bool {
        self.registrations.check(Key::of_email(email.as_str()), now).allowed
    }

    /// The same of a mail that resets a password.
    pub(crate) fn may_reset(&self, email: &Email, now: Timestamp) -> bool {
        self.resets.check(Key::of_email(email.as_str()), now).allowed
    }

    /// The same of an invitation that the person `by` sends.
    pub(crate) fn may_invite(&self, by: &str, email: &Email, now: Timestamp) -> bool {
        self.invited_by.check(Key::of_email(by), now).allowed
            && self.invitations.check(Key::of_email(email.as_str()), now).allowed
    }
}
