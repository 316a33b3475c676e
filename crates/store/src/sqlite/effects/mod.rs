//! Committing effects, one file a family of tables.

mod admin_api;
mod administration;
mod apps;
mod codes;
mod devices;
mod ended;
mod grants;
mod keys;
mod people;
mod usage;

use rusqlite::{Connection, ErrorCode, Params, ffi};
use stagedoor_protocol::Effect;

use crate::memory::Aftermath;
use crate::{CommitError, StoreError};

/// Why a job is undone.
#[derive(Debug)]
pub(super) enum Failure {
    Conflict,
    LimitReached,
    Database(StoreError),
}

/// Whether the effects are a single statement: it undoes itself when it fails, and needs no savepoint, which would take
/// twice as long as most of these. Those that come often are listed.
pub(super) fn is_one_statement(effects: &[Effect]) -> bool {
    matches!(
        effects,
        [Effect::SaveCode(_)
            | Effect::StartGrant(_)
            | Effect::Present { .. }
            | Effect::RevokeGrant { .. }
            | Effect::EndSession { .. }
            | Effect::StartDevice(_)
            | Effect::PollDevice { .. }
            | Effect::EndToken { .. }]
    )
}

/// Runs one effect in the open transaction.
pub(super) fn apply(
    connection: &Connection,
    effect: &Effect,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let tables = Tables(connection);
    match effect {
        Effect::SaveCode(code) => codes::save(tables, code),
        Effect::RedeemCode { code, grant } => codes::redeem(tables, *code, *grant),
        Effect::StartGrant(grant) => grants::start(tables, grant),
        Effect::Present { grant, was, now } => grants::present(tables, *grant, *was, *now),
        Effect::PresentAgain { grant, now } => grants::present_again(tables, *grant, *now),
        Effect::RevokeGrant { grant, at } => ended::revoke(tables, *grant, *at, aftermath),
        Effect::RevokeGrantsOf { app, account, at } => {
            ended::revoke_of(tables, *app, *account, *at, aftermath)
        }
        Effect::TakeActiveGrant { app, was, now } => grants::take_active(tables, *app, *was, *now),
        Effect::ExtendActiveGrant { app, now } => grants::extend_active(tables, *app, *now),
        Effect::Raise { epoch, at } => ended::raise(tables, *epoch, *at, aftermath),
        Effect::EndToken { nonce, expires } => ended::end_token(tables, *nonce, *expires, aftermath),
        Effect::SaveConsent { app, account, scopes, at } => {
            people::save_consent(tables, *app, *account, scopes, *at)
        }
        Effect::EndConsent { app, account } => people::end_consent(tables, *app, *account),
        Effect::CreateApp { api, id, client_id, new, stage, at_most, at } => {
            let row = apps::NewAppRow { api, id: *id, client_id, new, stage: *stage, at: *at };
            apps::create(tables, &row, *at_most)
        }
        Effect::CreateTeam { id, name, kind, at } => apps::create_team(tables, *id, name, *kind, *at),
        Effect::LetActFor { app, team } => apps::let_act_for(tables, *app, *team, aftermath),
        Effect::AddLegacyKey { api, id, app, key, hash, ends } => {
            let row = apps::NewLegacyKey { api, id, app: *app, key: *key, hash, ends: *ends };
            apps::add_legacy_key(tables, &row, aftermath)
        }
        Effect::AddSecret { app, secret } => apps::add_secret(tables, *app, secret, aftermath),
        Effect::RemoveSecret { app, secret } => apps::remove_secret(tables, *app, *secret, aftermath),
        Effect::RemoveSecrets { app } => apps::remove_secrets(tables, *app, aftermath),
        Effect::RemoveLegacyKeys { app } => apps::remove_legacy_keys(tables, *app, aftermath),
        Effect::SetStage { app, stage } => apps::set_stage(tables, *app, *stage, aftermath),
        Effect::CreateAccount { id, email, name, password_hash, at } => {
            let row = people::NewAccount { id: *id, email, name, password_hash, at: *at };
            people::create_account(tables, &row)
        }
        Effect::ListUser { app, account, at_most } => people::list_user(tables, *app, *account, *at_most),
        Effect::UnlistUser { app, account } => people::unlist_user(tables, *app, *account),
        Effect::StartSession { id, hash, account, epoch, browser, at, expires } => {
            let (account, epoch, at, expires) = (*account, *epoch, *at, *expires);
            let browser = browser.as_deref();
            let row = people::NewSession { id: *id, hash, account, epoch, browser, at, expires };
            people::start_session(tables, &row)
        }
        Effect::EndSession { id } => people::end_session(tables, *id),
        Effect::EndOtherSessions { account, than } => people::end_other_sessions(tables, *account, *than),
        Effect::EndAllUnder { key, at } => keys::end_all_under(tables, *key, *at, aftermath),
        Effect::StartDevice(device) => devices::start(tables, device),
        Effect::DecideDevice { device, was, now } => devices::decide(tables, *device, *was, *now),
        Effect::PollDevice { device, at, interval_seconds } => {
            devices::poll(tables, *device, *at, *interval_seconds)
        }
        Effect::Administer(change) => administration::apply(tables, change, aftermath),
        Effect::Expect(expectation) => administration::expect(tables, expectation),
        Effect::Audit(entry) => people::audit(tables, entry),
        Effect::BeginCall { name, request, at } => admin_api::begin_call(tables, name, *request, *at),
        Effect::KeepAnswer { name, answer } => admin_api::keep_answer(tables, name, answer),
        Effect::CountUsage(usage) => usage::count(tables, usage),
    }
}

/// The tables inside the open transaction.
#[derive(Clone, Copy)]
struct Tables<'a>(&'a Connection);

impl Tables<'_> {
    /// Runs a statement and says how many rows it changed.
    fn run(self, sql: &str, params: impl Params) -> Result<usize, Failure> {
        Ok(self.0.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs a statement that must change a row: when it finds none, what the decision rested on has changed.
    fn change(self, sql: &str, params: impl Params) -> Result<(), Failure> {
        if self.run(sql, params)? == 0 { Err(Failure::Conflict) } else { Ok(()) }
    }

    /// Counts rows.
    fn count(self, sql: &str, params: impl Params) -> Result<u32, Failure> {
        Ok(self.0.prepare_cached(sql)?.query_row(params, |row| row.get(0))?)
    }
}

impl From<rusqlite::Error> for Failure {
    /// A row that exists already, or one referred to that does not: decided on other facts.
    fn from(error: rusqlite::Error) -> Self {
        let conflict = matches!(
            error.sqlite_error(),
            Some(ffi::Error {
                code: ErrorCode::ConstraintViolation,
                extended_code: ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                    | ffi::SQLITE_CONSTRAINT_UNIQUE
                    | ffi::SQLITE_CONSTRAINT_ROWID
                    | ffi::SQLITE_CONSTRAINT_FOREIGNKEY,
            })
        );
        if conflict { Self::Conflict } else { Self::Database(error.into()) }
    }
}

impl From<Failure> for CommitError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict => Self::Conflict,
            Failure::LimitReached => Self::LimitReached,
            Failure::Database(error) => Self::Unavailable(error),
        }
    }
}

impl From<Failure> for StoreError {
    /// For jobs that expect nothing, and so cannot meet a conflict.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Database(error) => error,
            Failure::Conflict | Failure::LimitReached => {
                Self::Unavailable("a row stood in the way".to_owned())
            }
        }
    }
}
