//! One request to the token endpoint and what comes of it (RFC 6749 §3.2). Answers are read tolerantly, errors tell the
//! provider's own words, and nothing here waits or asks twice.

mod answer;
mod error;
mod redact;

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::{ClientCredentials, GrantRequest, TokenRequest, WrittenRequest};
use stagedoor_wire::{Secret, Timestamp};
use url::Url;

pub(crate) use error::used_up;
pub use error::{Answered, ExchangeError, Unanswered};
pub(crate) use redact::Redaction;

use crate::clock::{Clock, Moment};
use crate::credential::{Credential, CredentialName};
use crate::http_client::{HttpClient, chain};
use crate::provider::Provider;
use crate::vault::{CoolDown, CoolDownKey, Vault};

/// The whole of an exchange, answer included.
const TOTAL: Duration = Duration::from_secs(30);
/// The most of an answer that is read.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Where the token requests of one credential go.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    name: CredentialName,
    provider: Provider,
    http: HttpClient,
    clock: Clock,
    vault: Vault,
    login: Option<String>,
}

/// What the provider gave.
#[derive(Debug, Clone)]
pub struct Given {
    /// The tokens.
    pub answer: TokenAnswer,
    /// When the request went out: lifetimes count from here.
    pub sent: Moment,
    /// The answer's `Date`.
    pub date: Option<Timestamp>,
}

impl TokenEndpoint {
    /// The token endpoint of `provider`, asked for the credential `name`. Cool-downs are kept in `vault`.
    pub fn new(
        vault: Vault,
        name: CredentialName,
        provider: Provider,
        http: HttpClient,
        clock: Clock,
    ) -> Self {
        Self { name, provider, http, clock, vault, login: None }
    }

    /// For a sign-in under a name that stands for nothing yet: errors tell these words for `stagedoor login`.
    #[must_use]
    pub fn with_login(self, login: Option<String>) -> Self {
        Self { login, ..self }
    }

