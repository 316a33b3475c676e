//! A stand-in for the store: plain maps, and every effect as `decision.rs` describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::administration::{Change, Expectation};
use stagedoor_protocol::app::{App, Stage};
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::decision::AuditEntry;
use stagedoor_protocol::device::{Device, DeviceState};
use stagedoor_protocol::grant::{ActiveGrant, Again, Grant};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, DeviceId, GrantId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::question::AccountStanding;
use stagedoor_protocol::session::Person;
use stagedoor_protocol::team::Team;
use stagedoor_protocol::{About, Effect, EpochOf, Facts, Question, Timestamp};
use stagedoor_wire::{ClientId, Scopes};

#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) apps: BTreeMap<AppId, Arc<App>>,
    pub(crate) teams: BTreeMap<TeamId, Team>,
    /// Their epochs.
    pub(crate) accounts: BTreeMap<AccountId, u32>,
    pub(crate) listed: BTreeSet<(AppId, AccountId)>,
    pub(crate) consents: BTreeMap<(AppId, AccountId), Scopes>,
    pub(crate) codes: BTreeMap<CodeId, Code>,
    pub(crate) grants: BTreeMap<GrantId, Grant>,
    pub(crate) again: BTreeMap<GrantId, Again>,
    pub(crate) active: BTreeMap<AppId, ActiveGrant>,
    pub(crate) devices: BTreeMap<DeviceId, Device>,
    pub(crate) ended_tokens: BTreeSet<u64>,
    pub(crate) audit: Vec<AuditEntry>,
}

/// Why a commit did nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CommitError {
    /// What an effect expects has changed.
    Conflict,
    /// A number of apps or people is reached.
    LimitReached,
}

use CommitError::{Conflict, LimitReached};

impl World {
    pub(crate) fn app(&self, client_id: &ClientId) -> Option<Arc<App>> {
        self.apps.values().find(|app| app.client_id == *client_id).cloned()
    }

    pub(crate) fn answer(&self, question: &Question<'_>) -> Facts {
        let Some(app) = self.app(question.client_id) else { return Facts::default() };
        let mut facts = Facts::default();
        let mut person = None;
        match question.about {
            About::App => {}
            About::ActiveGrant => {
                facts.active = self.active.get(&app.id).copied();
                facts.grant = facts.active.and_then(|active| self.grants.get(&active.grant)).cloned();
            }
            About::Code(id) => facts.code = self.codes.get(&id).cloned(),
            About::Grant(id) => {
                facts.grant = self.grants.get(&id).cloned();
                facts.again = self.again.get(&id).copied().unwrap_or_default();
            }
            About::Device(id) => facts.device = self.devices.get(&id).cloned(),
            About::Account(id) => person = Some(id),
        }
        if let Some(code) = &facts.code {
            person = Some(code.account);
            facts.consent = self.consents.get(&(app.id, code.account)).cloned();
            if let CodeState::Redeemed(grant) = code.state {
                facts.grant = self.grants.get(&grant).cloned();
            }
        }
        if let Some(device) = &facts.device {
            person = match device.state {
                DeviceState::Allowed { account, .. } | DeviceState::Redeemed { account, .. } => Some(account),
                DeviceState::Pending | DeviceState::Denied => None,
            };
        }
        let person = person.or(facts.grant.as_ref().and_then(|grant| grant.account));
        facts.account = person.and_then(|id| self.standing(app.id, id));
        facts.app = Some(app);
        facts
    }

    fn standing(&self, app: AppId, id: AccountId) -> Option<AccountStanding> {
        let epoch = *self.accounts.get(&id)?;
        Some(AccountStanding { id, epoch, listed: self.listed.contains(&(app, id)) })
    }

    fn end_all_under(&mut self, key: KeyId, at: Timestamp) {
        for grant in self.grants.values_mut().filter(|grant| grant.key == key) {
            grant.revoked = grant.revoked.or(Some(at));
        }
        for app in self.apps.values_mut() {
            Arc::make_mut(app).secrets.retain(|secret| secret.key != key);
        }
    }

    /// A person who has just signed in.
    pub(crate) fn person(&self, id: AccountId) -> Person {
        Person { id, epoch: self.accounts[&id] }
    }

    /// Whether the grant was not revoked, alone or with its app, team or person.
    pub(crate) fn is_alive(&self, grant: &Grant) -> bool {
        let app = &self.apps[&grant.app];
        let team_epoch = app.teams.iter().find(|team| team.id == grant.team).map(|team| team.epoch);
        grant.revoked.is_none()
            && grant.epochs.app == app.epoch
            && Some(grant.epochs.team) == team_epoch
            && grant.account.is_none_or(|id| self.accounts.get(&id) == Some(&grant.epochs.account))
    }

