//! Authorization codes.

use rusqlite::params;
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::id::{CodeId, GrantId};

use super::{Failure, Tables};
use crate::sql::codes as sql;

pub(super) fn save(tables: Tables<'_>, code: &Code) -> Result<(), Failure> {
    let grant = match code.state {
        CodeState::Unused => None,
        CodeState::Redeemed(grant) => Some(grant.0),
    };
    tables.change(
        sql::SAVE,
        params![
            code.id.0,
            code.hash,
            code.app.0,
            code.account.0,
            code.redirect_uri,
            code.challenge.map(|challenge| challenge.0),
            code.scopes.as_str(),
            code.authorized.0,
            code.expires.0,
            grant,
            code.epochs.app,
            code.epochs.team,
            code.epochs.account
        ],
    )
}

pub(super) fn redeem(tables: Tables<'_>, code: CodeId, grant: GrantId) -> Result<(), Failure> {
    tables.change(sql::REDEEM, [grant.0, code.0])
}
