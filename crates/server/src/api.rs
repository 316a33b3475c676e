//! One API: a dialect, a mount, an upstream, limits.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use stagedoor_protocol::app::Applicant;
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{Question, Rules, Timestamp};
use stagedoor_store::{Store, StoreError};
use stagedoor_wire::Dialect;

use crate::clock::Clock;
use crate::example_call::ExampleCall;
use crate::figures::{ApiFigures, Figures};
use crate::gateway::BODY_PATIENCE;
use crate::gateway::upstream::Upstream;
use crate::limit::{QuotaCounter, RateLimit};
use crate::password::Passwords;

/// What an operator says of an API.
pub struct ApiSettings {
    /// Name in the configuration.
    pub name: String,
    /// Path prefix without trailing slash, such as `/spotify`; empty for the root.
    pub mount: String,
    /// Scheme, host and port that people and programs reach this server by, without trailing slash.
    pub origin: String,
    pub dialect: Dialect,
    /// What stands behind the gateway.
    pub upstream: Upstream,
    /// Paths that need a scope.
    pub needed_scopes: Vec<NeededScope>,
    /// Whether limits are lifted, for load runs.
    pub unlimited: bool,
}

/// A path prefix of the API and the scope its calls need.
#[derive(Debug, Clone)]
pub struct NeededScope {
    pub prefix: String,
    pub scope: String,
}

/// What developers accept before they get an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub url: String,
    pub version: String,
}

/// Where people make an account, set a forgotten password, and see the apps they allowed, as whole addresses: none where they
/// cannot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountPages {
    pub register: Option<String>,
    pub forgotten: Option<String>,
    pub connections: Option<String>,
}

/// An API as it runs.
pub struct Api {
    pub mount: String,
    pub origin: String,
    pub rules: Rules,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) upstream: Upstream,
    pub(crate) needed_scopes: Vec<NeededScope>,
    /// For every next piece of a call's body.
    pub(crate) body_patience: Duration,
    pub(crate) limits: Option<ApiLimits>,
    pub(crate) cors: HeaderMap,
    pub(crate) figures: Arc<ApiFigures>,
    /// What pages say to the developer of an app that is refused.
    pub(crate) developer_hint: Option<String>,
    /// The kinds of teams it has apps of; none named are all.
    pub(crate) serves: Vec<TeamKind>,
    pub(crate) terms: Option<Terms>,
    /// What its sign-in page leads to.
    pub(crate) accounts: AccountPages,
    pub(crate) example_call: Option<ExampleCall>,
}

/// The counters of an API.
pub(crate) struct ApiLimits {
    pub(crate) token: Arc<RateLimit>,
    pub(crate) api: Arc<RateLimit>,
    pub(crate) quota: Option<Arc<QuotaCounter>>,
    pub(crate) user_code: Arc<RateLimit>,
}

impl Api {
    /// An API over `store`.
    pub fn new(
        settings: ApiSettings,
        keys: Arc<KeyRing>,
        store: Store,
        clock: Clock,
        passwords: Arc<Passwords>,
    ) -> Self {
        let dialect = Arc::new(settings.dialect);
        let name: Arc<str> = settings.name.into();
        let issuer = format!("{}{}", settings.origin, settings.mount).into();
        Self {
            limits: (!settings.unlimited).then(|| ApiLimits::new(&dialect)),
            cors: cors_headers(&dialect),
            rules: Rules { api: name.clone(), issuer, dialect, token_format: TokenFormat::Opaque, keys },
            mount: settings.mount,
            origin: settings.origin,
            store,
            clock,
            passwords,
            upstream: settings.upstream,
            needed_scopes: settings.needed_scopes,
            figures: Figures::default().api(&name),
            body_patience: BODY_PATIENCE,
            developer_hint: None,
            serves: Vec::new(),
            terms: None,
            accounts: AccountPages::default(),
            example_call: None,
        }
    }

    /// The same, with what pages say to the developer whose client id or redirect URI is refused: how to register one here.
    pub fn with_developer_hint(self, hint: String) -> Self {
        Self { developer_hint: Some(hint), ..self }
    }