    /// Whether an access token was revoked since it was made.
    pub(crate) fn has_ended(&self, token: &AccessToken) -> bool {
        let team_epoch = self.teams[&token.team].epoch;
        self.ended_tokens.contains(&token.nonce)
            || token.epochs.app < self.apps[&token.app].epoch
            || token.epochs.team < team_epoch
            || token.account.is_some_and(|id| token.epochs.account < self.accounts[&id])
            || token.grant.is_some_and(|id| !self.is_alive(&self.grants[&id]))
    }

    /// All of `effects` or none.
    pub(crate) fn commit(&mut self, effects: &[Effect]) -> Result<(), CommitError> {
        let mut next = self.clone();
        for effect in effects {
            next.apply(effect)?;
        }
        *self = next;
        Ok(())
    }

    fn apply(&mut self, effect: &Effect) -> Result<(), CommitError> {
        match effect.clone() {
            Effect::SaveCode(code) => expect(self.codes.insert(code.id, code).is_none())?,
            Effect::RedeemCode { code, grant } => {
                let code = self.codes.get_mut(&code).ok_or(Conflict)?;
                expect(code.state == CodeState::Unused)?;
                code.state = CodeState::Redeemed(grant);
            }
            Effect::StartGrant(grant) => expect(self.grants.insert(grant.id, grant).is_none())?,
            Effect::Present { grant, was, now } => {
                let row = self.grants.get_mut(&grant).ok_or(Conflict)?;
                expect(row.revoked.is_none() && row.succession.presented == was)?;
                row.succession = now;
            }
            Effect::PresentAgain { grant, now } => {
                let row = self.grants.get(&grant).ok_or(Conflict)?;
                expect(row.revoked.is_none() && row.succession.presented == now.generation)?;
                let noted = self.again.insert(grant, now).unwrap_or_default();
                expect(noted.generation != now.generation)?;
            }
            Effect::RevokeGrant { grant, at } => {
                self.grants
                    .get_mut(&grant)
                    .into_iter()
                    .for_each(|row| row.revoked = row.revoked.or(Some(at)));
            }
            Effect::RevokeGrantsOf { app, account, at } => {
                let own = |row: &&mut Grant| row.app == app && row.account == Some(account);
                self.grants.values_mut().filter(own).for_each(|row| row.revoked = row.revoked.or(Some(at)));
                self.forget(|owner, person| owner == app && person == account);
            }
            Effect::TakeActiveGrant { app, was, now } => {
                expect(self.active.get(&app).copied() == was)?;
                self.active.insert(app, now);
            }
            Effect::ExtendActiveGrant { app, now } => {
                let row = self.active.entry(app).or_insert(now);
                expect(row.grant == now.grant)?;
                row.until = row.until.max(now.until);
            }
            Effect::Raise { epoch, .. } => self.raise(epoch),
            Effect::SaveConsent { app, account, scopes, .. } => {
                self.consents.insert((app, account), scopes);
            }
            Effect::EndConsent { app, account } => _ = self.consents.remove(&(app, account)),
            Effect::StartDevice(device) => expect(self.devices.insert(device.id, device).is_none())?,
            Effect::DecideDevice { device, was, now } => {
                let row = self.devices.get_mut(&device).ok_or(Conflict)?;
                expect(row.state == was)?;
                row.state = now;
            }
            Effect::PollDevice { device, at, interval_seconds } => {
                let row = self.devices.get_mut(&device).ok_or(Conflict)?;
                (row.polled, row.interval_seconds) = (Some(at), interval_seconds);
            }
            Effect::EndToken { nonce, .. } => _ = self.ended_tokens.insert(nonce),
            Effect::Audit(entry) => self.audit.push(entry),
            effect => self.apply_to_register(effect)?,
        }
        Ok(())
    }

