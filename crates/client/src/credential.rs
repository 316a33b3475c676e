//! What is kept of one credential: a provider, an app, who it acts for, and the tokens it holds.

use std::fmt;

use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::{ClientId, Scopes, Secret, Timestamp};

use crate::clock::Moment;
use crate::provider::BaseUrl;

/// What a person calls a credential: 1–64 letters, digits, `.`, `_`, `-`, not beginning with `.` or `-`, so that it is a file name and a
/// path segment everywhere.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct CredentialName(Box<str>);

/// The text cannot name a credential.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a credential's name is 1 to 64 letters, digits, '.', '_' or '-', and begins with a letter or digit")]
pub struct InvalidName;

impl CredentialName {
    /// Checks and wraps `text`.
    pub fn new(text: &str) -> Result<Self, InvalidName> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= 64 && text.bytes().all(legal) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidName)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CredentialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything kept of one credential.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Where its tokens come from and go to.
    pub provider: ProviderAddress,
    /// The app.
    pub client_id: ClientId,
    /// The app's secret; `None` for a public app.
    pub client_secret: Option<Secret>,
    /// How its first token was won, and is won again.
    pub flow: Flow,
    /// `team_id` of its token requests.
    pub team: Option<String>,
    /// The scopes asked for.
    pub scopes: Option<Scopes>,
    /// The redirect URI registered with the provider, as it was used.
    pub redirect_uri: Option<String>,
    /// A deprecated key pair (id, key) that stands in for a token where the dialect has legacy headers.
    pub legacy_key: Option<(String, Secret)>,
    /// The newest access token.
    pub access: Option<AccessToken>,
    /// The refresh token in use.
    pub refresh: Option<RefreshToken>,
    /// Refresh tokens the provider called invalid, newest first, at most [`Credential::SET_ASIDE`]: never deleted on one
    /// refusal, because a provider's fault looks the same.
    pub set_aside: Vec<RefreshToken>,
}

impl Credential {
    /// How many refused refresh tokens are kept.
    pub const SET_ASIDE: usize = 3;

    /// Everything in it that nobody may see.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let refresh = self.refresh.iter().chain(&self.set_aside).map(|refresh| &refresh.token);
        let keys = self.client_secret.iter().chain(self.legacy_key.as_ref().map(|(_, key)| key));
        keys.chain(self.access.as_ref().map(|access| &access.token)).chain(refresh)
    }
}

impl Credential {
    /// Takes up what the provider gave for a request sent at `sent`. An answer without a refresh token keeps the one that is
    /// there; one with a token replaces it, and when the grant was authorized stays. `authorized` says that this answer
    /// begins a new grant.
    pub fn take_up(
        &mut self,
        answer: &TokenAnswer,
        sent: Moment,
        date: Option<Timestamp>,
        authorized: Option<Timestamp>,
    ) {
        self.access = Some(AccessToken {
            token: answer.access_token.clone(),
            // RFC 6749 §5.1: what is not said is as it was asked.
            scopes: answer
                .scopes
                .clone()
                .or_else(|| self.access.as_ref().and_then(|access| access.scopes.clone())),
            since: sent,
            seconds: answer.expires_in_seconds,
            date,
        });
        if let Some(token) = &answer.refresh_token {
            let before = self.refresh.as_ref().map(|refresh| refresh.authorized);
            let authorized = authorized.or(before).unwrap_or(sent.wall());
            self.refresh = Some(RefreshToken { token: token.clone(), authorized, received: sent.wall() });
        } else if authorized.is_some() {
            self.set_refresh_aside();
        }
    }

    /// Puts the refresh token, which the provider called invalid, beside the others of its kind.
    pub fn set_refresh_aside(&mut self) {
        if let Some(refused) = self.refresh.take() {
            self.set_aside.insert(0, refused);
            self.set_aside.truncate(Self::SET_ASIDE);
        }
    }

    /// Puts the newest refresh token that was set aside in use again: the refusal may have been the provider's fault. `false`
    /// when there is none, or one is in use.
    pub fn take_back_refresh(&mut self) -> bool {
        if self.refresh.is_some() || self.set_aside.is_empty() {
            return false;
        }
        self.refresh = Some(self.set_aside.remove(0));
        true
    }

    /// Takes up a client secret that was regenerated, which ended all grants of the app.
    pub fn take_up_secret(&mut self, secret: Secret) {
        self.client_secret = Some(secret);
        self.access = None;
        self.set_refresh_aside();
    }
}

/// Which provider, as it is kept: the dialect by name, and both hosts.
#[derive(Clone, Debug)]
pub struct ProviderAddress {
    /// The dialect's name: a built-in one or a file of one's own beside the vault.
    pub dialect: String,
    /// What stands before the OAuth endpoints' paths.
    pub accounts: BaseUrl,
    /// What stands before the API's paths.
    pub api: BaseUrl,
}

/// How a credential's first token is won.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The app acts for itself (RFC 6749 §4.4): nobody is asked.
    ClientCredentials,
    /// A person allowed it in a browser (RFC 6749 §4.1).
    AuthorizationCode,
    /// A person allowed it on another device (RFC 8628).
    Device,
}

/// An access token and what is known of its life.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub token: Secret,
    /// What it may do, where the provider said so.
    pub scopes: Option<Scopes>,
    /// When its request was sent: its life is counted from here.
    pub since: Moment,
    /// Its lifetime in seconds from `since`.
    pub seconds: u32,
    /// The answer's `Date`, where sent: tells a wall clock that is wrong.
    pub date: Option<Timestamp>,
}

/// A refresh token.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    /// The token.
    pub token: Secret,
    /// When the grant was authorized, by a person or by `client_credentials`; a lifetime that refreshing does not extend counts
    /// from here.
    pub authorized: Timestamp,
    /// When the provider gave this token.
    pub received: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["spotify", "a", "low-tide.2_b", &"x".repeat(64)] {
            assert!(CredentialName::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", ".hidden", "-f", "a/b", "a b", "é", "a\n", &"x".repeat(65)] {
            assert!(CredentialName::new(bad).is_err(), "{bad}");
        }
    }
}