    /// The same for these kinds of teams; none named are all.
    pub fn with_serves(self, serves: Vec<TeamKind>) -> Self {
        Self { serves, ..self }
    }

    /// The same with terms that developers accept.
    pub fn with_terms(self, terms: Option<Terms>) -> Self {
        Self { terms, ..self }
    }

    /// The same, whose sign-in page leads to these.
    pub fn with_accounts(self, accounts: AccountPages) -> Self {
        Self { accounts, ..self }
    }

    /// The same with a call for developers to begin with.
    pub fn with_example_call(self, example_call: Option<ExampleCall>) -> Self {
        Self { example_call, ..self }
    }

    /// A team of this kind, as one that wants an app.
    pub(crate) fn applicant(&self, kind: TeamKind) -> Applicant<'_> {
        Applicant { kind, served: &self.serves }
    }

    /// The same with access tokens of another form.
    pub fn with_token_format(self, token_format: TokenFormat) -> Self {
        Self { rules: Rules { token_format, ..self.rules }, ..self }
    }

    /// The same, counting into `figures`, which outlast it.
    pub fn with_figures(self, figures: &Figures) -> Self {
        Self { figures: figures.api(&self.rules.api), ..self }
    }

    /// The same, which waits so long for every next piece of a call's body.
    pub(crate) fn with_body_patience(self, body_patience: Duration) -> Self {
        Self { body_patience, ..self }
    }

    /// The same, which goes on counting where `before` stands, as far as they have the same limits.
    pub(crate) fn counting_on(mut self, before: &Self) -> Self {
        if let (Some(limits), Some(before)) = (&mut self.limits, &before.limits) {
            limits.count_on(before);
        }
        self
    }

    /// Spelling and rules.
    pub fn dialect(&self) -> &Dialect {
        &self.rules.dialect
    }

    /// The path as the provider knows it; `None` when it does not lie under this API's mount.
    pub fn local_path<'a>(&self, path: &'a str) -> Option<&'a str> {
        let local = path.strip_prefix(self.mount.as_str())?;
        match local {
            "" => Some("/"),
            _ if local.starts_with('/') => Some(local),
            _ => None,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The store's answer, from memory when it can.
    pub(crate) async fn answer(
        &self,
        question: &Question<'_>,
    ) -> Result<stagedoor_protocol::Facts, StoreError> {
        match self.store.known(&self.rules.api, question) {
            Some(facts) => Ok(facts),
            None => self.store.answer(&self.rules.api, question).await,
        }
    }
}

impl ApiLimits {
    fn new(dialect: &Dialect) -> Self {
        let limits = &dialect.limits;
        // 34 bits of user code, guessed at this rate for their 15 minutes (RFC 8628 §5.1).
        let user_code = stagedoor_wire::dialect::Limit { burst: 30, per_minute: 30 };
        Self {
            token: Arc::new(RateLimit::new(limits.token)),
            api: Arc::new(RateLimit::new(limits.api)),
            quota: limits.quota.as_ref().map(|quota| Arc::new(QuotaCounter::new(quota.calls))),
            user_code: Arc::new(RateLimit::new(user_code)),
        }
    }

    fn count_on(&mut self, before: &Self) {
        let rates = [
            (&mut self.token, &before.token),
            (&mut self.api, &before.api),
            (&mut self.user_code, &before.user_code),
        ];
        for (own, before) in rates {
            if own.is_like(before) {
                own.clone_from(before);
            }
        }
        if let (Some(own), Some(before)) = (&mut self.quota, &before.quota)
            && own.is_like(before)
        {
            own.clone_from(before);
        }
    }
}

/// Headers of every answer to another origin; none where the dialect has no CORS.
fn cors_headers(dialect: &Dialect) -> HeaderMap {
    let Some(cors) = &dialect.cors else { return HeaderMap::new() };
    let text = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""));
    let max_age = cors.max_age_seconds.to_string();
    let pairs: [(HeaderName, HeaderValue); 5] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::ACCESS_CONTROL_ALLOW_METHODS, text(&cors.methods)),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, text(&cors.headers)),
        (header::ACCESS_CONTROL_MAX_AGE, text(&max_age)),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, WWW-Authenticate")),
    ];
    pairs.into_iter().collect()
}
