//! What must be so.

use stagedoor_protocol::Refusal;
use stagedoor_protocol::access_token::{AccessToken, Unverified};
use stagedoor_protocol::grant::{PUBLIC_RETRY_SECONDS, RACE_SECONDS};
use stagedoor_protocol::id::GrantId;
use stagedoor_protocol::refresh_token::PresentedToken;
use stagedoor_wire::dialect::{ActiveGrants, LostAnswer, Rotation};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::{Scopes, Secret};

use super::step::Caller;
use super::walker::{IssuedAccessToken, IssuedRefreshToken, Walker};
use crate::introspection::introspect;
use crate::setting::{keys, rules};

/// What a refresh must come to.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    Answer,
    /// Refused, and the grant ends.
    Replay,
    /// Refused, and nothing changes.
    Refusal,
}

impl Walker {
    pub(super) fn one_per_app(&self) -> bool {
        let rules = self.api.rules.dialect.refresh_token.as_ref();
        rules.is_some_and(|rules| rules.active_grants == ActiveGrants::OnePerApp)
    }

    fn rotation(&self) -> Option<Rotation> {
        self.api.rules.dialect.refresh_token.as_ref().map(|rules| rules.rotation)
    }

    /// The grants of a client that live and have a live access token.
    pub(super) fn active_grants(&self, client: usize) -> impl Iterator<Item = GrantId> {
        let app = self.clients[client].client.app;
        let live = |grant: &&GrantId| self.until.get(grant).is_some_and(|until| self.api.now < *until);
        let own =
            move |grant: &&GrantId| self.api.world.grants[*grant].app == app && !self.dead.contains(grant);
        self.api.world.grants.keys().filter(own).filter(live).copied()
    }

    /// Keeps what an answer gave. Tokens of one kind are never tokens of another, nor of another API or key.
    pub(super) fn keep(&mut self, client: usize, answer: &TokenAnswer, generation: u32) -> AccessToken {
        let text = &answer.access_token;
        let token = AccessToken::verify(&self.api.rules, text.expose(), self.api.now).unwrap();
        self.check_separation(text, answer.refresh_token.as_ref());
        assert_eq!(token.app, self.clients[client].client.app);
        assert_eq!(token.expires.seconds_from(self.api.now), answer.expires_in_seconds);
        if let Some(grant) = token.grant {
            assert!(token.scopes.is_within(&self.api.world.grants[&grant].scopes));
            let until = self.until.entry(grant).or_insert(token.expires);
            *until = token.expires.max(*until);
        }
        if let (Some(text), Some(grant)) = (&answer.refresh_token, token.grant) {
            let text = text.clone();
            self.refresh_tokens.push(IssuedRefreshToken { text, grant, generation, client });
        }
        self.access_tokens.push(IssuedAccessToken {
            text: text.clone(),
            token: token.clone(),
            client,
            over: false,
        });
        token
    }

    fn check_separation(&self, access: &Secret, refresh: Option<&Secret>) {
        let dialect = || (*self.api.rules.dialect).clone();
        for other in [rules("another", dialect(), &keys(1)), rules("music", dialect(), &keys(2))] {
            let verified = AccessToken::verify(&other, access.expose(), self.api.now);
            assert_eq!(verified, Err(Unverified::Unknown));
            let presented = refresh.and_then(PresentedToken::read);
            if let Some(presented) = presented {
                let grant = &self.api.world.grants[&presented.grant];
                assert!(presented.is_of(&self.api.rules, grant) && !presented.is_of(&other, grant));
            }
        }
        assert!(PresentedToken::read(access).is_none());
        for text in refresh
            .into_iter()
            .flat_map(|text| [text.expose().to_owned(), text.expose().replace("sdr_", "sda_")])
        {
            let verified = AccessToken::verify(&self.api.rules, &text, self.api.now);
            assert_eq!(verified, Err(Unverified::Unknown));
        }
    }

