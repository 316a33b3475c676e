//! The state that a store holds, in the order that a file writes it.

use std::collections::HashMap;

use stagedoor_protocol::account::AccountRecord;
use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::legacy_key::LegacyKeyRecord;
use stagedoor_protocol::team::{Member, TeamRecord};
use stagedoor_store::{AppFilter, Page, Store, StoreError};

/// Rows asked for at a time.
const ROWS: u32 = 1000;

/// All of it.
#[derive(Debug, Default)]
pub struct Current {
    pub accounts: Vec<AccountRecord>,
    pub teams: Vec<CurrentTeam>,
    pub apps: Vec<CurrentApp>,
}

/// A team with its members.
#[derive(Debug)]
pub struct CurrentTeam {
    pub record: TeamRecord,
    pub members: Vec<Member>,
}

/// An app with the people on its list and its legacy keys.
#[derive(Debug)]
pub struct CurrentApp {
    pub record: AppRecord,
    pub users: Vec<AccountId>,
    pub legacy_keys: Vec<LegacyKeyRecord>,
}

/// Every row of a list, a page at a time.
macro_rules! every {
    ($read:expr, $place:expr) => {{
        let mut rows = Vec::new();
        loop {
            let read = $read(Page { behind: rows.last().map($place), limit: ROWS }).await?;
            let is_last = read.len() < ROWS as usize;
            rows.extend(read);
            if is_last {
                break rows;
            }
        }
    }};
}

impl Current {
    /// Reads it.
    pub async fn read(store: &Store) -> Result<Self, StoreError> {
        let mut accounts = every!(|page| store.accounts(page), |last: &AccountRecord| last.id);
        let mut teams = Vec::new();
        for record in every!(|page| store.teams(page), |last: &TeamRecord| last.id) {
            let mut members = every!(|page| store.members(record.id, page), |last: &Member| last.account);
            members.sort_by(|a, b| a.email.as_str().cmp(b.email.as_str()));
            teams.push(CurrentTeam { record, members });
        }
        let mut apps = Vec::new();
        let all_apps = |page| store.apps(AppFilter::default(), page);
        for record in every!(all_apps, |last: &AppRecord| last.app.id) {
            let id = record.app.id;
            let users = every!(|page| store.listed_users(id, page), |last: &AccountRecord| last.id);
            let users = users.into_iter().map(|account| account.id).collect();
            let key_id = |last: &LegacyKeyRecord| last.name.id.clone();
            let legacy_keys = every!(|page| store.legacy_keys(id, page), key_id);
            apps.push(CurrentApp { record, users, legacy_keys });
        }
        accounts.sort_by(|a, b| a.email.as_str().cmp(b.email.as_str()));
        teams.sort_by(|a, b| a.record.name.cmp(&b.record.name));
        apps.sort_by(|a, b| key(&a.record).cmp(&key(&b.record)));
        Ok(Self { accounts, teams, apps })
    }

    /// E-mails by id.
    pub(super) fn emails(&self) -> HashMap<AccountId, &str> {
        self.accounts.iter().map(|account| (account.id, account.email.as_str())).collect()
    }
}

fn key(record: &AppRecord) -> (&str, &str) {
    (&record.api, record.app.client_id.as_str())
}
