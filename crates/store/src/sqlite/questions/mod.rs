//! Answering questions: row readers, one file a family of tables.

pub(crate) mod admin_api;
mod apps;
mod codes;
mod devices;
mod ended;
mod grants;
pub(crate) mod listing;
mod people;
pub(crate) mod usage;

use std::sync::Arc;

use rusqlite::Row;
use stagedoor_protocol::app::App;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::question::AccountStanding;
use stagedoor_protocol::{About, Facts};
use stagedoor_wire::ClientId;

use super::reader::View;
use crate::sql;

pub(crate) use apps::legacy_key;
pub(crate) use devices::device_by_user_code;
pub(super) use ended::load_ended;
pub(crate) use people::{account_by_email, account_by_id, consent, session, sessions};

/// Answers a question about an app, which memory may have `known`. Without an app there is nothing else to tell.
pub(crate) fn answer(
    view: &View<'_>,
    api: &str,
    client_id: &ClientId,
    known: Option<Arc<App>>,
    about: About,
) -> rusqlite::Result<Facts> {
    let app = match known {
        Some(known) => Some(known),
        None => apps::app(view, api, client_id)?,
    };
    let Some(app) = app else { return Ok(Facts::default()) };
    let id = app.id;
    let facts = Facts { app: Some(app), ..Facts::default() };
    match about {
        About::App => Ok(facts),
        About::ActiveGrant => {
            let active = grants::active(view, id)?;
            let row = active.map(|active| grants::grant(view, active.grant)).transpose()?.flatten();
            Ok(Facts { active, grant: row.map(|(grant, _)| grant), ..facts })
        }
        About::Grant(grant) => grants::answer(view, grant, facts),
        About::Code(code) => codes::answer(view, code, facts),
        About::Device(device) => devices::answer(view, device, facts),
        About::Account(account) => Ok(Facts { account: people::standing(view, id, account)?, ..facts }),
    }
}

/// Asks something cheap that is in the database and not in memory: whether it answers.
pub(crate) fn anything(view: &View<'_>) -> rusqlite::Result<()> {
    view.connection.prepare_cached(sql::apps::ANY_APP_OR_ACCOUNT)?.query_row([], |_| Ok(()))
}

/// A person's standing from the two columns that follow a row: the account's epoch, and whether it is listed.
fn standing_at(
    row: &Row<'_>,
    column: usize,
    account: Option<AccountId>,
) -> rusqlite::Result<Option<AccountStanding>> {
    let Some(id) = account else { return Ok(None) };
    let Some(epoch) = row.get(column)? else { return Ok(None) };
    Ok(Some(AccountStanding { id, epoch, listed: row.get(column + 1)? }))
}
