//! Device authorizations (RFC 8628).

macro_rules! columns {
    () => {
        "SELECT d.id, d.hash, d.user_code, d.app_id, d.scopes, d.expires, d.interval_seconds, d.polled, d.state,
        d.account_id, d.decided, d.grant_id, d.app_epoch, d.team_epoch, d.account_epoch"
    };
}

statements! {
    /// id, hash, user_code, app, scopes, expires, interval, polled, state, account, decided, grant, app epoch, team epoch,
    /// account epoch
    START = "INSERT INTO devices (id, hash, user_code, app_id, scopes, expires, interval_seconds, polled, state,
        account_id, decided, grant_id, app_epoch, team_epoch, account_epoch)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    /// now: state, account, decided, grant, app epoch, team epoch, account epoch; device; was: state, account, decided,
    /// grant
    DECIDE = "UPDATE devices SET state = $1, account_id = $2, decided = $3, grant_id = $4,
        app_epoch = $5, team_epoch = $6, account_epoch = $7 WHERE id = $8
        AND state = $9 AND account_id IS NOT DISTINCT FROM $10 AND decided IS NOT DISTINCT FROM $11
        AND grant_id IS NOT DISTINCT FROM $12";
    /// polled, interval, device
    POLL = "UPDATE devices SET polled = $1, interval_seconds = $2 WHERE id = $3";
    /// device; then the account's epoch and whether it is listed
    DEVICE = concat!(columns!(), ", p.epoch, l.app_id IS NOT NULL
        FROM devices d LEFT JOIN accounts p ON p.id = d.account_id
        LEFT JOIN listed_users l ON l.app_id = d.app_id AND l.account_id = d.account_id
        WHERE d.id = $1");
    /// user_code, api; then the app's client_id
    DEVICE_BY_USER_CODE = concat!(columns!(), ", a.client_id
        FROM devices d JOIN apps a ON a.id = d.app_id WHERE d.user_code = $1 AND a.api = $2");
    /// account, app
    DENY_ALLOWED_OF = "UPDATE devices SET state = 'denied', account_id = NULL, decided = NULL
        WHERE account_id = $1 AND app_id = $2 AND state = 'allowed'";
    /// account
    DENY_ALLOWED_OF_ACCOUNT = "UPDATE devices SET state = 'denied', account_id = NULL, decided = NULL
        WHERE account_id = $1 AND state = 'allowed'";
    /// app
    DENY_ALLOWED_OF_APP = "UPDATE devices SET state = 'denied', account_id = NULL, decided = NULL
        WHERE app_id = $1 AND state = 'allowed'";
    /// team
    DENY_ALLOWED_OF_TEAM = "UPDATE devices SET state = 'denied', account_id = NULL, decided = NULL
        WHERE app_id IN (SELECT id FROM apps WHERE team_id = $1) AND state = 'allowed'";
}