    pub(super) fn after_refresh(
        &mut self,
        at: usize,
        by: Caller,
        asked: &str,
        outcome: Result<TokenAnswer, Refusal>,
    ) {
        let expected = self.expected_refresh(at, by, asked);
        let IssuedRefreshToken { grant, generation, client, .. } = self.refresh_tokens[at];
        assert_eq!(outcome.is_ok(), expected == Expected::Answer, "{expected:?} {outcome:?}");
        let Ok(answer) = outcome else {
            match expected {
                Expected::Replay => _ = self.dead.insert(grant),
                _ => assert!(self.api.effects.is_empty() || self.dead.contains(&grant)),
            }
            return;
        };
        if self.rotation() == Some(Rotation::Rotated) {
            let text = answer.refresh_token.as_ref().unwrap().expose().to_owned();
            let heir = self.successors.entry((grant, generation)).or_insert_with(|| text.clone());
            assert_eq!(*heir, text, "one heir for each generation");
            let now = (generation, self.api.now);
            let presented = self.presented.entry(grant).or_insert(now);
            if presented.0 < generation {
                *presented = now;
            } else if self.api.now > presented.1.plus_seconds(RACE_SECONDS) {
                self.again.entry(grant).or_default().insert(generation);
            }
        }
        let before = self.refresh_tokens.len();
        let token = self.keep(client, &answer, generation + 1);
        assert_eq!(token.grant, Some(grant));
        if self.rotation() != Some(Rotation::Rotated) {
            self.refresh_tokens.truncate(before);
        }
    }

    fn expected_refresh(&self, at: usize, by: Caller, asked: &str) -> Expected {
        let IssuedRefreshToken { grant, generation, client, .. } = self.refresh_tokens[at];
        let Some(rules) = &self.api.rules.dialect.refresh_token else { return Expected::Refusal };
        let row = &self.api.world.grants[&grant];
        let ended = row.ends(rules.ends).is_some_and(|ends| ends <= self.api.now);
        if !self.may_act(client, by, row.confidential) || self.dead.contains(&grant) || ended {
            return Expected::Refusal;
        }
        if rules.rotation == Rotation::Rotated {
            let (presented, when) = self.presented.get(&grant).copied().unwrap_or((0, self.api.now));
            let race = self.api.now <= when.plus_seconds(RACE_SECONDS);
            let came_again = |generation| self.again.get(&grant).is_some_and(|own| own.contains(&generation));
            let third = generation > 2 && came_again(generation - 1) && came_again(generation - 2);
            let in_time = self.api.now <= when.plus_seconds(PUBLIC_RETRY_SECONDS)
                && (race || !third || came_again(generation));
            let retry = rules.lost_answer == LostAnswer::Repeated && (row.confidential || in_time);
            if generation < presented || (generation == presented && !retry) {
                return Expected::Replay;
            }
        }
        let asked = Scopes::parse(asked).unwrap();
        let scope = asked.is_within(&row.scopes) || self.api.rules.dialect.scopes.drop_unknown;
        if scope { Expected::Answer } else { Expected::Refusal }
    }

    /// After every step: exactly what was ended is dead, and an app has as many active grants as it may.
    pub(super) fn check_world(&self) {
        for grant in self.api.world.grants.values() {
            assert_eq!(self.dead.contains(&grant.id), !self.api.world.is_alive(grant), "{grant:?}");
        }
        for issued in &self.access_tokens {
            let over = issued.over || issued.token.grant.is_some_and(|grant| self.dead.contains(&grant));
            assert_eq!(over, self.api.world.has_ended(&issued.token), "{:?}", issued.token);
        }
        for client in 0..self.clients.len() {
            assert!(!self.one_per_app() || self.active_grants(client).count() <= 1);
        }
    }

    /// At the end of a walk: introspection says of every token what its use would.
    pub(super) fn check_tokens(&mut self) {
        for at in 0..self.refresh_tokens.len() {
            let IssuedRefreshToken { client, ref text, .. } = self.refresh_tokens[at];
            if self.clients[client].public || self.clients[client].suspended {
                continue;
            }
            let (shown, text) = (self.clients[client].client.shown(), text.clone());
            let live = introspect(&mut self.api, &shown, &text).unwrap().is_some();
            assert_eq!(live, self.expected_refresh(at, Caller::Owner, "") == Expected::Answer);
        }
        for at in 0..self.access_tokens.len() {
            let IssuedAccessToken { client, ref text, ref token, .. } = self.access_tokens[at];
            if self.clients[client].public || self.clients[client].suspended {
                continue;
            }
            let in_time = token.issued <= self.api.now.plus_seconds(5) && self.api.now < token.expires;
            let expected = in_time && !self.api.world.has_ended(token);
            let (shown, text) = (self.clients[client].client.shown(), text.clone());
            let live = introspect(&mut self.api, &shown, &text).unwrap().is_some();
            assert_eq!(live, expected);
        }
    }
}
