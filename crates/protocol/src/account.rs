//! Accounts: people who sign in, and those among them who administer the server.

use icu_normalizer::ComposingNormalizerBorrowed;
use rand_core::CryptoRng;

use crate::Timestamp;
use crate::administration::{Change, Expectation, Objection};
use crate::decision::{AuditEntry, Decision, Effect, EpochOf, Subject};
use crate::id::AccountId;
use crate::name;

/// The hash of an account that has no password yet: of no password, so that nobody signs in until one is set.
pub const NO_PASSWORD: &str = "";

/// An account as administrators see it: all but its password's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    pub id: AccountId,
    pub email: Email,
    pub name: String,
    pub administrator: bool,
    pub suspended: bool,
    pub has_password: bool,
    /// Whether it is known that the e-mail is the person's.
    pub confirmed: bool,
    pub created: Timestamp,
}

impl AccountRecord {
    /// Whether it is an administrator who can sign in. As long as there is one, there always is.
    pub fn can_administer(&self) -> bool {
        self.administrator && self.has_password && self.confirmed && !self.suspended
    }
}

/// An e-mail address, in lower case: what a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// The text cannot be an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an e-mail address has one @ with text on both sides, and no blanks, brackets, slashes or colons")]
pub struct InvalidEmail;

impl Email {
    /// Longest address there is, in bytes (RFC 5321 §4.5.3.1).
    const MAX_BYTES: usize = 254;

    /// Checks as much as can be known without writing to it. What stands between addresses or around them in a header (RFC 5322
    /// §3.2.3, `specials`) is refused, and beyond ASCII all but letters and digits: what takes no room makes one look like
    /// another.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(text.trim()).to_lowercase();
        const NO_PART: &str = "()<>[]:;,\\\"/";
        let fits = |c: char| match c.is_ascii() {
            true => c.is_ascii_graphic() && !NO_PART.contains(c),
            false => c.is_alphanumeric() && !name::is_unfit(c),
        };
        let is_address = |(local, host): (&str, &str)| {
            !local.is_empty() && local.chars().all(fits) && host.split('.').all(is_label)
        };
        let is_address = text.len() <= Self::MAX_BYTES && text.split_once('@').is_some_and(is_address);
        if is_address { Ok(Self(text)) } else { Err(InvalidEmail) }
    }

    /// As it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A part of a host's name (RFC 1123 §2.1), in any script.
fn is_label(text: &str) -> bool {
    let fits = |c: char| (c.is_alphanumeric() && !name::is_unfit(c)) || c == '-';
    !text.is_empty() && text.chars().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

/// What an account is made of.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub email: Email,
    pub name: String,
    /// PHC string of argon2id.
    pub password_hash: String,
    pub administrator: bool,
}

