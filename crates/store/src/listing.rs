//! What administrators ask: lists, a page at a time, and single rows. Everything is read from the database, so that it is
//! as it stands now.

use rusqlite::params;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::account::AccountRecord;
use stagedoor_protocol::administration::LegacyKeyName;
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::audit::{AuditFilter, AuditPlace, AuditRecord};
use stagedoor_protocol::grant::GrantRecord;
use stagedoor_protocol::id::{AccountId, AppId, GrantId, InvitationId, TeamId};
use stagedoor_protocol::invitation::InvitationRecord;
use stagedoor_protocol::legacy_key::LegacyKeyRecord;
use stagedoor_protocol::team::{Member, Role, TeamRecord};
use stagedoor_protocol::usage::Day;
use stagedoor_wire::{ClientId, Scopes};

use crate::sql::{administration, listing as sql};
use crate::sqlite::View;
use crate::sqlite::questions::{listing as questions, usage};
use crate::{Store, StoreError};

/// A page of a list.
#[derive(Debug, Clone, Copy)]
pub struct Page<Place> {
    /// What the page before ended with; none for the first page.
    pub behind: Option<Place>,
    /// How many rows it has at most.
    pub limit: u32,
}

/// Which apps are asked for.
#[derive(Debug, Clone, Default)]
pub struct AppFilter {
    /// The API's name.
    pub api: Option<String>,
    /// The team that owns them.
    pub team: Option<TeamId>,
    /// Where they stand.
    pub stage: Option<Stage>,
}

/// Which grants are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct GrantFilter {
    /// Of this app.
    pub app: Option<AppId>,
    /// Of this person.
    pub account: Option<AccountId>,
}

/// An app that a person allows something.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The app.
    pub record: AppRecord,
    /// What it may do.
    pub scopes: Scopes,
    /// Since when.
    pub since: Timestamp,
    /// The day it last called for them or renewed its access; none where it never did, or too long ago to be known.
    pub used: Option<Day>,
}

impl Store {
    /// Whether there is an administrator who can sign in.
    pub async fn has_administrator(&self) -> Result<bool, StoreError> {
        let sql = administration::NO_ADMINISTRATOR;
        let none = self.sqlite.read(move |view| questions::one(view, sql, [], |row| row.get(0))).await?;
        Ok(none == Some(false))
    }

    /// Whether an administrator besides this account can sign in.
    pub async fn has_another_administrator(&self, than: AccountId) -> Result<bool, StoreError> {
        let sql = administration::ANOTHER_ADMINISTRATOR;
        let holds =
            self.sqlite.read(move |view| questions::one(view, sql, [than.0], |row| row.get(0))).await?;
        Ok(holds == Some(true))
    }

    /// All accounts.
    pub async fn accounts(&self, page: Page<AccountId>) -> Result<Vec<AccountRecord>, StoreError> {
        let params = (behind(page.behind.map(|id| id.0)), page.limit);
        self.sqlite
            .read(move |view| questions::all(view, sql::ACCOUNTS, params, questions::read_account))
            .await
    }

    /// Accounts whose e-mail or name has this in it, in capitals or not.
    pub async fn accounts_like(&self, text: &str, at_most: u32) -> Result<Vec<AccountRecord>, StoreError> {
        let params = (pattern(text), at_most);
        self.sqlite
            .read(move |view| questions::all(view, sql::ACCOUNTS_LIKE, params, questions::read_account))
            .await
    }

    /// One account.
    pub async fn account(&self, id: AccountId) -> Result<Option<AccountRecord>, StoreError> {
        self.sqlite
            .read(move |view| questions::one(view, sql::ACCOUNT, [id.0], questions::read_account))
            .await
    }

    /// One account, by its e-mail in lower case.
    pub async fn account_of_email(&self, email: &str) -> Result<Option<AccountRecord>, StoreError> {
        let email = email.to_owned();
        let read = questions::read_account;
        self.sqlite.read(move |view| questions::one(view, sql::ACCOUNT_BY_EMAIL, [email], read)).await
    }

