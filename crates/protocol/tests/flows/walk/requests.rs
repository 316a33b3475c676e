//! What clients send, and what must come of it.

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::{Refusal, Timestamp};
use stagedoor_wire::Scopes;
use stagedoor_wire::dialect::{AccessTokenIssue, WithoutSecret};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::DEVICE_CODE;

use super::step::Caller;
use super::walker::{IssuedCode, Walker};
use crate::api::{redemption, refreshing};
use crate::{device, revocation};

const WRONG_VERIFIER: &str = "a-verifier-that-answers-no-challenge-of-ours";

type Outcome = Result<TokenAnswer, Refusal>;

impl Walker {
    /// Sends a request, several times at once or alone.
    fn send(&mut self, client: usize, by: Caller, form: &[(&str, &str)], times: usize) -> Vec<Outcome> {
        let shown = self.shown(client, by);
        if times == 1 {
            vec![self.api.token(&shown, form)]
        } else {
            self.api.token_at_once(&shown, form, times)
        }
    }

    fn scopes(&self, bits: u8) -> String {
        let known = self.api.rules.dialect.scopes.known.iter().enumerate().take(3);
        let chosen = known.filter(|(at, _)| bits & (1 << at) != 0).map(|(_, scope)| scope.name.as_str());
        chosen.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn authorize(&mut self, client: usize, person: AccountId, scopes: u8, challenge: bool) {
        let dialect = self.api.rules.dialect.clone();
        let Some(rules) = &dialect.authorization else { return };
        let asked = self.scopes(scopes);
        let mut request = self.api.authorize_request(&self.clients[client].client, &asked);
        if !challenge {
            (request.code_challenge, request.code_challenge_method) = (None, None);
        }
        if self.api.validate(&request).is_err() {
            assert!(self.clients[client].suspended || !challenge);
            return;
        }
        let text = self.api.code_for(&request, person);
        let expires = self.api.now.plus_seconds(i64::from(rules.code_seconds));
        let asked = Scopes::parse(&asked).unwrap();
        let (started, forgotten) = (None, false);
        self.codes.push(IssuedCode { text, client, person, challenge, asked, expires, started, forgotten });
    }

    /// One code makes one grant, for the client it was given to; its second use ends that grant.
    pub(super) fn redeem(&mut self, code: usize, by: Caller, times: usize) {
        if self.codes.is_empty() {
            return;
        }
        let at = code % self.codes.len();
        let code = &self.codes[at];
        let (client, text) = (code.client, code.text.clone());
        let [grant_type, code_field, uri, verifier] = redemption(&text);
        let wrong = by == Caller::WrongVerifier;
        let form = match code.challenge {
            _ if wrong => vec![grant_type, code_field, uri, ("code_verifier", WRONG_VERIFIER)],
            true => vec![grant_type, code_field, uri, verifier],
            false => vec![grant_type, code_field, uri],
        };
        let pkce_will_do = match self.api.rules.dialect.client_authentication.without_secret {
            WithoutSecret::Nobody => false,
            WithoutSecret::PublicApps => self.clients[client].public && code.challenge,
            WithoutSecret::AnyAppWithPkce => code.challenge,
        };
        let allowed = !wrong && self.may_act(client, by, !pkce_will_do);
        for outcome in self.send(client, by, &form, times) {
            self.after_redemption(at, allowed, outcome);
        }
    }

    fn after_redemption(&mut self, at: usize, allowed: bool, outcome: Outcome) {
        let code = &self.codes[at];
        let fresh = code.started.is_none() && !code.forgotten && self.api.now < code.expires;
        assert_eq!(outcome.is_ok(), allowed && fresh, "{outcome:?}");
        assert!(allowed || self.api.effects.is_empty());
        let (client, asked, started) = (code.client, code.asked.clone(), code.started);
        if let Ok(answer) = outcome {
            let token = self.keep(client, &answer, 1);
            assert!(token.scopes.is_within(&asked));
            self.codes[at].started = token.grant;
        } else if allowed {
            self.dead.extend(started);
        }
    }

    pub(super) fn device(&mut self, client: usize, person: AccountId, allow: bool) {
        if !self.api.rules.dialect.grants.device_code || self.clients[client].suspended {
            return;
        }
        let shown = self.shown(client, Caller::Owner);
        let started = device::start(&mut self.api, &shown, "").unwrap();
        device::answer(&mut self.api, &started, person, allow).unwrap();
        let form = [("grant_type", DEVICE_CODE), ("device_code", started.device_code.expose())];
        let outcome = self.api.token(&shown, &form);
        assert_eq!(outcome.is_ok(), allow);
        if let Ok(answer) = outcome {
            assert!(self.keep(client, &answer, 1).scopes.is_empty());
        }
    }

    /// A token for the app alone; where one grant a time is the rule, not while another is active.
    pub(super) fn client_credentials(&mut self, client: usize, scopes: u8, by: Caller, times: usize) {
        if by == Caller::AnotherApp {
            return; // It would ask for itself, which is its right.
        }
        let asked = self.scopes(scopes);
        let allowed = self.api.rules.dialect.grants.client_credentials && self.may_act(client, by, true);
        let form = [("grant_type", "client_credentials"), ("scope", &asked)];
        for outcome in self.send(client, by, &form, times) {
            let duplicate = self.one_per_app() && self.active_grants(client).next().is_some();
            assert_eq!(outcome.is_ok(), allowed && !duplicate, "{outcome:?}");
            let Ok(answer) = outcome else { continue };
            let token = self.keep(client, &answer, 1);
            assert!(token.scopes.is_within(&Scopes::parse(&asked).unwrap()) && token.account.is_none());
            if self.one_per_app() {
                let grants = self.api.world.grants.values();
                let former = grants.filter(|grant| grant.app == token.app && Some(grant.id) != token.grant);
                self.dead.extend(former.map(|grant| grant.id));
            }
        }
    }

    /// `newest` takes the latest token of the one named.
    pub(super) fn refresh(
        &mut self,
        token: usize,
        newest: bool,
        scopes: Option<u8>,
        by: Caller,
        times: usize,
    ) {
        if self.refresh_tokens.is_empty() {
            return;
        }
        let mut at = token % self.refresh_tokens.len();
        if newest {
            let grant = self.refresh_tokens[at].grant;
            at = self.refresh_tokens.iter().rposition(|other| other.grant == grant).unwrap();
        }
        let asked = scopes.map(|bits| self.scopes(bits)).unwrap_or_default();
        let (client, text) = (self.refresh_tokens[at].client, self.refresh_tokens[at].text.clone());
        let [grant_type, token] = refreshing(text.expose());
        let form = [grant_type, token, ("scope", &asked)];
        for outcome in self.send(client, by, &form, times) {
            self.after_refresh(at, by, &asked, outcome);
        }
    }

    pub(super) fn revoke(&mut self, token: usize, refresh: bool, by: Caller) {
        let count = if refresh { self.refresh_tokens.len() } else { self.access_tokens.len() };
        if count == 0 {
            return;
        }
        let at = token % count;
        let (client, text, grant, expires) = if refresh {
            let token = &self.refresh_tokens[at];
            (token.client, token.text.clone(), Some(token.grant), Timestamp(i64::MAX))
        } else {
            let issued = &self.access_tokens[at];
            (issued.client, issued.text.clone(), issued.token.grant, issued.token.expires)
        };
        let (shown, in_time) = (self.shown(client, by), self.api.now < expires);
        let allowed = self.may_act(client, by, !self.clients[client].public);
        let outcome = revocation::revoke(&mut self.api, &shown, &text);
        if !allowed || !in_time {
            assert!(self.api.effects.is_empty(), "{outcome:?}");
            return;
        }
        assert_eq!(outcome, Ok(()));
        match (grant, self.api.rules.dialect.access_token.issue) {
            // A clock that was set back more than the leeway does not know the token yet.
            _ if !refresh && AccessToken::verify(&self.api.rules, text.expose(), self.api.now).is_err() => {}
            (Some(grant), _) => _ = self.dead.insert(grant),
            (None, AccessTokenIssue::ServedAgain) if self.api.effects.is_empty() => {
                assert!(self.access_tokens[at].over);
            }
            (None, AccessTokenIssue::ServedAgain) => self.end(|owner, _| owner == client),
            (None, AccessTokenIssue::Fresh) => self.access_tokens[at].over = true,
        }
    }
}
