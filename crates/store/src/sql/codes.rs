//! Authorization codes.

statements! {
    /// id, hash, app, account, redirect_uri, challenge, scopes, authorized, expires, grant, app epoch, team epoch,
    /// account epoch
    SAVE = "INSERT INTO codes
        (id, hash, app_id, account_id, redirect_uri, challenge, scopes, authorized, expires, grant_id,
        app_epoch, team_epoch, account_epoch)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    /// grant, code
    REDEEM = "UPDATE codes SET grant_id = $1 WHERE id = $2 AND grant_id IS NULL";
    /// code; then the account's epoch and whether it is listed; then what the account allows the app
    CODE = "SELECT c.id, c.hash, c.app_id, c.account_id, c.redirect_uri, c.challenge, c.scopes, c.authorized,
        c.expires, c.grant_id, c.app_epoch, c.team_epoch, c.account_epoch, p.epoch, l.app_id IS NOT NULL, x.scopes
        FROM codes c JOIN accounts p ON p.id = c.account_id
        LEFT JOIN consents x ON x.account_id = c.account_id AND x.app_id = c.app_id
        LEFT JOIN listed_users l ON l.app_id = c.app_id AND l.account_id = c.account_id
        WHERE c.id = $1";
    /// account, app
    DROP_UNUSED_OF = "DELETE FROM codes WHERE account_id = $1 AND app_id = $2 AND grant_id IS NULL";
    /// account
    DROP_UNUSED_OF_ACCOUNT = "DELETE FROM codes WHERE account_id = $1 AND grant_id IS NULL";
    /// app
    DROP_UNUSED_OF_APP = "DELETE FROM codes WHERE app_id = $1 AND grant_id IS NULL";
    /// team
    DROP_UNUSED_OF_TEAM = "DELETE FROM codes
        WHERE app_id IN (SELECT id FROM apps WHERE team_id = $1) AND grant_id IS NULL";
}
