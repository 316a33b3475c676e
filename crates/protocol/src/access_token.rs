//! Access tokens: self-contained, opaque to their holder, checked without a look-up (RFC 6749 §1.4).
//!
//! Those of an API that says so are JWTs instead (`jwt/`). The others' layout, big-endian: version 1, key id, flags, issued and expires (ms), app, team, account, grant (0: none), the three
//! epochs, nonce, client id, scopes, MAC. The MAC also covers the API's name, so that a token of one API is none of
//! another's.

use stagedoor_wire::{ClientId, Scopes, Secret};

use crate::id::{AccountId, AppId, GrantId, TeamId};
use crate::jwt::{self, TokenFormat};
use crate::keys::{KeyId, Purpose};
use crate::{Rules, Timestamp, opaque};

const VERSION: u8 = 1;
const FIXED_BYTES: usize = 1 + 2 + 1 + 8 + 8 + 4 * 8 + 3 * 4 + 8;
const TAG_BYTES: usize = 16;
/// Issue times this far ahead pass: clocks of several nodes differ.
const CLOCK_LEEWAY_SECONDS: i64 = 5;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    pub app: AppId,
    pub client_id: ClientId,
    pub team: TeamId,
    /// The person it acts for; none for a token that stands for the app alone.
    pub account: Option<AccountId>,
    pub grant: Option<GrantId>,
    pub epochs: Epochs,
    pub standing: Standing,
    pub scopes: Scopes,
    pub issued: Timestamp,
    pub expires: Timestamp,
    /// Makes tokens of the same second differ; zero for those that are served again.
    pub nonce: u64,
}

/// The counters a token was made under; it dies when one of them has risen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epochs {
    pub app: u32,
    pub team: u32,
    pub account: u32,
}

impl Epochs {
    /// Whether one of them has risen since: what was made under these is dead.
    pub fn are_behind(self, known: Self) -> bool {
        self.app < known.app || self.team < known.team || self.account < known.account
    }
}

/// Whether the API serves the token's app and person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Served,
    /// The app is not on the API's allow-list.
    AppNotListed,
    /// The person is not on the list of an app in development.
    UserNotListed,
}

impl Standing {
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        [Self::Served, Self::AppNotListed, Self::UserNotListed]
            .into_iter()
            .find(|standing| *standing as u8 == number)
    }
}

/// Why a token is refused before any look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// Not ours, another API's, changed, or issued in the future.
    #[error("not a token of this API")]
    Unknown,
    /// Ours, but over. Whose it was stands under its MAC or signature.
    #[error("expired")]
    Expired { app: AppId },
}

impl AccessToken {
    /// The token's text, made with the key active at `key_time`.
    pub fn mint(&self, rules: &Rules, key_time: Timestamp) -> Secret {
        match rules.token_format {
            TokenFormat::Opaque => self.mint_opaque(rules, key_time),
            // The configuration makes sure of a key that signs. Without one there is still the token that every API takes.
            TokenFormat::Jwt(algorithm) => jwt::mint(rules, self, algorithm, key_time)
                .unwrap_or_else(|| self.mint_opaque(rules, key_time)),
        }
    }

    fn mint_opaque(&self, rules: &Rules, key_time: Timestamp) -> Secret {
        let key = rules.keys.active(Purpose::AccessToken, key_time);
        let mut bytes = Vec::with_capacity(FIXED_BYTES + 1 + 32 + 2 + self.scopes.as_str().len() + TAG_BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.0.to_be_bytes());
        bytes.push(self.standing as u8);
        let account = self.account.map_or(0, |id| id.0);
        let grant = self.grant.map_or(0, |id| id.0);
        for number in [self.issued.0, self.expires.0, self.app.0, self.team.0, account, grant] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        for epoch in [self.epochs.app, self.epochs.team, self.epochs.account] {
            bytes.extend_from_slice(&epoch.to_be_bytes());
        }
        bytes.extend_from_slice(&self.nonce.to_be_bytes());
        // Both lengths fit: a client id has at most 128 bytes, a scope list at most 1024.
        bytes.push(self.client_id.as_str().len() as u8);
        bytes.extend_from_slice(self.client_id.as_str().as_bytes());
        bytes.extend_from_slice(&(self.scopes.as_str().len() as u16).to_be_bytes());
        bytes.extend_from_slice(self.scopes.as_str().as_bytes());
        let tag = rules.keys.tag(Purpose::AccessToken, key, &mac_parts(rules, &bytes)).unwrap_or_default();
        bytes.extend_from_slice(&tag);
        opaque::wrap(opaque::ACCESS_TOKEN, &bytes)
    }

