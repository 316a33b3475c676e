//! A live access token, as often as anybody asks: from memory when there is one, else out of the vault, else from the
//! provider. However many tasks and processes ask at once, one of them renews and the others get what it got.

mod error;
mod live;
mod renewal;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use error::SourceError;
pub use live::live;

use crate::clock::{Clock, Moment};
use crate::credential::{AccessToken, Credential, CredentialName};
use crate::exchange::{ExchangeError, TokenEndpoint};
use crate::http_client::HttpClient;
use crate::provider::Provider;
use crate::renew::{Ask, early_millis, remaining_millis};
use crate::vault::{Fingerprint, Vault};

/// How long a caller waits unless it says otherwise.
pub const MAX_WAIT: Duration = Duration::from_secs(30);
/// After a renewal that failed while the token lives, the token is served for so long before it is tried again.
const AGAIN_MILLIS: u64 = 10_000;

/// Gives live access tokens of one credential. Clones share everything.
#[derive(Clone)]
pub struct TokenSource {
    shared: Arc<Shared>,
    max_wait: Duration,
}

/// A token and, where it is not all that was asked for, why.
#[derive(Debug, Clone)]
pub struct Given {
    /// The token. It lives now.
    pub token: Arc<AccessToken>,
    /// What is the matter with it.
    pub warning: Option<Warning>,
}

/// A token was given, and yet not all is well.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Warning {
    /// It lives, and renewing it failed.
    #[error("the token lives for {remaining_seconds} s more, and could not be renewed: {error}")]
    NotRenewed {
        /// How long it lives.
        remaining_seconds: u32,
        /// Why it was not renewed.
        error: SourceError,
    },
    /// It is shorter than asked, and there is no better one.
    #[error(
        "the token lives for {remaining_seconds} s, and the provider gives none for the {min_ttl_seconds} s asked"
    )]
    Short {
        /// How long it lives.
        remaining_seconds: u32,
        /// How long it should.
        min_ttl_seconds: u32,
    },
}

struct Shared {
    endpoint: TokenEndpoint,
    vault: Vault,
    cached: ArcSwapOption<Cached>,
    /// Held by whoever renews, until the renewal has ended, even when its caller is gone.
    turn: Arc<Mutex<Turn>>,
    /// Whether the provider is being asked, rather than another process waited for.
    asking: AtomicBool,
}

/// A token in memory. The boot clock is compared alone: nobody sets it, and a process does not outlive it.
struct Cached {
    token: Arc<AccessToken>,
    fresh_until_millis: u64,
    ends_millis: u64,
}

/// What became of the last renewal.
#[derive(Default)]
struct Turn {
    failed: Option<(u64, SourceError)>,
}

impl TokenSource {
    /// The tokens of `name` in `vault`, from `provider`.
    pub fn new(vault: Vault, name: CredentialName, provider: Provider, http: HttpClient) -> Self {
        Self::with_clock(vault, name, provider, http, Clock::machine())
    }

    /// The same by another clock.
    pub fn with_clock(
        vault: Vault,
        name: CredentialName,
        provider: Provider,
        http: HttpClient,
        clock: Clock,
    ) -> Self {
        let endpoint = TokenEndpoint::new(vault.clone(), name, provider, http, clock);
        let shared = Shared {
            endpoint,
            vault,
            cached: ArcSwapOption::empty(),
            turn: Arc::default(),
            asking: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared), max_wait: MAX_WAIT }
    }

    /// The same source for a caller that waits for so long at most.
    #[must_use]
    pub fn max_wait(&self, max_wait: Duration) -> Self {
        Self { shared: Arc::clone(&self.shared), max_wait }
    }

    /// The credential.
    pub fn name(&self) -> &CredentialName {
        self.shared.endpoint.name()
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        self.shared.endpoint.provider()
    }

    /// The vault.
    pub fn vault(&self) -> &Vault {
        &self.shared.vault
    }

    /// Where the token requests go.
    pub fn endpoint(&self) -> &TokenEndpoint {
        &self.shared.endpoint
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        self.shared.endpoint.clock()
    }

    /// A live token. In memory it costs neither lock nor allocation.
    pub async fn token(&self) -> Result<Arc<AccessToken>, SourceError> {
        if let Some(token) = self.shared.fresh(self.clock().boot_millis()) {
            return Ok(token);
        }
        let given = self.obtain(Ask::default()).await?;
        if let Some(warning) = &given.warning {
            tracing::warn!(credential = %self.name(), %warning, "a token was given with a warning");
        }
        Ok(given.token)
    }

    /// A token that lives for `min_ttl_seconds` at least. It is renewed once for that at most; a shorter one is better than
    /// none and comes with a warning.
    pub async fn token_for(&self, min_ttl_seconds: u32) -> Result<Given, SourceError> {
        self.obtain(Ask { min_ttl_seconds, ..Ask::default() }).await
    }

    /// Another token than `token`, which the API answered 401 for: the vault's, when it holds another by now, else a new one.
    pub async fn rejected(&self, token: &AccessToken) -> Result<Arc<AccessToken>, SourceError> {
        let ask = Ask { rejected: Some(Fingerprint::of(&token.token)), ..Ask::default() };
        self.obtain(ask).await.map(|given| given.token)
    }

    /// What is stored, read anew.
    pub async fn credential(&self) -> Result<Credential, SourceError> {
        let (vault, name) = (self.shared.vault.clone(), self.name().clone());
        let found = renewal::blocking(self.name(), move || vault.read(&name)).await?;
        found.ok_or_else(|| SourceError::Unknown(self.name().clone()))
    }

    async fn obtain(&self, ask: Ask) -> Result<Given, SourceError> {
        let arrived = self.clock().now();
        match tokio::time::timeout(self.max_wait, self.take_turn(ask, arrived)).await {
            Ok(outcome) => outcome,
            Err(_) => {
                let error = SourceError::Patience {
                    name: self.name().clone(),
                    seconds: self.max_wait.as_secs(),
                    slow_provider: self
                        .shared
                        .asking
                        .load(Ordering::Relaxed)
                        .then(|| self.provider().dialect.title.clone()),
                };
                self.shared.or_still_live(&ask, self.clock().now(), error)
            }
        }
    }

    /// Waits for whoever renews; renews when that did not help.
    async fn take_turn(&self, ask: Ask, arrived: Moment) -> Result<Given, SourceError> {
        let turn = Arc::clone(&self.shared.turn).lock_owned().await;
        if let Some(token) = self.shared.cached_for(&ask, self.clock().now()) {
            return Ok(Given { token, warning: None });
        }
        if let Some((at, error)) = &turn.failed
            && *at >= arrived.boot_millis
        {
            // It failed while this caller waited for it: a hundred waiters do not try a hundred times.
            return self.shared.or_still_live(&ask, self.clock().now(), error.clone());
        }
        // In a task of its own, so that a caller who is gone does not lose the answer.
        let renewal = renew_in_turn(Arc::clone(&self.shared), ask, self.max_wait, turn);
        tokio::spawn(renewal).await.map_err(|_| SourceError::CutOff(self.name().clone()))?
    }
}