/// Makes an account. `taken`: whether another has its e-mail.
pub fn create(
    new: NewAccount,
    taken: bool,
    actor: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<AccountId, Objection> {
    if taken {
        return Decision::refuse(Objection::EmailTaken(new.email));
    }
    let id = AccountId::new(now, rng);
    let NewAccount { email, name, password_hash, administrator } = new;
    let mut effects = vec![Effect::CreateAccount { id, email: email.0, name, password_hash, at: now }];
    let mut what = "account created";
    if administrator {
        what = "account created, administrator";
        effects.push(Effect::Administer(Change::SetAdministrator { account: id, administrator }));
    }
    effects.push(Effect::Audit(AuditEntry::new(now, actor, what, Subject::Account(id))));
    Decision { reply: Ok(id), effects }
}

/// Makes the first administrator who can sign in, for whoever holds the setup link. `exists`: whether there is one already.
/// Of two who come at the same time, the commit lets one through. `account` is the one that has the e-mail: an administrator
/// that came without a password is given this one.
pub fn create_first_administrator(
    new: NewAccount,
    exists: bool,
    account: Option<&AccountRecord>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<(), Objection> {
    if exists {
        return Decision::refuse(Objection::AdministratorExists);
    }
    let actor = new.email.as_str().to_owned();
    let mut decision = match account {
        Some(own) if own.administrator && !own.has_password && !own.suspended => {
            set_password(own.id, new.password_hash, &actor, now)
        }
        taken => {
            let new = NewAccount { administrator: true, ..new };
            let Decision { reply, effects } = create(new, taken.is_some(), &actor, now, rng);
            Decision { reply: reply.map(drop), effects }
        }
    };
    if decision.reply.is_ok() {
        decision.effects.insert(0, Effect::Expect(Expectation::NoAdministrator));
    }
    decision
}

/// What is to be different. What is left out stays.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    pub name: Option<String>,
    pub administrator: Option<bool>,
}

/// Changes an account. `another`: whether another administrator can sign in.
pub fn change(
    account: &AccountRecord,
    change: AccountChange,
    another: bool,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let (id, mut effects) = (account.id, Vec::new());
    let audit = |what| Effect::Audit(AuditEntry::new(now, actor, what, Subject::Account(id)));
    if let Some(name) = change.name.filter(|name| *name != account.name) {
        effects.extend([
            Effect::Administer(Change::RenameAccount { account: id, name }),
            audit("account renamed"),
        ]);
    }
    if let Some(administrator) = change.administrator.filter(|now| *now != account.administrator) {
        if account.can_administer() {
            // Without an administrator the setup link would make one again.
            if !another {
                return Decision::refuse(Objection::LastAdministrator);
            }
            effects.push(Effect::Expect(Expectation::AnotherAdministrator(id)));
        }
        let what = if administrator { "administrator made" } else { "administrator no more" };
        let set = Change::SetAdministrator { account: id, administrator };
        effects.extend([Effect::Administer(set), audit(what)]);
    }
    Decision { reply: Ok(()), effects }
}

/// Sets a password, for a person who forgot theirs or lost it to someone else: so everything issued to them ends.
pub fn set_password(
    account: AccountId,
    password_hash: String,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    let audit = AuditEntry::new(now, actor, "password set, all access ended", Subject::Account(account));
    let effects = vec![
        Effect::Administer(Change::SetPassword { account, password_hash }),
        Effect::Raise { epoch: EpochOf::Account(account), at: now },
        Effect::Audit(audit),
    ];
    Decision { reply: Ok(()), effects }
}

/// Keeps a person out: their sessions, grants and tokens end at once, and they cannot sign in. `another`: whether another
/// administrator can.
pub fn suspend(
    account: &AccountRecord,
    another: bool,
    actor: &str,
    now: Timestamp,
) -> Decision<(), Objection> {
    if account.suspended {
        return Decision::reply(());
    }
    let (id, mut effects) = (account.id, Vec::new());
    if account.can_administer() {
        if !another {
            return Decision::refuse(Objection::LastAdministrator);
        }
        effects.push(Effect::Expect(Expectation::AnotherAdministrator(id)));
    }
    effects.extend([
        Effect::Administer(Change::SetAccountSuspended { account: id, suspended: true }),
        Effect::Raise { epoch: EpochOf::Account(id), at: now },
        Effect::Audit(AuditEntry::new(now, actor, "account suspended", Subject::Account(id))),
    ]);
    Decision { reply: Ok(()), effects }
}

/// Lets a person in again. What ended stays ended.
pub fn resume(account: &AccountRecord, actor: &str, now: Timestamp) -> Decision<(), Objection> {
    if !account.suspended {
        return Decision::reply(());
    }
    let id = account.id;
    let effects = vec![
        Effect::Administer(Change::SetAccountSuspended { account: id, suspended: false }),
        Effect::Audit(AuditEntry::new(now, actor, "account resumed", Subject::Account(id))),
    ];
    Decision { reply: Ok(()), effects }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        assert_eq!(Email::parse(" Ada@Example.COM ").unwrap().as_str(), "ada@example.com");
        assert_eq!(Email::parse("\u{1100}\u{1161}@example.com").unwrap().as_str(), "가@example.com");
        // Some letters take more room when they are small.
        let grown = format!("{}@example.com", "Ⱥ".repeat(110));
        let long = format!("{}@example.com", "a".repeat(250));
        for odd in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "a b@c",
            "a@b@c",
            "<a@b>",
            "a@b\n",
            "a@b, c@d",
            "\u{202E}a@b",
            "a\u{200B}@b",
            "a\u{200D}@b",
            "a@b\u{200F}",
            "a\u{E0041}@b",
            "a\u{3164}@b",
            "a@b.example?subject=c",
            "a@b..c",
            "a@-b",
            "a@b_c",
            "https://evil.example/a@b",
            "evil.example/?a@b",
            "a@[127.0.0.1]",
            "a(b)@c",
            "a\\b@c",
            &long,
            &grown,
        ] {
            let expected = if odd == "a@b\n" { Ok("a@b".to_owned()) } else { Err(InvalidEmail) };
            assert_eq!(Email::parse(odd).map(|email| email.0), expected, "{odd:?}");
        }
    }
}
