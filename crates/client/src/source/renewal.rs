//! One renewal: look into the vault, lock, look again, exchange, write down, give.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use stagedoor_wire::Secret;
use stagedoor_wire::token_request::GrantRequest;

use super::{Given, Shared, SourceError, Warning, is_grant_refused, is_rejected, seconds};
use crate::clock::Moment;
use crate::credential::{AccessToken, Credential, CredentialName};
use crate::exchange::ExchangeError;
use crate::renew::{
    Action, Ask, SignInReason, State, next, remaining_millis, survives_lost_answer, was_sent,
};
use crate::vault::{CoolDown, Fingerprint, JournalEntry, Locked, VaultError};

/// What a look into the vault found.
enum Look {
    /// A token that will do.
    Live(Box<Credential>),
    /// Another process is at it.
    Busy,
    SignIn(SignInReason),
    CoolDown(CoolDown),
    /// The lock is held, and a token has to be asked for.
    Exchange(Box<Exchange>),
}

/// An exchange that is to be made under the lock.
struct Exchange {
    locked: Arc<Locked>,
    credential: Credential,
    journal: Option<JournalEntry>,
    refresh: Option<Secret>,
}

/// What an exchange led to.
enum Outcome {
    Given(Given),
    /// The refresh token was not taken, and was set aside.
    Refused {
        error: ExchangeError,
        /// Where it was sent before and the dialect does not forgive that.
        answer_lost: Option<SourceError>,
    },
    /// The vault holds something else by now: look again.
    Again,
}

