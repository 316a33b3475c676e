//! Grants, and the one active grant of an app.

statements! {
    /// id, app, team, account, app epoch, team epoch, account epoch, scopes, salt, key, confidential, authorized,
    /// presented, presented at, revoked
    START = "INSERT INTO grants (id, app_id, team_id, account_id, app_epoch, team_epoch, account_epoch, scopes,
        salt, key_id, confidential, authorized, presented, presented_at, revoked)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    /// presented, presented at, grant, was
    PRESENT = "UPDATE grants SET presented = $1, presented_at = $2
        WHERE id = $3 AND presented = $4 AND revoked IS NULL";
    /// generation, in a row, grant
    PRESENT_AGAIN = "UPDATE grants SET again = $1, again_in_a_row = $2
        WHERE id = $3 AND presented = $1 AND again <> $1 AND revoked IS NULL";
    /// revoked, grant
    REVOKE = "UPDATE grants SET revoked = $1 WHERE id = $2 AND revoked IS NULL";
    /// revoked, account, app
    REVOKE_OF = "UPDATE grants SET revoked = $1 WHERE account_id = $2 AND app_id = $3 AND revoked IS NULL
        RETURNING id";
    /// grant; then the account's epoch and whether it is listed; then which token came again, and how many in a row
    GRANT = "SELECT g.id, g.app_id, g.team_id, g.account_id, g.app_epoch, g.team_epoch, g.account_epoch, g.scopes,
        g.salt, g.key_id, g.confidential, g.authorized, g.presented, g.presented_at, g.revoked,
        p.epoch, l.app_id IS NOT NULL, g.again, g.again_in_a_row
        FROM grants g LEFT JOIN accounts p ON p.id = g.account_id
        LEFT JOIN listed_users l ON l.app_id = g.app_id AND l.account_id = g.account_id
        WHERE g.id = $1";
    /// app
    ACTIVE = "SELECT grant_id, until FROM active_grants WHERE app_id = $1";
    /// app, grant, until
    TAKE_FIRST_ACTIVE = "INSERT INTO active_grants (app_id, grant_id, until) VALUES ($1, $2, $3)
        ON CONFLICT (app_id) DO NOTHING";
    /// grant, until, app, was grant, was until
    TAKE_ACTIVE = "UPDATE active_grants SET grant_id = $1, until = $2
        WHERE app_id = $3 AND grant_id = $4 AND until = $5";
    /// app, grant, until
    EXTEND_ACTIVE = "INSERT INTO active_grants (app_id, grant_id, until) VALUES ($1, $2, $3)
        ON CONFLICT (app_id) DO UPDATE SET until =
            CASE WHEN active_grants.until < excluded.until THEN excluded.until ELSE active_grants.until END
        WHERE active_grants.grant_id = excluded.grant_id";
}
