//! Using a token: calls to the provider's API, and to nowhere else. The token is added, renewed once on a 401, and
//! `Retry-After` is honoured for as long as the caller has patience.

mod error;
pub(crate) mod limits;
mod paging;
mod proof;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use reqwest::Response;
use stagedoor_wire::api_error::read_message;
use tokio::sync::OnceCell;
use url::Url;

pub use error::CallError;
pub use proof::Proof;

use crate::clock::Moment;
use crate::credential::Credential;
use crate::exchange::Redaction;
use crate::http_client::{HttpClient, chain};
use crate::provider::Provider;
use crate::source::{MAX_WAIT, TokenSource};
use crate::vault::{CoolDown, CoolDownKey, CoolDownKind};
use limits::Limits;

/// The most of a refusal that is read.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;
/// A request that goes out is given so long at least.
pub const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// Calls one provider's API with one credential's tokens. Clones share everything.
#[derive(Clone)]
pub struct ApiClient {
    shared: Arc<Shared>,
    max_wait: Duration,
}

struct Shared {
    source: TokenSource,
    http: HttpClient,
    app: OnceCell<App>,
}

/// What of the credential does not change while it is used.
struct App {
    legacy_key: Option<Proof>,
    limits: Limits,
}

/// A call. Its body is kept, so that it can be sent again with a new token.
#[derive(Clone, Debug)]
pub struct ApiCall {
    /// The method.
    pub method: Method,
    /// A path with maybe a query, or a whole address under the provider's API.
    pub path: String,
    /// Parameters that are added to the query.
    pub query: Vec<(String, String)>,
    /// Headers beside the one with the token.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl ApiCall {
    /// A GET of `path`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A call without query, headers and body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), headers: HeaderMap::new(), body: Bytes::new() }
    }
}

impl ApiClient {
    /// Calls the API of `source`'s provider.
    pub fn new(source: TokenSource, http: HttpClient) -> Self {
        Self { shared: Arc::new(Shared { source, http, app: OnceCell::new() }), max_wait: MAX_WAIT }
    }

