//! The device flow (RFC 8628): a code is shown here, a person enters it elsewhere.

use std::time::Duration;

use stagedoor_wire::device_answer::DeviceAnswer;
use stagedoor_wire::form;
use stagedoor_wire::token_request::{GrantRequest, write_client};
use url::Url;

use super::SignInError;
use crate::credential::Credential;
use crate::exchange::{ExchangeError, Given, TokenEndpoint, client_of};

/// RFC 8628 §3.5: `slow_down` adds so many seconds for good.
const SLOW_DOWN_SECONDS: u32 = 5;
/// The longest pause between two questions while the provider cannot be reached.
const MAX_PAUSE_SECONDS: u32 = 60;

/// A sign-in that waits for somebody elsewhere.
#[derive(Debug)]
pub struct DeviceFlow {
    answer: DeviceAnswer,
}

impl DeviceFlow {
    /// Begins a sign-in for the app and scopes of `credential`.
    pub async fn begin(endpoint: &TokenEndpoint, credential: &Credential) -> Result<Self, SignInError> {
        let dialect = &endpoint.provider().dialect;
        let lacking = SignInError::NotOffered { provider: dialect.title.clone(), what: "device flow" };
        let path = dialect.endpoints.device_authorization.as_deref().ok_or(lacking)?;
        let mut body = form::Writer::default();
        body.optional("scope", credential.scopes.as_ref().map(|scopes| scopes.as_str()));
        let client = client_of(credential);
        endpoint.check_cool_down(credential)?;
        let reply = endpoint.post(path, write_client(dialect, &client, body)).await?;
        let is_web =
            |address: &str| Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        match DeviceAnswer::read(&reply.body) {
            Some(answer) if reply.status == 200 && is_web(&answer.verification_uri) => Ok(Self { answer }),
            _ => Err(endpoint.refusal(credential, &reply, &client.secrets).into()),
        }
    }

    /// What the person enters.
    pub fn user_code(&self) -> &str {
        &self.answer.user_code
    }

    /// Where they enter it.
    pub fn verification_uri(&self) -> &str {
        &self.answer.verification_uri
    }

    /// The same with the code in it.
    pub fn verification_uri_complete(&self) -> Option<&str> {
        let own =
            |address: &&str| Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        self.answer.verification_uri_complete.as_deref().filter(own)
    }

    /// How long the code can be entered.
    pub fn expires_in(&self) -> Duration {
        Duration::from_secs(u64::from(self.answer.expires_in_seconds))
    }

    /// Asks until the person has decided, for `deadline` or until the code has expired.
    pub async fn wait(
        &self,
        endpoint: &TokenEndpoint,
        credential: &Credential,
        deadline: Duration,
    ) -> Result<Given, SignInError> {
        let deadline = deadline.min(self.expires_in());
        let seconds = deadline.as_secs();
        let asking = tokio::time::timeout(deadline, self.ask(endpoint, credential));
        asking.await.map_err(|_| SignInError::TimedOut { seconds })?.map_err(SignInError::Exchange)
    }

    async fn ask(&self, endpoint: &TokenEndpoint, credential: &Credential) -> Result<Given, ExchangeError> {
        let mut pace = Pace {
            interval_seconds: self.answer.interval_seconds,
            pause_seconds: self.answer.interval_seconds,
        };
        loop {
            // The pause begins when an answer is there, not when the question went out.
            tokio::time::sleep(Duration::from_secs(u64::from(pace.pause_seconds))).await;
            let grant = GrantRequest::DeviceCode { code: self.answer.device_code.clone() };
            match endpoint.send(credential, grant).await {
                Ok(given) => return Ok(given),
                Err(error) => pace = pace.after(&error).ok_or(error)?,
            }
        }
    }
}

/// How long to wait before the next question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Pace {
    interval_seconds: u32,
    pause_seconds: u32,
}

impl Pace {
    /// `None` where asking again leads nowhere.
    fn after(self, error: &ExchangeError) -> Option<Self> {
        // Whoever said 0 is not asked without a pause.
        let interval_seconds = self.interval_seconds.max(1);
        let pause = |seconds| Some(Self { interval_seconds, pause_seconds: seconds });
        match error {
            ExchangeError::Pending(_) => pause(interval_seconds),
            ExchangeError::SlowDown(_) => {
                let slower = interval_seconds.saturating_add(SLOW_DOWN_SECONDS);
                Some(Self { interval_seconds: slower, pause_seconds: slower })
            }
            ExchangeError::RateLimited { seconds, .. } => pause(interval_seconds.max(*seconds)),
            // RFC 8628 §3.5: a connection that fails is tried less and less often.
            ExchangeError::Unreachable(_) | ExchangeError::Lost(_) | ExchangeError::Fault(_) => pause(
                self.pause_seconds
                    .max(interval_seconds)
                    .saturating_mul(2)
                    .min(MAX_PAUSE_SECONDS.max(interval_seconds)),
            ),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::CredentialName;
    use crate::exchange::{Answered, Unanswered};

    fn answered() -> Box<Answered> {
        Box::new(Answered {
            login: String::new(),
            provider: String::new(),
            endpoint: String::new(),
            status: 400,
            content_type: None,
            code: None,
            words: None,
            snippet: String::new(),
        })
    }

    fn unanswered() -> Unanswered {
        let credential = CredentialName::new("a").unwrap();
        Unanswered { credential, provider: String::new(), endpoint: String::new(), why: String::new() }
    }

    #[test]
    fn slow_down_adds_up_and_faults_back_off() {
        let mut pace = Pace { interval_seconds: 5, pause_seconds: 5 };
        let steps = [
            (ExchangeError::Pending(answered()), 5),
            (ExchangeError::SlowDown(answered()), 10),
            (ExchangeError::SlowDown(answered()), 15),
            (ExchangeError::Pending(answered()), 15),
            (ExchangeError::Lost(unanswered()), 30),
            (ExchangeError::Lost(unanswered()), 60),
            (ExchangeError::Lost(unanswered()), 60),
            (ExchangeError::Pending(answered()), 15),
        ];
        for (error, pause) in steps {
            pace = pace.after(&error).unwrap();
            assert_eq!(pace.pause_seconds, pause, "{error}");
        }
        for end in [ExchangeError::AccessDenied(answered()), ExchangeError::DeviceCodeExpired(answered())] {
            assert_eq!(pace.after(&end), None);
        }
    }

    #[test]
    fn an_interval_of_nothing_is_a_second_from_the_second_question_on() {
        let pace = Pace { interval_seconds: 0, pause_seconds: 0 };
        assert_eq!(pace.after(&ExchangeError::Pending(answered())).unwrap().pause_seconds, 1);
    }
}