    fn login(&self) -> String {
        self.login.clone().unwrap_or_else(|| self.name.to_string())
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The credential asked for.
    pub fn name(&self) -> &CredentialName {
        &self.name
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Sends `grant` for the app of `credential`. Scopes go where the dialect takes them from an app; the team where it has
    /// teams. While a cool-down runs nothing is sent.
    pub async fn send(&self, credential: &Credential, grant: GrantRequest) -> Result<Given, ExchangeError> {
        self.check_cool_down(credential)?;
        let for_app =
            matches!(grant, GrantRequest::ClientCredentials) && self.provider.dialect.scopes.for_apps;
        let request = TokenRequest {
            client: client_of(credential),
            grant,
            scopes: credential.scopes.clone().filter(|_| for_app),
            team: credential.team.clone(),
        };
        let written = request.write(&self.provider.dialect);
        let sent_secrets = secrets_of(&request, &written);
        let sent = self.clock.now();
        let reply = self.post(&self.provider.dialect.endpoints.token, written).await?;
        let date = reply.date;
        let answer = answer::judge(self, credential, &reply, &sent_secrets)?;
        Ok(Given { answer, sent, date })
    }

    /// Why `reply` to a request with `sent` in it holds nothing of use.
    pub(crate) fn refusal(&self, credential: &Credential, reply: &Reply, sent: &[Secret]) -> ExchangeError {
        answer::refusal(self, credential, reply, sent)
    }

    /// Posts a form to an OAuth endpoint.
    pub(crate) async fn post(&self, path: &str, written: WrittenRequest) -> Result<Reply, ExchangeError> {
        let Some(url) = self.provider.accounts.join(path) else {
            return Err(ExchangeError::Unreachable(
                self.unanswered(path, "the address is no URL".to_owned()),
            ));
        };
        let mut request = self
            .http
            .client()?
            .post(url.clone())
            .timeout(TOTAL)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(written.body.expose().to_owned());
        if let Some(secret) = &written.authorization
            && let Ok(mut value) = HeaderValue::from_str(secret.expose())
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.map_err(|error| self.broken(&url, error))?;
        self.read(url, response).await
    }

    async fn read(&self, url: Url, mut response: reqwest::Response) -> Result<Reply, ExchangeError> {
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&url, error))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER_BYTES {
                return Err(ExchangeError::Lost(
                    self.unanswered(url.as_str(), "the answer has no end".to_owned()),
                ));
            }
        }
        let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(Timestamp::from_http_date);
        Ok(Reply { url, status, headers, date, body })
    }

    fn broken(&self, url: &Url, error: reqwest::Error) -> ExchangeError {
        let never_went_out = error.is_connect() || error.is_builder();
        let unanswered = self.unanswered(url.as_str(), chain(&error.without_url()));
        if never_went_out { ExchangeError::Unreachable(unanswered) } else { ExchangeError::Lost(unanswered) }
    }

    fn unanswered(&self, endpoint: &str, why: String) -> Unanswered {
        let provider = self.provider.dialect.title.clone();
        Unanswered { credential: self.name.clone(), provider, endpoint: endpoint.to_owned(), why }
    }

    fn cool_down_key(&self, credential: &Credential) -> CoolDownKey {
        CoolDownKey::new(&self.provider.accounts, &credential.client_id)
    }

    pub(crate) fn check_cool_down(&self, credential: &Credential) -> Result<(), ExchangeError> {
        match self.cool_down(credential) {
            Some(cool_down) => {
                Err(ExchangeError::CoolingDown { provider: self.provider.dialect.title.clone(), cool_down })
            }
            None => Ok(()),
        }
    }

    /// Forgets the cool-down of the token endpoint: a person who signs in is let try.
    pub fn lift_cool_down(&self, credential: &Credential) {
        if self.cool_down(credential).is_some()
            && let Err(error) = self.vault.lift_cool_down(&self.cool_down_key(credential))
        {
            tracing::warn!(%error, "cannot lift a cool-down");
        }
    }

    /// Another credential of the vault with a refresh token of the same app.
    fn other_keeper(&self, credential: &Credential) -> Option<CredentialName> {
        let names = self.vault.names().ok()?;
        names.into_iter().filter(|name| *name != self.name).find(|name| {
            let other = self.vault.read(name).ok().flatten();
            other.is_some_and(|other| {
                other.refresh.is_some()
                    && other.client_id == credential.client_id
                    && other.provider.accounts == self.provider.accounts
            })
        })
    }

    /// The cool-down of the token endpoint that still runs. One that cannot be read is none: the provider will repeat it.
    pub fn cool_down(&self, credential: &Credential) -> Option<CoolDown> {
        let found = self.vault.cool_down(&self.cool_down_key(credential)).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read a cool-down");
            None
        });
        found.filter(|cool_down| cool_down.remaining_seconds(self.clock.now()) > 0)
    }
}

/// A whole answer.
pub(crate) struct Reply {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) date: Option<Timestamp>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn client_of(credential: &Credential) -> ClientCredentials {
    ClientCredentials {
        client_id: credential.client_id.clone(),
        secrets: credential.client_secret.iter().cloned().collect(),
    }
}

/// Every secret in a request, so that an answer which repeats one can be shown without it.
fn secrets_of(request: &TokenRequest, written: &WrittenRequest) -> Vec<Secret> {
    let grant = match &request.grant {
        GrantRequest::ClientCredentials => None,
        GrantRequest::AuthorizationCode { code, .. } | GrantRequest::DeviceCode { code } => Some(code),
        GrantRequest::RefreshToken { token } => Some(token),
    };
    let verifier = match &request.grant {
        GrantRequest::AuthorizationCode { verifier: Some(verifier), .. } => {
            Some(Secret::new(verifier.expose()))
        }
        _ => None,
    };
    let header = written.authorization.as_ref().and_then(|header| header.expose().strip_prefix("Basic "));
    let basic = header.map(Secret::new);
    request.client.secrets.iter().chain(grant).cloned().chain(verifier).chain(basic).collect()
}