/// Gets a token for `ask`. Waits for other processes, and for a cool-down that ends within `patience`.
pub(super) async fn renew(shared: &Arc<Shared>, ask: Ask, patience: Duration) -> Result<Given, SourceError> {
    let began = shared.endpoint.clock().now();
    let (mut refused, mut lost, mut sent_again) = (None, None, false);
    loop {
        let name = shared.endpoint.name();
        let looking = Arc::clone(shared);
        match blocking(name, move || look(&looking, ask)).await? {
            Look::Live(credential) => return live(shared, &credential, ask, refused),
            Look::Busy => {
                let (vault, waiting) = (shared.vault.clone(), name.clone());
                blocking(name, move || vault.wait(&waiting)).await?;
            }
            Look::SignIn(reason) => {
                return Err(lost.unwrap_or(SourceError::SignIn { name: name.clone(), reason, refused }));
            }
            Look::CoolDown(cool_down) => wait_for(shared, cool_down, began, patience).await?,
            Look::Exchange(exchange) => {
                let may_repeat = !sent_again && exchange.may_be_repeated(shared);
                match exchange.make(shared, ask).await {
                    Ok(Outcome::Given(given)) => return Ok(given),
                    Ok(Outcome::Refused { error, answer_lost }) => {
                        (refused, lost) = (Some(Arc::new(error)), answer_lost);
                    }
                    Ok(Outcome::Again) => {}
                    // The answer broke off: the same is sent once more at once.
                    Err(SourceError::Exchange(error))
                        if may_repeat && matches!(*error, ExchangeError::Lost(_)) =>
                    {
                        sent_again = true;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// What is to be done: without the lock when there is nothing to renew, else under it.
fn look(shared: &Shared, ask: Ask) -> Result<Look, SourceError> {
    let name = shared.endpoint.name();
    match shared.vault.read(name) {
        Ok(None) => return Err(SourceError::Unknown(name.clone())),
        Ok(Some(credential)) => {
            same_provider(shared, &credential)?;
            if let Some(found) = without_lock(shared, credential, ask) {
                return Ok(found);
            }
        }
        // Under the lock the previous generation may still be had.
        Err(VaultError::Torn { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let Some(locked) = shared.vault.try_lock(name)? else { return Ok(Look::Busy) };
    let credential = locked.read()?.ok_or_else(|| SourceError::Unknown(name.clone()))?;
    same_provider(shared, &credential)?;
    let journal = locked.journal()?;
    Ok(match decide(shared, &credential, journal.as_ref(), ask) {
        Action::Use => Look::Live(Box::new(credential)),
        Action::SignIn(reason) => Look::SignIn(reason),
        Action::CoolDown(cool_down) => Look::CoolDown(cool_down),
        Action::ClientCredentials => Look::Exchange(Box::new(Exchange {
            locked: Arc::new(locked),
            credential,
            journal,
            refresh: None,
        })),
        Action::Refresh { .. } => {
            let refresh = credential.refresh.as_ref().map(|refresh| refresh.token.clone());
            Look::Exchange(Box::new(Exchange { locked: Arc::new(locked), credential, journal, refresh }))
        }
    })
}

/// Another process may have signed the name in elsewhere; neither secret nor token of there is for the provider here.
fn same_provider(shared: &Shared, credential: &Credential) -> Result<(), SourceError> {
    let (stored, own) = (&credential.provider, shared.endpoint.provider());
    if stored.accounts == own.accounts && stored.api == own.api {
        Ok(())
    } else {
        Err(SourceError::Elsewhere(shared.endpoint.name().clone()))
    }
}

fn without_lock(shared: &Shared, credential: Credential, ask: Ask) -> Option<Look> {
    let now = shared.endpoint.clock().now();
    // Should the renewal fail, this one still lives.
    if let Some(access) = &credential.access
        && remaining_millis(access, now) > 0
        && !is_rejected(access, &ask)
    {
        shared.publish(access, now, true);
    }
    match decide(shared, &credential, None, ask) {
        Action::Use => Some(Look::Live(Box::new(credential))),
        Action::SignIn(reason) => Some(Look::SignIn(reason)),
        Action::CoolDown(cool_down) => Some(Look::CoolDown(cool_down)),
        Action::ClientCredentials | Action::Refresh { .. } => None,
    }
}

fn decide(shared: &Shared, credential: &Credential, journal: Option<&JournalEntry>, ask: Ask) -> Action {
    let cool_down = shared.endpoint.cool_down(credential);
    let dialect = &shared.endpoint.provider().dialect;
    let state = State { dialect, credential, journal, cool_down: cool_down.as_ref(), ask };
    next(&state, shared.endpoint.clock().now())
}

/// Gives the token that is stored. When it only will do because no better one can be had, that is said.
fn live(
    shared: &Shared,
    credential: &Credential,
    ask: Ask,
    refused: Option<Arc<ExchangeError>>,
) -> Result<Given, SourceError> {
    let now = shared.endpoint.clock().now();
    let name = shared.endpoint.name();
    let Some(access) = &credential.access else { return Err(SourceError::Unknown(name.clone())) };
    let given = give(shared, access, ask, now, true);
    match (refused, credential.set_aside.first()) {
        (Some(error), Some(aside)) => {
            let reason = SignInReason::Refused { authorized: aside.authorized, received: aside.received };
            let error = SourceError::SignIn { name: name.clone(), reason, refused: Some(error) };
            let remaining_seconds = seconds(remaining_millis(access, now));
            Ok(Given { warning: Some(Warning::NotRenewed { remaining_seconds, error }), ..given })
        }
        _ => Ok(given),
    }
}

fn give(shared: &Shared, access: &AccessToken, ask: Ask, now: Moment, for_a_while: bool) -> Given {
    let token = shared.publish(access, now, for_a_while);
    let remaining_seconds = seconds(remaining_millis(access, now));
    let min_ttl_seconds = ask.min_ttl_seconds;
    let short = remaining_seconds < min_ttl_seconds;
    Given { token, warning: short.then_some(Warning::Short { remaining_seconds, min_ttl_seconds }) }
}

async fn wait_for(
    shared: &Shared,
    cool_down: CoolDown,
    began: Moment,
    patience: Duration,
) -> Result<(), SourceError> {
    let now = shared.endpoint.clock().now();
    let left = Duration::from_secs(u64::from(cool_down.remaining_seconds(now)));
    if left + Duration::from_millis(began.millis_until(now)) > patience {
        let provider = shared.endpoint.provider().dialect.title.clone();
        return Err(ExchangeError::CoolingDown { provider, cool_down }.into());
    }
    tokio::time::sleep(left).await;
    Ok(())
}

impl Exchange {
    /// Whether what is sent may be sent again at once when the connection breaks: another grant must not come of it, nor a
    /// replay.
    fn may_be_repeated(&self, shared: &Shared) -> bool {
        let dialect = &shared.endpoint.provider().dialect;
        match self.refresh {
            Some(_) => survives_lost_answer(dialect),
            None => !dialect.grants.client_credentials_refresh_token,
        }
    }

    async fn make(self: Box<Self>, shared: &Arc<Shared>, ask: Ask) -> Result<Outcome, SourceError> {
        let (name, endpoint) = (shared.endpoint.name(), &shared.endpoint);
        let journalled = self.begin(shared).await?;
        let grant = match &self.refresh {
            Some(token) => GrantRequest::RefreshToken { token: token.clone() },
            None => GrantRequest::ClientCredentials,
        };
        shared.asking.store(true, Ordering::Relaxed);
        let answer = endpoint.send(&self.credential, grant).await;
        shared.asking.store(false, Ordering::Relaxed);
        let given = match answer {
            Ok(given) => given,
            Err(error) if is_grant_refused(&error) && self.refresh.is_some() => {
                return self.refused(shared, error).await;
            }
            Err(error) => {
                // A fault may hide an answer: the journal entry stays, so that the next one knows.
                if journalled && !error.may_have_acted() {
                    let locked = Arc::clone(&self.locked);
                    blocking(name, move || locked.end()).await?;
                }
                return Err(error.into());
            }
        };
        let authorized = self.refresh.is_none().then(|| given.sent.wall());
        let (mut credential, locked) = (self.credential, self.locked);
        credential.take_up(&given.answer, given.sent, given.date, authorized);
        // Before anybody has the new token it is on disk.
        let written = blocking(name, move || locked.write(&credential).map(|()| credential)).await?;
        let access = written.access.as_ref().ok_or_else(|| SourceError::CutOff(name.clone()))?;
        tracing::info!(credential = %name, token = %Fingerprint::of(&access.token), seconds = access.seconds, "renewed");
        Ok(Outcome::Given(give(shared, access, ask, endpoint.clock().now(), false)))
    }

    /// Writes down what is about to be sent, where losing the answer could lose the grant.
    async fn begin(&self, shared: &Shared) -> Result<bool, SourceError> {
        let endpoint = &shared.endpoint;
        let sent = match &self.refresh {
            Some(token) => Some(token),
            None if endpoint.provider().dialect.grants.client_credentials_refresh_token => {
                self.credential.client_secret.as_ref()
            }
            None => None,
        };
        let Some(sent) = sent else { return Ok(false) };
        let before = self.journal.as_ref().filter(|_| was_sent(self.journal.as_ref(), sent));
        let entry = JournalEntry {
            fingerprint: Fingerprint::of(sent),
            began: before.map_or_else(|| endpoint.clock().now(), |entry| entry.began),
            sent: before.map_or(1, |entry| entry.sent.saturating_add(1)),
        };
        let locked = Arc::clone(&self.locked);
        blocking(endpoint.name(), move || locked.begin(&entry)).await?;
        Ok(true)
    }

    /// The provider does not take the refresh token. What is stored is compared once more, and the token is set aside, never
    /// deleted: a provider's fault looks the same.
    async fn refused(self: Box<Self>, shared: &Shared, error: ExchangeError) -> Result<Outcome, SourceError> {
        let name = shared.endpoint.name().clone();
        let lost = self.journal.as_ref().filter(|_| {
            let sent = self.refresh.as_ref().is_some_and(|token| was_sent(self.journal.as_ref(), token));
            sent && !survives_lost_answer(&shared.endpoint.provider().dialect)
        });
        let answer_lost =
            lost.map(|entry| SourceError::AnswerLost { name: name.clone(), sent: entry.began.wall() });
        let (locked, sent) = (self.locked, self.refresh);
        let is_as_sent = blocking(&name, move || {
            let Some(mut stored) = locked.read()? else { return Ok(false) };
            let same = match (&stored.refresh, &sent) {
                (Some(stored), Some(sent)) => stored.token.ct_eq(sent),
                _ => false,
            };
            if same {
                stored.set_refresh_aside();
                locked.write(&stored)?;
            }
            Ok::<_, VaultError>(same)
        });
        Ok(if is_as_sent.await? { Outcome::Refused { error, answer_lost } } else { Outcome::Again })
    }
}

/// Does what blocks on the disk or on another process, away from the runtime's own threads.
pub(super) async fn blocking<T, E>(
    name: &CredentialName,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, SourceError>
where
    T: Send + 'static,
    E: Into<SourceError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(_) => Err(SourceError::CutOff(name.clone())),
    }
}
