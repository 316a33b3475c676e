//! Device authorizations.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row};
use stagedoor_protocol::app::App;
use stagedoor_protocol::device::{Device, DeviceState};
use stagedoor_protocol::id::{AccountId, AppId, DeviceId, GrantId};
use stagedoor_protocol::question::AccountStanding;
use stagedoor_protocol::{Facts, Timestamp};
use stagedoor_wire::ClientId;

use super::super::reader::View;
use super::super::row;
use super::{apps, grants, standing_at};
use crate::sql::devices as sql;

/// Adds a device, the person who decided, and the grant it started if it did.
pub(super) fn answer(view: &View<'_>, device: DeviceId, facts: Facts) -> rusqlite::Result<Facts> {
    let mut statement = view.connection.prepare_cached(sql::DEVICE)?;
    let found = statement.query_row([device.0], read_with_account).optional()?;
    let Some((device, account)) = found else { return Ok(facts) };
    let grant = match device.state {
        DeviceState::Redeemed { grant, .. } => grants::grant(view, grant)?.map(|(grant, _)| grant),
        _ => None,
    };
    Ok(Facts { device: Some(device), grant, account, ..facts })
}

pub(crate) fn device_by_user_code(
    view: &View<'_>,
    api: &str,
    hashes: &[String],
) -> rusqlite::Result<Option<(Device, Arc<App>)>> {
    let mut statement = view.connection.prepare_cached(sql::DEVICE_BY_USER_CODE)?;
    let with_client_id = |row: &Row<'_>| {
        let client_id = row::text(row, 15, |text| ClientId::new(text).ok())?;
        Ok((read(row)?, client_id))
    };
    let mut found = None;
    for hash in hashes {
        found = statement.query_row([hash.as_str(), api], with_client_id).optional()?;
        if found.is_some() {
            break;
        }
    }
    let Some((device, client_id)) = found else { return Ok(None) };
    let app = match view.memory.cache.app(api, &client_id) {
        Some(known) => Some(known),
        None => apps::app(view, api, &client_id)?,
    };
    Ok(app.map(|app| (device, app)))
}

fn read_with_account(row: &Row<'_>) -> rusqlite::Result<(Device, Option<AccountStanding>)> {
    let device = read(row)?;
    let account = match device.state {
        DeviceState::Allowed { account, .. } | DeviceState::Redeemed { account, .. } => Some(account),
        DeviceState::Pending | DeviceState::Denied => None,
    };
    Ok((device, standing_at(row, 15, account)?))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Device> {
    let account = row.get::<_, Option<i64>>(9)?.map(AccountId);
    let decided = row.get::<_, Option<i64>>(10)?.map(Timestamp);
    let grant = row.get::<_, Option<i64>>(11)?.map(GrantId);
    let epochs = row::epochs(row, 12)?;
    let state = row::text(row, 8, |name| match (name, account, decided, grant) {
        ("pending", ..) => Some(DeviceState::Pending),
        ("allowed", Some(account), Some(at), _) => Some(DeviceState::Allowed { account, at, epochs }),
        ("denied", ..) => Some(DeviceState::Denied),
        ("redeemed", Some(account), _, Some(grant)) => Some(DeviceState::Redeemed { account, grant }),
        _ => None,
    })?;
    Ok(Device {
        id: DeviceId(row.get(0)?),
        hash: row.get(1)?,
        user_code_hash: row.get(2)?,
        app: AppId(row.get(3)?),
        scopes: row::scopes(row, 4)?,
        expires: row::time(row, 5)?,
        interval_seconds: row.get(6)?,
        polled: row::optional_time(row, 7)?,
        state,
    })
}