    /// The people on an app's list.
    pub async fn listed_users(
        &self,
        app: AppId,
        page: Page<AccountId>,
    ) -> Result<Vec<AccountRecord>, StoreError> {
        let params = (app.0, behind(page.behind.map(|id| id.0)), page.limit);
        let read = questions::read_account;
        self.sqlite.read(move |view| questions::all(view, sql::LISTED_USERS, params, read)).await
    }

    /// All teams.
    pub async fn teams(&self, page: Page<TeamId>) -> Result<Vec<TeamRecord>, StoreError> {
        let params = (behind(page.behind.map(|id| id.0)), page.limit);
        self.sqlite.read(move |view| questions::all(view, sql::TEAMS, params, questions::read_team)).await
    }

    /// Teams whose name has this in it, in capitals or not.
    pub async fn teams_like(&self, text: &str, at_most: u32) -> Result<Vec<TeamRecord>, StoreError> {
        let params = (pattern(text), at_most);
        self.sqlite
            .read(move |view| questions::all(view, sql::TEAMS_LIKE, params, questions::read_team))
            .await
    }

    /// One team.
    pub async fn team(&self, id: TeamId) -> Result<Option<TeamRecord>, StoreError> {
        self.sqlite.read(move |view| questions::one(view, sql::TEAM, [id.0], questions::read_team)).await
    }

    /// One team, by its name; the oldest where several have it.
    pub async fn team_by_name(&self, name: &str) -> Result<Option<TeamRecord>, StoreError> {
        let name = name.to_owned();
        self.sqlite
            .read(move |view| questions::one(view, sql::TEAM_BY_NAME, [name], questions::read_team))
            .await
    }

    /// A team's members.
    pub async fn members(&self, team: TeamId, page: Page<AccountId>) -> Result<Vec<Member>, StoreError> {
        let params = (team.0, behind(page.behind.map(|id| id.0)), page.limit);
        self.sqlite.read(move |view| questions::all(view, sql::MEMBERS, params, questions::read_member)).await
    }

    /// The teams a person is a member of.
    pub async fn memberships(&self, account: AccountId) -> Result<Vec<(TeamRecord, Role)>, StoreError> {
        let read = questions::read_membership;
        self.sqlite.read(move |view| questions::all(view, sql::MEMBERSHIPS, [account.0], read)).await
    }

    /// Apps.
    pub async fn apps(&self, filter: AppFilter, page: Page<AppId>) -> Result<Vec<AppRecord>, StoreError> {
        self.sqlite.read(move |view| questions::apps(view, &filter, page)).await
    }

    /// Apps of other teams that act for this one.
    pub async fn apps_acting_for(&self, team: TeamId, limit: u32) -> Result<Vec<AppRecord>, StoreError> {
        self.sqlite.read(move |view| questions::apps_by(view, sql::APPS_ACTING_FOR, (team.0, limit))).await
    }

    /// Apps whose teams wait for a review.
    pub async fn apps_in_review(&self, page: Page<AppId>) -> Result<Vec<AppRecord>, StoreError> {
        let params = (behind(page.behind.map(|id| id.0)), page.limit);
        self.sqlite.read(move |view| questions::apps_by(view, sql::APPS_IN_REVIEW, params)).await
    }

    /// How many people allow an app something.
    pub async fn people_of(&self, app: AppId) -> Result<u32, StoreError> {
        let count = sql::COUNT_PEOPLE_OF_APP;
        let counted = self.sqlite.read(move |view| questions::one(view, count, [app.0], |row| row.get(0)));
        Ok(counted.await?.unwrap_or_default())
    }

    /// A team's invitations that are still good.
    pub async fn invitations(
        &self,
        team: TeamId,
        now: Timestamp,
    ) -> Result<Vec<InvitationRecord>, StoreError> {
        let (params, read) = ([team.0, now.0], questions::read_invitation);
        self.sqlite.read(move |view| questions::all(view, sql::INVITATIONS_OF_TEAM, params, read)).await
    }

