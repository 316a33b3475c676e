//! The claims of an access token (RFC 9068 §2.2), and those that only this server reads: with them a JWT is revoked by the
//! same counters as any other token.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stagedoor_wire::{ClientId, Scopes};

use crate::access_token::{AccessToken, Epochs, Standing};
use crate::id::{AccountId, AppId, GrantId, TeamId};
use crate::{Rules, Timestamp};

/// A member that is missing, unknown or there twice is a mistake (RFC 7519 §4, RFC 8725 §2.4).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims<'a> {
    #[serde(borrow)]
    iss: Cow<'a, str>,
    /// The API is known by its address, which is the issuer's (RFC 9068 §3).
    #[serde(borrow)]
    aud: Cow<'a, str>,
    /// The person; the app where there is none (RFC 9068 §2.2).
    #[serde(borrow)]
    sub: Cow<'a, str>,
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    iat: i64,
    exp: i64,
    #[serde(borrow)]
    jti: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    scope: Cow<'a, str>,
    stagedoor: Own,
}

/// Ids are text: JavaScript's numbers have too few digits for them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    app: Id,
    team: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grant: Option<Id>,
    /// App's, team's, account's.
    epochs: [u32; 3],
    standing: u8,
}

#[derive(Clone, Copy)]
struct Id(i64);

impl<'a> Claims<'a> {
    /// Times are whole seconds in a JWT: it lives up to a second longer than it says to its holder, never shorter.
    pub(super) fn of(rules: &'a Rules, token: &'a AccessToken) -> Self {
        let client_id = token.client_id.as_str();
        let subject = token.account.map_or(client_id.into(), |account| account.to_string().into());
        let mut claims = Self {
            iss: (&*rules.issuer).into(),
            aud: (&*rules.issuer).into(),
            sub: subject,
            client_id: client_id.into(),
            iat: token.issued.seconds(),
            exp: Timestamp(token.expires.0.saturating_add(999)).seconds(),
            jti: Cow::default(),
            scope: token.scopes.as_str().into(),
            stagedoor: Own::of(token),
        };
        claims.jti = claims.token_id(token.nonce).into();
        claims
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(512 + self.scope.len());
        // Text and numbers always become JSON, and memory always takes it.
        let _ = serde_json::to_writer(&mut json, self);
        json
    }

    pub(super) fn read(json: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// What the claims say, if they are of this API and one person or app.
    pub(super) fn token(self, rules: &Rules) -> Option<AccessToken> {
        let Own { app, team, account, grant, epochs: [of_app, of_team, of_account], standing } =
            self.stagedoor;
        let expected = account.map_or(self.client_id.clone(), |account| account.0.to_string().into());
        // RFC 9068 §4, RFC 8725 §3.8 and §3.9.
        if self.iss != *rules.issuer || self.aud != *rules.issuer || self.sub != expected {
            return None;
        }
        Some(AccessToken {
            app: AppId(app.0),
            client_id: ClientId::new(&self.client_id).ok()?,
            team: TeamId(team.0),
            account: account.map(|id| AccountId(id.0)),
            grant: grant.map(|id| GrantId(id.0)),
            epochs: Epochs { app: of_app, team: of_team, account: of_account },
            standing: Standing::from_number(standing)?,
            scopes: Scopes::restore(&self.scope),
            issued: time(self.iat)?,
            expires: time(self.exp)?,
            nonce: nonce(&self.jti)?,
        })
    }

    /// `jti` (RFC 7519 §4.1.7): the nonce. Tokens that are served again have none and are named by what they say, so that the
    /// same one has the same name.
    fn token_id(&self, nonce: u64) -> String {
        if nonce != 0 {
            return URL_SAFE_NO_PAD.encode(nonce.to_be_bytes());
        }
        let digest = blake3::hash(&self.write());
        URL_SAFE_NO_PAD.encode(&digest.as_bytes()[..NAME_BYTES])
    }
}

/// A time that milliseconds can say.
fn time(seconds: i64) -> Option<Timestamp> {
    let time = Timestamp::from_seconds(seconds);
    (time.seconds() == seconds).then_some(time)
}

const NAME_BYTES: usize = 16;

/// The nonce that a `jti` is, or zero for a name.
fn nonce(token_id: &str) -> Option<u64> {
    let mut bytes = [0u8; NAME_BYTES + 2];
    match URL_SAFE_NO_PAD.decode_slice(token_id, &mut bytes).ok()? {
        8 => bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)),
        NAME_BYTES => Some(0),
        _ => None,
    }
}

impl Own {
    fn of(token: &AccessToken) -> Self {
        let Epochs { app, team, account } = token.epochs;
        Self {
            app: Id(token.app.0),
            team: Id(token.team.0),
            account: token.account.map(|id| Id(id.0)),
            grant: token.grant.map(|id| Id(id.0)),
            epochs: [app, team, account],
            standing: token.standing as u8,
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

struct Digits;

impl Visitor<'_> for Digits {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id in digits")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Id, E> {
        text.parse().map(Id).map_err(E::custom)
    }
}
