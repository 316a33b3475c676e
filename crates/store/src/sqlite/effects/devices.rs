//! Device authorizations.

use rusqlite::params;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::device::{Device, DeviceState};
use stagedoor_protocol::id::DeviceId;

use super::{Failure, Tables};
use crate::sql::devices as sql;

pub(super) fn start(tables: Tables<'_>, device: &Device) -> Result<(), Failure> {
    let state = Columns::of(device.state);
    tables.change(
        sql::START,
        params![
            device.id.0,
            device.hash,
            device.user_code_hash,
            device.app.0,
            device.scopes.as_str(),
            device.expires.0,
            device.interval_seconds,
            device.polled.map(|polled| polled.0),
            state.name,
            state.account,
            state.decided,
            state.grant,
            state.epochs.app,
            state.epochs.team,
            state.epochs.account
        ],
    )
}

pub(super) fn decide(
    tables: Tables<'_>,
    device: DeviceId,
    was: DeviceState,
    now: DeviceState,
) -> Result<(), Failure> {
    let (was, now) = (Columns::of(was), Columns::of(now));
    tables.change(
        sql::DECIDE,
        params![
            now.name,
            now.account,
            now.decided,
            now.grant,
            now.epochs.app,
            now.epochs.team,
            now.epochs.account,
            device.0,
            was.name,
            was.account,
            was.decided,
            was.grant
        ],
    )
}

pub(super) fn poll(
    tables: Tables<'_>,
    device: DeviceId,
    at: Timestamp,
    interval_seconds: u32,
) -> Result<(), Failure> {
    tables.change(sql::POLL, params![at.0, interval_seconds, device.0])
}

/// A state as its columns. [`questions`](super::super::questions) reads them.
struct Columns {
    name: &'static str,
    account: Option<i64>,
    decided: Option<i64>,
    grant: Option<i64>,
    /// Those of a state that has none are not read.
    epochs: Epochs,
}

impl Columns {
    fn of(state: DeviceState) -> Self {
        let epochs = Epochs { app: 0, team: 0, account: 0 };
        let none = |name| Self { name, account: None, decided: None, grant: None, epochs };
        match state {
            DeviceState::Pending => none("pending"),
            DeviceState::Denied => none("denied"),
            DeviceState::Allowed { account, at, epochs } => {
                Self { account: Some(account.0), decided: Some(at.0), epochs, ..none("allowed") }
            }
            DeviceState::Redeemed { account, grant } => {
                Self { account: Some(account.0), grant: Some(grant.0), ..none("redeemed") }
            }
        }
    }
}