    /// One invitation.
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<InvitationRecord>, StoreError> {
        let read = questions::read_invitation;
        self.sqlite.read(move |view| questions::one(view, sql::INVITATION, [id.0], read)).await
    }

    /// Whether a team has an owner besides this account.
    pub async fn has_another_owner(&self, team: TeamId, than: AccountId) -> Result<bool, StoreError> {
        let (sql, params) = (administration::ANOTHER_OWNER, [team.0, than.0]);
        let holds = self.sqlite.read(move |view| questions::one(view, sql, params, |row| row.get(0))).await?;
        Ok(holds == Some(true))
    }

    /// The legacy keys of a team's apps.
    pub async fn legacy_keys_of(
        &self,
        team: TeamId,
        at_most: u32,
    ) -> Result<Vec<LegacyKeyRecord>, StoreError> {
        let (params, read) = ((team.0, at_most), questions::read_legacy_key);
        self.sqlite.read(move |view| questions::all(view, sql::LEGACY_KEYS_OF_TEAM, params, read)).await
    }

    /// What a person allows apps.
    pub async fn connections(&self, account: AccountId) -> Result<Vec<Connection>, StoreError> {
        let read = move |view: &View<'_>| {
            let apps = questions::apps_by(view, sql::CONNECTED_APPS, [account.0])?;
            let consents = questions::all(view, sql::CONSENTS, [account.0], questions::read_consent)?;
            let mut connections = Vec::new();
            for record in apps {
                let Some(own) = consents.iter().find(|own| own.0 == record.app.id) else { continue };
                let (app, scopes, since, renewed) = own.clone();
                let called = usage::latest_for(view, app, account, Day::of(since))?;
                let used = called.max(renewed.map(Day::of));
                connections.push(Connection { record, scopes, since, used });
            }
            Ok(connections)
        };
        self.sqlite.read(read).await
    }

    /// One app.
    pub async fn app(&self, api: &str, client_id: &ClientId) -> Result<Option<AppRecord>, StoreError> {
        let (api, client_id) = (api.to_owned(), client_id.clone());
        self.sqlite.read(move |view| questions::app(view, &api, &client_id)).await
    }

    /// An app's legacy keys, in the order of their ids.
    pub async fn legacy_keys(
        &self,
        app: AppId,
        page: Page<String>,
    ) -> Result<Vec<LegacyKeyRecord>, StoreError> {
        let params = (app.0, page.behind.unwrap_or_default(), page.limit);
        let read = questions::read_legacy_key;
        self.sqlite.read(move |view| questions::all(view, sql::LEGACY_KEYS, params, read)).await
    }

    /// One legacy key.
    pub async fn legacy_key_record(
        &self,
        key: &LegacyKeyName,
    ) -> Result<Option<LegacyKeyRecord>, StoreError> {
        let LegacyKeyName { api, id } = key.clone();
        let read = questions::read_legacy_key;
        self.sqlite.read(move |view| questions::one(view, sql::LEGACY_KEY, params![api, id], read)).await
    }

    /// Grants that have not been revoked. Those that time has ended are among them until they are cleaned.
    pub async fn grants(
        &self,
        filter: GrantFilter,
        page: Page<GrantId>,
    ) -> Result<Vec<GrantRecord>, StoreError> {
        self.sqlite.read(move |view| questions::grants(view, filter, page)).await
    }

    /// One grant, alive or not.
    pub async fn grant(&self, id: GrantId) -> Result<Option<GrantRecord>, StoreError> {
        self.sqlite.read(move |view| questions::one(view, sql::GRANT, [id.0], questions::read_grant)).await
    }

    /// Lines of the audit log, the newest first.
    pub async fn audit(
        &self,
        filter: AuditFilter,
        page: Page<AuditPlace>,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        self.sqlite.read(move |view| questions::audit(view, &filter, page)).await
    }
}

/// For what has this text somewhere in it.
fn pattern(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{text}%")
}

/// Ids are above 0.
fn behind(id: Option<i64>) -> i64 {
    id.unwrap_or_default()
}