    /// When it is over: at its own expiry, and never later than a token made when it was, by today's rules. So what a shorter
    /// lifetime leaves of the longer tokens that are out is no more than revocations are remembered for.
    pub fn ends(&self, rules: &Rules) -> Timestamp {
        let lifetime = i64::from(rules.dialect.access_token.seconds);
        // A JWT says whole seconds: it was issued up to one later than it says.
        self.expires.min(self.issued.plus_seconds(lifetime + 1))
    }

    /// Checks form, MAC or signature, and times. Whether it was revoked since is for the store to say.
    ///
    /// An API of JWTs takes the other form as well, and either algorithm: those that live when its configuration changes go
    /// on working.
    pub fn verify(rules: &Rules, text: &str, now: Timestamp) -> Result<Self, Unverified> {
        let is_jwt = rules.token_format != TokenFormat::Opaque && !text.starts_with(opaque::ACCESS_TOKEN);
        let read = if is_jwt { jwt::read(rules, text) } else { Self::read_opaque(rules, text) };
        let token = read.ok_or(Unverified::Unknown)?;
        if token.issued > now.plus_seconds(CLOCK_LEEWAY_SECONDS) {
            return Err(Unverified::Unknown);
        }
        if token.ends(rules) <= now { Err(Unverified::Expired { app: token.app }) } else { Ok(token) }
    }

    fn read_opaque(rules: &Rules, text: &str) -> Option<Self> {
        let mut buffer = [0u8; opaque::MAX_BYTES];
        let bytes = opaque::unwrap(opaque::ACCESS_TOKEN, text, &mut buffer)?;
        let (content, tag) = bytes.split_at_checked(bytes.len().wrapping_sub(TAG_BYTES))?;
        let mut reader = Reader(content);
        let ([VERSION], key) = (reader.take::<1>()?, reader.take::<2>()?) else { return None };
        let key = KeyId(u16::from_be_bytes(key));
        if !rules.keys.verify(Purpose::AccessToken, key, &mac_parts(rules, content), tag) {
            return None;
        }
        reader.token()
    }
}

fn mac_parts<'a>(rules: &'a Rules, content: &'a [u8]) -> [&'a [u8]; 3] {
    [rules.api.as_bytes(), b"\0", content]
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn number(&mut self) -> Option<i64> {
        self.take().map(i64::from_be_bytes)
    }

    fn epoch(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn text(&mut self, length: usize) -> Option<&str> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(head).ok()
    }

    fn token(&mut self) -> Option<AccessToken> {
        let [standing] = self.take()?;
        let standing = Standing::from_number(standing)?;
        let (issued, expires) = (Timestamp(self.number()?), Timestamp(self.number()?));
        let (app, team) = (AppId(self.number()?), TeamId(self.number()?));
        let account = Some(self.number()?).filter(|&id| id != 0).map(AccountId);
        let grant = Some(self.number()?).filter(|&id| id != 0).map(GrantId);
        let epochs = Epochs { app: self.epoch()?, team: self.epoch()?, account: self.epoch()? };
        let nonce = u64::from_be_bytes(self.take()?);
        let [length] = self.take()?;
        let client_id = ClientId::new(self.text(usize::from(length))?).ok()?;
        let length = u16::from_be_bytes(self.take()?);
        let scopes = Scopes::restore(self.text(usize::from(length))?);
        let whole = self.0.is_empty();
        let token = AccessToken {
            app,
            client_id,
            team,
            account,
            grant,
            epochs,
            standing,
            scopes,
            issued,
            expires,
            nonce,
        };
        whole.then_some(token)
    }
}
