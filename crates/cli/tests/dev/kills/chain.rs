//! A grant whose refresh token is rotated over and over.

use super::load::Arrivals;
use crate::http::Connection;
use crate::process::{Dev, Server};
use crate::session::{Session, redeem, refresh};

pub(super) struct Chain {
    api: &'static str,
    /// Those that were answered, the newest last.
    tokens: Vec<String>,
    /// A replay was seen; it must never live again.
    ended: bool,
    pub(super) acknowledged: usize,
}

impl Chain {
    pub(super) fn begin(server: &Server, api: &'static str, session: &Session) -> Self {
        Self { api, tokens: vec![first(server, api, session)], ended: false, acknowledged: 0 }
    }

    /// Refreshes until nobody answers.
    pub(super) fn load(&mut self, mut connection: Connection, server: &Server, arrivals: &Arrivals) {
        if self.ended {
            return;
        }
        while let Ok(answer) = connection.send(&refresh(server, self.api, self.newest())) {
            assert_eq!(answer.status, 200, "{}: {}", self.api, answer.shown());
            self.tokens.push(answer.member("refresh_token"));
            self.acknowledged += 1;
            let _ = arrivals.send(());
        }
    }

    /// Holds what was answered before a kill against the server that came after it.
    pub(super) fn check(&mut self, dev: &Dev, session: &Session, replay: bool) {
        let status = |token: &str| dev.send(&refresh(dev, self.api, token)).status;
        if self.ended {
            assert_eq!(status(self.newest()), 400, "{}: a revoked grant lives again", self.api);
            self.tokens = vec![first(dev, self.api, session)];
            self.ended = false;
        } else if replay && let [.., retired, _, newest] = self.tokens.as_slice() {
            // Its successor's use was answered, so it was retired for good.
            assert_eq!(status(retired), 400, "{}: a token was used twice", self.api);
            assert_eq!(status(newest), 400, "{}: a replay ends the grant", self.api);
            self.ended = true;
        } else {
            // Whether or not the last request before the kill was done: the newest answered token works, and has one
            // successor.
            let next = dev.send(&refresh(dev, self.api, self.newest()));
            assert_eq!(next.status, 200, "{}: an answered token is lost: {}", self.api, next.shown());
            let again = dev.send(&refresh(dev, self.api, self.newest()));
            assert!(again.member("refresh_token") == next.member("refresh_token"), "{}: two heirs", self.api);
            self.tokens.push(next.member("refresh_token"));
        }
    }

    fn newest(&self) -> &str {
        self.tokens.last().unwrap()
    }
}

fn first(server: &Server, api: &str, session: &Session) -> String {
    let answer = match api {
        "bandcamp" => server.client_credentials(api),
        _ => {
            let code = server.send(&session.link(server, api)).query("code").unwrap();
            server.send(&redeem(server, api, &code))
        }
    };
    assert_eq!(answer.status, 200, "{api}: {}", answer.shown());
    answer.member("refresh_token")
}
