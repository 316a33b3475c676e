//! Refresh tokens that rotate: `refresh-1`, `refresh-2`, …

use std::sync::{Arc, Mutex};

use crate::fake::{Reply, Request, json};

/// A server's side of one grant.
#[derive(Clone)]
pub(crate) struct Chain {
    state: Arc<Mutex<State>>,
    /// Whether a token that was rotated away gives its successor again until that is used.
    repeats: bool,
}

#[derive(Default)]
struct State {
    newest: u32,
    revoked: bool,
    answers_to_drop: u32,
}

impl Chain {
    pub(crate) fn new(repeats: bool) -> Self {
        Self { state: Arc::new(Mutex::new(State { newest: 1, ..State::default() })), repeats }
    }

    /// Acts on so many of the next requests and hangs up.
    pub(crate) fn drop_answers(&self, count: u32) {
        self.state.lock().unwrap().answers_to_drop = count;
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.state.lock().unwrap().revoked
    }

    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let mut state = self.state.lock().unwrap();
        let presented = request.field("refresh_token");
        let number =
            presented.as_deref().and_then(|token| token.strip_prefix("refresh-")?.parse::<u32>().ok());
        let successor = match number {
            Some(number) if number == state.newest && !state.revoked => {
                state.newest += 1;
                state.newest
            }
            Some(number) if self.repeats && number + 1 == state.newest && !state.revoked => state.newest,
            _ => {
                state.revoked = true;
                return json(400, r#"{"error":"invalid_grant","error_description":"Refresh token revoked"}"#);
            }
        };
        if state.answers_to_drop > 0 {
            state.answers_to_drop -= 1;
            return Reply::HangUp;
        }
        json(
            200,
            format!(
                r#"{{"access_token":"access-{successor}","expires_in":3600,"refresh_token":"refresh-{successor}"}}"#
            ),
        )
    }
}