    /// The same client for a caller that waits for so long at most, pauses the provider asks for included.
    #[must_use]
    pub fn max_wait(&self, max_wait: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), max_wait }
    }

    /// Where the tokens come from.
    pub fn source(&self) -> &TokenSource {
        &self.shared.source
    }

    fn provider(&self) -> &Provider {
        self.shared.source.provider()
    }

    fn title(&self) -> String {
        self.provider().dialect.title.clone()
    }

    fn now(&self) -> Moment {
        self.shared.source.clock().now()
    }

    /// Makes a call. An answer is given as it came, whatever its status, but for two: a 401 is answered once with a new
    /// token, and a 429 with a pause; a pause longer than the caller's patience is an error at once.
    pub async fn send(&self, call: &ApiCall) -> Result<Response, CallError> {
        let address = self.address(call)?;
        let began = self.now();
        let mut proof = None;
        let (mut renewed, mut pauses) = (false, 0);
        loop {
            self.await_cool_down(began).await?;
            let shown = match proof.take() {
                Some(proof) => proof,
                None => self.proof_since(began).await?,
            };
            let response = self.dispatch(&address, call, &shown, began).await?;
            match response.status() {
                StatusCode::UNAUTHORIZED if !renewed && shown.is_token() => {
                    renewed = true;
                    proof = self.renewed(shown, began).await?;
                    if proof.is_none() {
                        return Ok(response);
                    }
                }
                StatusCode::TOO_MANY_REQUESTS => {
                    self.limited(response, &shown, began, pauses).await?;
                    pauses += 1;
                }
                StatusCode::SERVICE_UNAVAILABLE if call.method.is_safe() => {
                    let told = limits::retry_seconds(response.headers(), self.now());
                    match told.and_then(|told| limits::pause_seconds(told, pauses)) {
                        Some(seconds) if self.has_patience_for(seconds, began) => {
                            pause(seconds).await;
                            pauses += 1;
                        }
                        _ => return Ok(response),
                    }
                }
                _ => return Ok(response),
            }
        }
    }

    /// What to show the API: a live token, or the legacy key where no token can be had and the dialect takes such keys.
    pub async fn proof(&self) -> Result<Proof, CallError> {
        self.proof_since(self.now()).await
    }

    async fn proof_since(&self, began: Moment) -> Result<Proof, CallError> {
        let source = self.shared.source.max_wait(self.time_left(began));
        match source.token().await {
            Ok(token) => Ok(Proof::Token(token)),
            Err(error) if error.is_passing() => Err(error.into()),
            Err(error) => match &self.app().await?.legacy_key {
                Some(key) => Ok(key.clone()),
                None => Err(error.into()),
            },
        }
    }

    /// Another token after a 401; `None` where it could not be had and the answer should be seen.
    async fn renewed(&self, shown: Proof, began: Moment) -> Result<Option<Proof>, CallError> {
        let Proof::Token(refused) = shown else { return Ok(None) };
        let source = self.shared.source.max_wait(self.time_left(began));
        match source.rejected(&refused).await {
            // Served the same again: the API would say the same again.
            Ok(token) if token.token.ct_eq(&refused.token) => Ok(None),
            Ok(token) => Ok(Some(Proof::Token(token))),
            Err(error) => Err(error.into()),
        }
    }

    /// The cool-down of this app at the API, if one runs.
    pub async fn cool_down(&self) -> Result<Option<CoolDown>, CallError> {
        Ok(self.app().await?.limits.running(self.now()).await)
    }

    /// Writes down what a 429 with these headers and (the beginning of) this body asks for. For callers that send requests of
    /// their own with a [`Proof`].
    pub async fn note_limit(&self, headers: &HeaderMap, body: &[u8]) -> Result<CoolDown, CallError> {
        let told = limits::cool_down(&self.provider().dialect, headers, body, self.now());
        self.app().await?.limits.note(told.clone()).await;
        Ok(told)
    }

    /// The address of `path`, which is one, or an address under the provider's API: the token goes nowhere else.
    pub fn resolve(&self, path: &str) -> Result<Url, CallError> {
        let base = &self.provider().api;
        if path.starts_with('/') && !path.starts_with("//") {
            return base.join(path).ok_or_else(|| CallError::Address(path.to_owned()));
        }
        let url = Url::parse(path).map_err(|_| CallError::Address(path.to_owned()))?;
        if base.is_before(&url) {
            return Ok(url);
        }
        let mut shown = url;
        shown.set_query(None);
        shown.set_fragment(None);
        let _ = (shown.set_username(""), shown.set_password(None));
        let credential = self.shared.source.name().clone();
        Err(CallError::Foreign { credential, address: shown.to_string(), base: base.to_string() })
    }

    /// The call for the page after the one that had these headers and this body; `None` after the last. A link that leads
    /// away from the provider is an error.
    pub fn next_page(
        &self,
        call: &ApiCall,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Option<ApiCall>, CallError> {
        let Some(link) = paging::next_link(headers, body) else { return Ok(None) };
        let current = self.address(call)?;
        let next = match link.strip_prefix('/') {
            // A path counts from the host; one that does not name the base's own path counts from the base.
            Some(_) => current
                .join(&link)
                .ok()
                .filter(|url| self.provider().api.is_before(url))
                .map_or_else(|| self.resolve(&link), Ok)?,
            None if link.starts_with('?') => {
                current.join(&link).map_err(|_| CallError::Address(link.clone()))?
            }
            None => self.resolve(&link)?,
        };
        // A page that names itself would be fetched for ever.
        if next == current {
            return Ok(None);
        }
        Ok(Some(ApiCall { path: next.into(), query: Vec::new(), ..call.clone() }))
    }

    fn address(&self, call: &ApiCall) -> Result<Url, CallError> {
        let mut address = self.resolve(&call.path)?;
        if !call.query.is_empty() {
            address.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(address)
    }

    /// The words in (the beginning of) a refusal's body, without the secrets of `before`, the credential as it was when the
    /// call began, nor of what is stored by now.
    pub async fn message(&self, body: &[u8], before: &Credential) -> Option<String> {
        let message = read_message(&self.provider().dialect, body)?;
        let stored = self.shared.source.credential().await.ok();
        let secrets = before.secrets().chain(stored.iter().flat_map(Credential::secrets));
        Some(Redaction::new(secrets, body).words(&message))
    }

    async fn dispatch(
        &self,
        address: &Url,
        call: &ApiCall,
        proof: &Proof,
        began: Moment,
    ) -> Result<Response, CallError> {
        let client = self.shared.http.client()?;
        let mut headers = call.headers.clone();
        proof.apply(&mut headers);
        let request = client.request(call.method.clone(), address.clone()).headers(headers);
        // A body of no bytes still says so: some servers want a length with every POST.
        let has_body = !call.body.is_empty() || call.method == Method::POST || call.method == Method::PUT;
        let request = if has_body { request.body(call.body.clone()) } else { request };
        // Who has no patience for pauses wants an answer all the same.
        let patience = self.time_left(began);
        let sent = tokio::time::timeout(patience, request.send()).await;
        let too_slow = |_| CallError::TooSlow { provider: self.title(), seconds: patience.as_secs() };
        sent.map_err(too_slow)?.map_err(|error| CallError::Unanswered {
            provider: self.title(),
            why: chain(&error.without_url()),
        })
    }

    async fn limited(
        &self,
        mut response: Response,
        shown: &Proof,
        began: Moment,
        pauses: u32,
    ) -> Result<(), CallError> {
        let (status, headers) = (response.status().as_u16(), std::mem::take(response.headers_mut()));
        let reading = beginning(response);
        let body = tokio::time::timeout(self.time_left(began), reading).await;
        let body = body.unwrap_or_default();
        let told = self.note_limit(&headers, &body).await?;
        // A used-up quota is not back in a moment, whatever the header says.
        let seconds = limits::pause_seconds(told.seconds, pauses).filter(|_| told.why == CoolDownKind::Rate);
        if let Some(seconds) = seconds.filter(|seconds| self.has_patience_for(*seconds, began)) {
            pause(seconds).await;
            return Ok(());
        }
        let redaction = Redaction::new([shown.secret()], &body);
        let message = read_message(&self.provider().dialect, &body).map(|message| redaction.text(&message));
        let CoolDown { until, seconds, why: kind, .. } = told;
        Err(CallError::Limited { provider: self.title(), status, message, kind, seconds, until })
    }

    async fn await_cool_down(&self, began: Moment) -> Result<(), CallError> {
        while let Some(cool_down) = self.cool_down().await? {
            let seconds = cool_down.remaining_seconds(self.now());
            if !self.has_patience_for(seconds, began) {
                return Err(CallError::CoolingDown { provider: self.title(), cool_down });
            }
            pause(seconds).await;
        }
        Ok(())
    }

    fn patience_left(&self, began: Moment) -> Duration {
        self.max_wait.saturating_sub(Duration::from_millis(began.millis_until(self.now())))
    }

    /// How long one request may take: also without patience it is made.
    fn time_left(&self, began: Moment) -> Duration {
        self.patience_left(began).max(SHORTEST_WAIT)
    }

    fn has_patience_for(&self, seconds: u32, began: Moment) -> bool {
        Duration::from_secs(u64::from(seconds)) <= self.patience_left(began)
    }

    async fn app(&self) -> Result<&App, CallError> {
        let source = &self.shared.source;
        let load = async { source.credential().await.map(|credential| self.app_of(&credential)) };
        Ok(self.shared.app.get_or_try_init(|| load).await?)
    }

    fn app_of(&self, credential: &Credential) -> App {
        let headers = self.provider().dialect.legacy_keys.as_ref();
        let legacy_key = headers.zip(credential.legacy_key.as_ref()).map(|(headers, (id, key))| {
            Proof::LegacyKey { headers: headers.clone(), id: id.clone(), key: key.clone() }
        });
        let key = CoolDownKey::new(&self.provider().api, &credential.client_id);
        App { legacy_key, limits: Limits::new(self.shared.source.vault().clone(), key) }
    }
}

async fn pause(seconds: u32) {
    tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
}

/// The beginning of a refusal's body; what breaks off is left at that.
async fn beginning(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_REFUSAL_BYTES {
            break;
        }
    }
    body
}
