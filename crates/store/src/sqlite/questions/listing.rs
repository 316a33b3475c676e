//! What administrators see: lists, a page at a time, and single rows.

use rusqlite::{Params, Row, params};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::account::{AccountRecord, Email};
use stagedoor_protocol::administration::LegacyKeyName;
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::audit::{AuditFilter, AuditPlace, AuditRecord};
use stagedoor_protocol::decision::{AuditEntry, Subject};
use stagedoor_protocol::grant::GrantRecord;
use stagedoor_protocol::id::{AccountId, AppId, InvitationId, TeamId};
use stagedoor_protocol::invitation::{Invitation, InvitationRecord, InvitedTo};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::legacy_key::LegacyKeyRecord;
use stagedoor_protocol::team::{Member, Role, TeamKind, TeamRecord};
use stagedoor_wire::{ClientId, Scopes};

use super::super::reader::View;
use super::super::row;
use super::{apps, grants};
use crate::listing::{AppFilter, GrantFilter, Page};
use crate::sql::listing as sql;

/// All rows a statement finds.
pub(crate) fn all<T>(
    view: &View<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    view.connection.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// The one row a statement finds.
pub(crate) fn one<T>(
    view: &View<'_>,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    all(view, sql, params, read).map(|mut rows| rows.pop())
}

pub(crate) fn apps(
    view: &View<'_>,
    filter: &AppFilter,
    page: Page<AppId>,
) -> rusqlite::Result<Vec<AppRecord>> {
    let (api, behind, limit) = (&filter.api, page.behind.map_or(0, |id| id.0), page.limit);
    let stage = filter.stage.map(Stage::as_str);
    let mut found = match (filter.team, stage) {
        (Some(team), stage) => {
            all(view, sql::APPS_OF_TEAM, params![team.0, behind, api, stage, limit], read_app)
        }
        (None, Some(stage)) => all(view, sql::APPS_AT_STAGE, params![stage, behind, api, limit], read_app),
        (None, None) => all(view, sql::APPS, params![behind, api, limit], read_app),
    }?;
    found.iter_mut().try_for_each(|record| apps::complete(view, &mut record.app))?;
    Ok(found)
}

pub(crate) fn app(view: &View<'_>, api: &str, client_id: &ClientId) -> rusqlite::Result<Option<AppRecord>> {
    let Some(mut record) = one(view, sql::APP, [api, client_id.as_str()], read_app)? else { return Ok(None) };
    apps::complete(view, &mut record.app)?;
    Ok(Some(record))
}

pub(crate) fn grants(
    view: &View<'_>,
    filter: GrantFilter,
    page: Page<stagedoor_protocol::id::GrantId>,
) -> rusqlite::Result<Vec<GrantRecord>> {
    let (behind, limit) = (page.behind.map_or(0, |id| id.0), page.limit);
    match (filter.app, filter.account) {
        (None, None) => all(view, sql::GRANTS, params![behind, limit], read_grant),
        (Some(app), None) => all(view, sql::GRANTS_OF_APP, params![app.0, behind, limit], read_grant),
        (None, Some(account)) => {
            all(view, sql::GRANTS_OF_ACCOUNT, params![account.0, behind, limit], read_grant)
        }
        (Some(app), Some(account)) => {
            all(view, sql::GRANTS_OF_BOTH, params![account.0, app.0, behind, limit], read_grant)
        }
    }
}

pub(crate) fn audit(
    view: &View<'_>,
    filter: &AuditFilter,
    page: Page<AuditPlace>,
) -> rusqlite::Result<Vec<AuditRecord>> {
    let since = filter.since.map_or(i64::MIN, |since| since.0);
    // Before the time asked for, and behind the last line of the page before.
    let until = filter.until.map_or((i64::MAX, i64::MIN), |until| (until.0, i64::MIN));
    let (at, id) = page.behind.map_or(until, |place| until.min((place.at.0, place.id)));
    let (actor, limit) = (&filter.actor, page.limit);
    match (filter.subject.map(Subject::parts), actor) {
        (Some((subject, of)), actor) => {
            all(view, sql::AUDIT_OF_SUBJECT, params![subject, of, since, at, id, actor, limit], read_audit)
        }
        (None, Some(actor)) => {
            all(view, sql::AUDIT_OF_ACTOR, params![actor, since, at, id, limit], read_audit)
        }
        (None, None) => all(view, sql::AUDIT, params![since, at, id, limit], read_audit),
    }
}

pub(crate) fn read_account(row: &Row<'_>) -> rusqlite::Result<AccountRecord> {
    Ok(AccountRecord {
        id: AccountId(row.get(0)?),
        email: Email::from_stored(row.get(1)?),
        name: row.get(2)?,
        administrator: row.get(3)?,
        suspended: row.get(4)?,
        has_password: row.get(5)?,
        created: row::time(row, 6)?,
        confirmed: row.get(7)?,
    })
}

pub(crate) fn read_team(row: &Row<'_>) -> rusqlite::Result<TeamRecord> {
    Ok(TeamRecord {
        id: TeamId(row.get(0)?),
        name: row.get(1)?,
        kind: row::text(row, 2, TeamKind::from_stored)?,
        created: row::time(row, 3)?,
    })
}

pub(crate) fn read_membership(row: &Row<'_>) -> rusqlite::Result<(TeamRecord, Role)> {
    Ok((read_team(row)?, row::text(row, 4, Role::from_stored)?))
}

pub(crate) fn read_member(row: &Row<'_>) -> rusqlite::Result<Member> {
    Ok(Member {
        account: AccountId(row.get(0)?),
        email: Email::from_stored(row.get(1)?),
        name: row.get(2)?,
        role: row::text(row, 3, Role::from_stored)?,
    })
}

fn read_app(row: &Row<'_>) -> rusqlite::Result<AppRecord> {
    let stage_before: Option<String> = row.get(12)?;
    Ok(AppRecord {
        app: apps::read(row)?,
        api: row.get(10)?,
        description: row.get(11)?,
        stage_before: stage_before.as_deref().and_then(Stage::from_stored),
        created: row::time(row, 13)?,
        website: row.get(14)?,
        purpose: row.get(15)?,
        terms: row.get(16)?,
        review_asked: row::optional_time(row, 17)?,
    })
}

pub(crate) fn apps_by(view: &View<'_>, sql: &str, params: impl Params) -> rusqlite::Result<Vec<AppRecord>> {
    let mut found = all(view, sql, params, read_app)?;
    found.iter_mut().try_for_each(|record| apps::complete(view, &mut record.app))?;
    Ok(found)
}

pub(crate) fn read_invitation(row: &Row<'_>) -> rusqlite::Result<InvitationRecord> {
    let to = match (row.get::<_, Option<String>>(3)?, row.get::<_, Option<i64>>(4)?) {
        (None, Some(app)) => InvitedTo::TakeOver(AppId(app)),
        _ => InvitedTo::Join(row::text(row, 3, Role::from_stored)?),
    };
    let invitation = Invitation {
        id: InvitationId(row.get(0)?),
        hash: row.get(1)?,
        team: TeamId(row.get(2)?),
        to,
        email: Email::from_stored(row.get(5)?),
        invited_by: row.get(6)?,
        expires: row::time(row, 7)?,
    };
    let app = match (row.get(9)?, row.get(10)?, row.get(11)?) {
        (Some(api), Some(client_id), Some(name)) => Some((api, client_id, name)),
        _ => None,
    };
    Ok(InvitationRecord { invitation, team_name: row.get(8)?, app })
}

/// The app, what is allowed, since when, and when a grant was last renewed.
pub(crate) fn read_consent(row: &Row<'_>) -> rusqlite::Result<(AppId, Scopes, Timestamp, Option<Timestamp>)> {
    Ok((AppId(row.get(0)?), row::scopes(row, 1)?, row::time(row, 2)?, row::optional_time(row, 3)?))
}

pub(crate) fn read_legacy_key(row: &Row<'_>) -> rusqlite::Result<LegacyKeyRecord> {
    Ok(LegacyKeyRecord {
        name: LegacyKeyName { api: row.get(0)?, id: row.get(1)? },
        app: AppId(row.get(2)?),
        key: KeyId(row.get(3)?),
        hash: row.get(4)?,
        ends: row::optional_time(row, 5)?,
    })
}

pub(crate) fn read_grant(row: &Row<'_>) -> rusqlite::Result<GrantRecord> {
    let (grant, account) = grants::read(row)?;
    let epochs = grant.epochs;
    let ended = grant.revoked.is_some()
        || epochs.app < row.get(20)?
        || epochs.team < row.get(21)?
        || account.is_some_and(|account| epochs.account < account.epoch);
    Ok(GrantRecord {
        grant,
        api: row.get(17)?,
        client_id: row::text(row, 18, |text| ClientId::new(text).ok())?,
        email: row.get::<_, Option<String>>(19)?.map(Email::from_stored),
        ended,
    })
}

fn read_audit(row: &Row<'_>) -> rusqlite::Result<AuditRecord> {
    let subject_id = row.get(6)?;
    Ok(AuditRecord {
        id: row.get(0)?,
        entry: AuditEntry {
            at: row::time(row, 1)?,
            actor: row.get(2)?,
            origin: row.get(3)?,
            address: row.get::<_, Option<String>>(7)?.and_then(|text| text.parse().ok()),
            what: row.get(4)?,
            subject: row::text(row, 5, |kind| Subject::from_parts(kind, subject_id))?,
        },
        subject_name: row.get(8)?,
    })
}
