//! Ending what rests on a key.

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::id::GrantId;
use stagedoor_protocol::keys::KeyId;

use super::{Failure, Tables, apps};
use crate::memory::Aftermath;
use crate::sql::keys as sql;

pub(super) fn end_all_under(
    tables: Tables<'_>,
    key: KeyId,
    at: Timestamp,
    aftermath: &mut Aftermath,
) -> Result<(), Failure> {
    let key = i64::from(key.0);
    apps::forget_all(tables, sql::APP_KEYS_UNDER, key, aftermath)?;
    let mut statement = tables.0.prepare_cached(sql::REVOKE_GRANTS_UNDER)?;
    let revoked = statement.query_map([at.0, key], |row| row.get(0))?;
    for grant in revoked {
        aftermath.revoked.push((GrantId(grant?), at));
    }
    for removal in [
        sql::REMOVE_SECRETS_UNDER,
        sql::FORGET_SEALED_UNDER,
        sql::REMOVE_LEGACY_KEYS_UNDER,
        sql::REMOVE_CREDENTIALS_UNDER,
    ] {
        tables.run(removal, [key])?;
    }
    aftermath.legacy_keys = true;
    Ok(())
}
