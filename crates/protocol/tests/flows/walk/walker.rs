//! Takes the steps, and keeps account of what must follow from them.

use std::collections::{BTreeMap, BTreeSet};

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::id::{AccountId, GrantId};
use stagedoor_protocol::{Effect, EpochOf, Timestamp, app, consent, people};
use stagedoor_wire::{Dialect, Scopes, Secret};

use super::step::{Caller, Step};
use crate::api::Api;
use crate::client::{Client, Shown};

pub(super) struct Walker {
    pub(super) api: Api,
    pub(super) clients: Vec<Member>,
    people: Vec<AccountId>,
    pub(super) codes: Vec<IssuedCode>,
    pub(super) access_tokens: Vec<IssuedAccessToken>,
    pub(super) refresh_tokens: Vec<IssuedRefreshToken>,
    /// Grants that must not live again.
    pub(super) dead: BTreeSet<GrantId>,
    /// When a grant's newest access token expires.
    pub(super) until: BTreeMap<GrantId, Timestamp>,
    /// The highest generation presented with success, and when.
    pub(super) presented: BTreeMap<GrantId, (u32, Timestamp)>,
    /// The generations of a grant that came again, later than a race explains.
    pub(super) again: BTreeMap<GrantId, BTreeSet<u32>>,
    /// What each generation gave.
    pub(super) successors: BTreeMap<(GrantId, u32), String>,
}

pub(super) struct Member {
    pub(super) client: Client,
    former_secret: String,
    pub(super) public: bool,
    pub(super) suspended: bool,
}

pub(super) struct IssuedCode {
    pub(super) text: String,
    pub(super) client: usize,
    pub(super) person: AccountId,
    pub(super) challenge: bool,
    pub(super) asked: Scopes,
    pub(super) expires: Timestamp,
    pub(super) started: Option<GrantId>,
    /// What it stood on was ended before it was redeemed.
    pub(super) forgotten: bool,
}

pub(super) struct IssuedAccessToken {
    pub(super) text: Secret,
    pub(super) token: AccessToken,
    pub(super) client: usize,
    /// Ended otherwise than with its grant.
    pub(super) over: bool,
}

pub(super) struct IssuedRefreshToken {
    pub(super) text: Secret,
    pub(super) grant: GrantId,
    pub(super) generation: u32,
    pub(super) client: usize,
}

impl Walker {
    /// Two confidential clients, and a public one where there may be one.
    pub(super) fn new(dialect: Dialect) -> Self {
        let mut api = Api::of(dialect);
        let third = if app::may_be_public(&api.rules) { api.public_client() } else { api.client() };
        let clients = [api.client(), api.client(), third].map(|client| Member {
            public: client.secret.is_none(),
            client,
            former_secret: "never one".into(),
            suspended: false,
        });
        let people = vec![api.person(), api.person()];
        Self {
            api,
            clients: clients.into(),
            people,
            codes: Vec::new(),
            access_tokens: Vec::new(),
            refresh_tokens: Vec::new(),
            dead: BTreeSet::new(),
            until: BTreeMap::new(),
            presented: BTreeMap::new(),
            again: BTreeMap::new(),
            successors: BTreeMap::new(),
        }
    }

    pub(super) fn take(&mut self, step: &Step) {
        let client = |number| number % self.clients.len();
        let person = |number: usize| self.people[number % self.people.len()];
        match *step {
            Step::Authorize { client: of, person: who, scopes, challenge } => {
                self.authorize(client(of), person(who), scopes, challenge);
            }
            Step::Redeem { code, by } => self.redeem(code, by, 1),
            Step::RedeemAtOnce { code } => self.redeem(code, Caller::Owner, 3),
            Step::Device { client: of, person: who, allow } => self.device(client(of), person(who), allow),
            Step::ClientCredentials { client: of, scopes, by } => {
                self.client_credentials(client(of), scopes, by, 1);
            }
            Step::ClientCredentialsAtOnce { client: of } => {
                self.client_credentials(client(of), 0, Caller::Owner, 3);
            }
            Step::Refresh { token, newest, scopes, by } => self.refresh(token, newest, scopes, by, 1),
            Step::RefreshAtOnce { token } => self.refresh(token, true, None, Caller::Owner, 3),
            Step::Revoke { token, refresh, by } => self.revoke(token, refresh, by),
            Step::Wait { seconds } => self.api.advance(seconds),
            Step::Regenerate { client: of } => self.regenerate(client(of)),
            Step::Suspend { client: of } => self.set_stage(client(of), Stage::Suspended),
            Step::Approve { client: of } => self.set_stage(client(of), Stage::Approved),
            Step::List { client: of, person: who } => self.list(client(of), person(who)),
            Step::Unlist { client: of, person: who } => self.unlist(client(of), person(who)),
            Step::EndConsent { client: of, person: who } => self.end_consent(client(of), person(who)),
            Step::EndEverywhere { person: who } => self.end_everywhere(person(who)),
            Step::RaiseTeam { client: of } => self.raise_team(client(of)),
        }
    }