async fn renew_in_turn(
    shared: Arc<Shared>,
    ask: Ask,
    patience: Duration,
    mut turn: OwnedMutexGuard<Turn>,
) -> Result<Given, SourceError> {
    let outcome = renewal::renew(&shared, ask, patience).await;
    let now = shared.endpoint.clock().now();
    match outcome {
        Ok(given) => {
            turn.failed = None;
            Ok(given)
        }
        Err(error) => {
            turn.failed = Some((now.boot_millis, error.clone()));
            shared.or_still_live(&ask, now, error)
        }
    }
}

impl Shared {
    /// The token in memory, when it need not be renewed yet.
    fn fresh(&self, now_boot_millis: u64) -> Option<Arc<AccessToken>> {
        let cached = self.cached.load();
        let cached = cached.as_ref().filter(|cached| now_boot_millis < cached.fresh_until_millis)?;
        Some(Arc::clone(&cached.token))
    }

    /// The same for a caller with wishes.
    fn cached_for(&self, ask: &Ask, now: Moment) -> Option<Arc<AccessToken>> {
        let cached = self.cached.load_full()?;
        let needed = now.boot_millis.saturating_add(u64::from(ask.min_ttl_seconds) * 1000);
        let will_do = now.boot_millis < cached.fresh_until_millis && needed <= cached.ends_millis;
        (will_do && !is_rejected(&cached.token, ask)).then(|| Arc::clone(&cached.token))
    }

    /// The token in memory with a warning, as long as it lives; otherwise the error.
    fn or_still_live(&self, ask: &Ask, now: Moment, error: SourceError) -> Result<Given, SourceError> {
        let cached = self.cached.load_full().filter(|cached| now.boot_millis < cached.ends_millis);
        match cached.filter(|cached| !is_rejected(&cached.token, ask)) {
            Some(cached) => {
                let remaining_seconds = seconds(cached.ends_millis - now.boot_millis);
                let warning = Warning::NotRenewed { remaining_seconds, error };
                Ok(Given { token: Arc::clone(&cached.token), warning: Some(warning) })
            }
            None => Err(error),
        }
    }

    /// Puts `access` in memory. One that should be renewed and was not is served for a while before that is tried again.
    fn publish(&self, access: &AccessToken, now: Moment, for_a_while: bool) -> Arc<AccessToken> {
        let left = remaining_millis(access, now);
        let fresh = left.saturating_sub(early_millis(access));
        let fresh = if for_a_while { fresh.max(AGAIN_MILLIS.min(left)) } else { fresh };
        let token = Arc::new(access.clone());
        self.cached.store(Some(Arc::new(Cached {
            token: Arc::clone(&token),
            fresh_until_millis: now.boot_millis.saturating_add(fresh),
            ends_millis: now.boot_millis.saturating_add(left),
        })));
        token
    }
}

fn is_rejected(token: &AccessToken, ask: &Ask) -> bool {
    ask.rejected.is_some_and(|rejected| rejected == Fingerprint::of(&token.token))
}

fn seconds(millis: u64) -> u32 {
    u32::try_from(millis / 1000).unwrap_or(u32::MAX)
}

/// Whether `error` says that the provider refused the refresh token itself.
fn is_grant_refused(error: &ExchangeError) -> bool {
    matches!(error, ExchangeError::GrantRefused(_))
}