    /// The effects of the dashboard and of administrators: apps, teams, people.
    fn apply_to_register(&mut self, effect: Effect) -> Result<(), CommitError> {
        match effect {
            Effect::CreateAccount { id, .. } => _ = self.accounts.insert(id, 0),
            Effect::CreateTeam { id, name, .. } => _ = self.teams.insert(id, Team { id, name, epoch: 0 }),
            Effect::CreateApp { id, client_id, new, stage, at_most, .. } => {
                let owned = self.apps.values().filter(|app| app.owner.id == new.team).count();
                limit(owned, at_most)?;
                let owner = self.teams[&new.team].clone();
                let app = App {
                    id,
                    client_id,
                    name: new.name,
                    stage,
                    reviewed: stage == Stage::Approved,
                    public: new.public,
                    epoch: 0,
                    redirect_uris: new.redirect_uris,
                    secrets: Vec::new(),
                    teams: vec![owner.clone()],
                    owner,
                };
                self.apps.insert(id, Arc::new(app));
            }
            Effect::LetActFor { app, team } => {
                let team = self.teams[&team].clone();
                self.change(app).teams.push(team);
            }
            Effect::AddSecret { app, secret } => self.change(app).secrets.push(secret),
            Effect::RemoveSecret { app, secret } => self.change(app).secrets.retain(|own| own.id != secret),
            Effect::RemoveSecrets { app } => self.change(app).secrets.clear(),
            // These tests have none: what the store does with it is tested there.
            Effect::RemoveLegacyKeys { .. } => {}
            Effect::EndAllUnder { key, at } => self.end_all_under(key, at),
            Effect::SetStage { app, stage } => {
                let app = self.change(app);
                (app.stage, app.reviewed) = (stage, stage == Stage::Approved);
            }
            Effect::ListUser { app, account, at_most } => {
                let others = self.listed.iter().filter(|row| row.0 == app && row.1 != account).count();
                limit(others, at_most)?;
                self.listed.insert((app, account));
            }
            Effect::UnlistUser { app, account } => _ = self.listed.remove(&(app, account)),
            Effect::Administer(change) => self.administer(change),
            Effect::Expect(Expectation::Stage { app, stage }) => {
                if self.apps.get(&app).is_none_or(|own| own.stage != stage) {
                    return Err(Conflict);
                }
            }
            Effect::Expect(Expectation::AppIs { app, name, team }) => {
                let app = self.change(app);
                expect(app.name == name && app.owner.id == team)?;
            }
            Effect::Expect(Expectation::AppEpoch { app, epoch }) => {
                if self.change(app).epoch != epoch {
                    return Err(Conflict);
                }
            }
            Effect::Expect(Expectation::FewerSecrets { app, than }) => {
                limit(self.apps[&app].secrets.len(), Some(than))?;
            }
            other => unreachable!("no flow of these tests has {other:?}"),
        }
        Ok(())
    }

    fn administer(&mut self, change: Change) {
        match change {
            Change::DescribeApp { app, name, .. } => {
                let app = self.change(app);
                app.reviewed &= app.name == name;
                app.name = name;
            }
            Change::SetRedirectUris { app, redirect_uris } => self.change(app).redirect_uris = redirect_uris,
            Change::StopActingFor { app, team } => self.change(app).teams.retain(|own| own.id != team),
            Change::RemoveApp { app } => drop(self.apps.remove(&app)),
            other => unreachable!("no flow of these tests has {other:?}"),
        }
    }

    pub(crate) fn change(&mut self, app: AppId) -> &mut App {
        Arc::make_mut(self.apps.get_mut(&app).unwrap())
    }

    fn raise(&mut self, epoch: EpochOf) {
        match epoch {
            EpochOf::App(id) => {
                self.change(id).epoch += 1;
                self.forget(|owner, _| owner == id);
            }
            EpochOf::Account(id) => {
                *self.accounts.get_mut(&id).unwrap() += 1;
                self.forget(|_, person| person == id);
            }
            EpochOf::Team(id) => {
                self.teams.get_mut(&id).unwrap().epoch += 1;
                for app in self.apps.values_mut().map(Arc::make_mut) {
                    let copies = app.teams.iter_mut().chain([&mut app.owner]);
                    copies.filter(|team| team.id == id).for_each(|team| team.epoch += 1);
                }
                let owned = self.apps.values().filter(|app| app.owner.id == id).map(|app| app.id);
                let owned: BTreeSet<_> = owned.collect();
                self.forget(|owner, _| owned.contains(&owner));
            }
        }
    }

    /// Ends the codes and allowed devices, by app and person, that could still start a grant.
    fn forget(&mut self, is_over: impl Fn(AppId, AccountId) -> bool) {
        self.codes.retain(|_, code| code.state != CodeState::Unused || !is_over(code.app, code.account));
        for device in self.devices.values_mut() {
            if let DeviceState::Allowed { account, .. } = device.state
                && is_over(device.app, account)
            {
                device.state = DeviceState::Denied;
            }
        }
    }
}

fn expect(as_expected: bool) -> Result<(), CommitError> {
    if as_expected { Ok(()) } else { Err(Conflict) }
}

fn limit(number: usize, at_most: Option<u32>) -> Result<(), CommitError> {
    if at_most.is_none_or(|most| number < most as usize) { Ok(()) } else { Err(LimitReached) }
}