    fn regenerate(&mut self, client: usize) {
        let member = &mut self.clients[client];
        if member.public {
            return;
        }
        let app = self.api.world.apps[&member.client.app].clone();
        let new = self.api.settle(|rules, _, now, rng| app::regenerate(rules, &app, "dev", now, rng));
        let former = member.client.secret.replace(new.unwrap().text);
        member.former_secret = former.unwrap().expose().to_owned();
        self.end(|owner, _| owner == client);
    }

    fn set_stage(&mut self, client: usize, stage: Stage) {
        let app = self.clients[client].client.app;
        self.api.settle(|_, _, now, _| app::set_stage(app, stage, "admin", now)).unwrap();
        self.clients[client].suspended = stage == Stage::Suspended;
        self.end(|owner, _| owner == client && stage == Stage::Suspended);
    }

    fn list(&mut self, client: usize, person: AccountId) {
        let app = self.clients[client].client.app;
        self.api.settle(|rules, _, now, _| people::list(rules, app, person, "dev", now)).unwrap();
    }

    fn unlist(&mut self, client: usize, person: AccountId) {
        let app = self.clients[client].client.app;
        self.api.settle(|_, _, now, _| people::unlist(app, person, "dev", now)).unwrap();
        self.end(|owner, whose| owner == client && whose == Some(person));
    }

    fn end_consent(&mut self, client: usize, person: AccountId) {
        let app = self.clients[client].client.app;
        self.api.settle(|_, _, now, _| consent::end(app, person, "ada", now)).unwrap();
        self.end(|owner, whose| owner == client && whose == Some(person));
    }

    fn end_everywhere(&mut self, person: AccountId) {
        self.api.settle(|_, _, now, _| people::end_everywhere(person, "ada", now)).unwrap();
        self.end(|_, whose| whose == Some(person));
    }

    fn raise_team(&mut self, client: usize) {
        let team = self.api.world.apps[&self.clients[client].client.app].owner.id;
        let raise = Effect::Raise { epoch: EpochOf::Team(team), at: self.api.now };
        self.api.world.commit(&[raise]).unwrap();
        self.end(|owner, _| owner == client);
    }

    /// What was issued to these clients and for these people is over from here on.
    pub(super) fn end(&mut self, is_over: impl Fn(usize, Option<AccountId>) -> bool) {
        let client_of = |app| self.clients.iter().position(|member| member.client.app == app).unwrap();
        let grants = self.api.world.grants.values();
        let over = grants.filter(|grant| is_over(client_of(grant.app), grant.account));
        self.dead.extend(over.map(|grant| grant.id));
        for issued in &mut self.access_tokens {
            issued.over |= is_over(issued.client, issued.token.account);
        }
        for code in &mut self.codes {
            code.forgotten |= code.started.is_none() && is_over(code.client, Some(code.person));
        }
    }

    pub(super) fn shown(&self, client: usize, by: Caller) -> Shown {
        let Member { client: own, former_secret, .. } = &self.clients[client];
        match by {
            Caller::Owner | Caller::WrongVerifier => own.shown(),
            Caller::WithoutSecret => own.without_secret(),
            Caller::WrongSecret => own.with_secret("wrong"),
            Caller::FormerSecret => own.with_secret(former_secret),
            Caller::AnotherApp => self.clients[usize::from(client == 0)].client.shown(),
        }
    }

    /// Whether this caller may act as the client, where `secret` says whether that takes one.
    pub(super) fn may_act(&self, client: usize, by: Caller, secret: bool) -> bool {
        let member = &self.clients[client];
        let proved = match by {
            Caller::Owner | Caller::WrongVerifier => !(secret && member.public),
            Caller::WithoutSecret => !secret,
            Caller::WrongSecret | Caller::FormerSecret | Caller::AnotherApp => false,
        };
        proved && !member.suspended
    }
}
