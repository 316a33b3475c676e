//! Codes that are issued and redeemed over and over.

use super::load::Arrivals;
use crate::http::Connection;
use crate::process::{Dev, Server};
use crate::session::{Session, redeem, refresh};

const API: &str = "spotify";

#[derive(Default)]
pub(super) struct Codes {
    /// Issued, and not yet sent.
    waiting: Vec<String>,
    /// Sent, and not answered.
    sent: Option<String>,
    /// Redeemed, with the refresh token that was the answer.
    answered: Vec<(String, String)>,
    pub(super) redeemed: usize,
}

impl Codes {
    /// Gets codes and redeems two of three, until nobody answers.
    pub(super) fn load(
        &mut self,
        mut connection: Connection,
        server: &Server,
        session: &Session,
        arrivals: &Arrivals,
    ) {
        for at in 1.. {
            let Ok(issued) = connection.send(&session.link(server, API)) else { return };
            let code = issued.query("code").unwrap_or_else(|| panic!("no code: {}", issued.shown()));
            let _ = arrivals.send(());
            if at % 3 == 0 {
                self.waiting.push(code);
                continue;
            }
            self.sent = Some(code.clone());
            let Ok(answer) = connection.send(&redeem(server, API, &code)) else { return };
            assert_eq!(answer.status, 200, "{}", answer.shown());
            self.sent = None;
            self.answered.push((code, answer.member("refresh_token")));
            self.redeemed += 1;
            let _ = arrivals.send(());
        }
    }

    /// Holds what was answered before a kill against the server that came after it.
    pub(super) fn check(&mut self, dev: &Dev) {
        let status = |code: &str| dev.send(&redeem(dev, API, code)).status;
        for code in self.waiting.drain(..) {
            assert_eq!(status(&code), 200, "an issued code is lost");
            assert_eq!(status(&code), 400, "a code was redeemed twice");
        }
        if let Some(code) = self.sent.take() {
            // Done or not, it is done once.
            let first = status(&code);
            assert!(matches!(first, 200 | 400), "{first}");
            assert_eq!(status(&code), 400, "a code was redeemed twice");
        }
        for (code, token) in self.answered.drain(..) {
            let refreshed = || dev.send(&refresh(dev, API, &token)).status;
            assert_eq!(refreshed(), 200, "an answered redemption is lost");
            assert_eq!(status(&code), 400, "a code was redeemed twice");
            assert_eq!(refreshed(), 400, "a replay ends the grant");
        }
    }
}
