//! Deleting what is over, at most so many rows at a time.
//!
//! Ids grow with time and the rows of a table live about equally long, so the first rows are the first to be over:
//! looking at no more than those needs no index. One that lives longer only makes those behind it wait.

statements! {
    /// at most, now
    CODES = "DELETE FROM codes WHERE id IN (SELECT id FROM
        (SELECT id, expires FROM codes ORDER BY id LIMIT $1) AS first WHERE expires <= $2)";
    /// at most, now
    SESSIONS = "DELETE FROM sessions WHERE id IN (SELECT id FROM
        (SELECT id, expires FROM sessions ORDER BY id LIMIT $1) AS first WHERE expires <= $2)";
    /// at most, registered at the latest. Someone who is in a team or on a list, or was signed in, has rows that need theirs.
    UNCONFIRMED = "DELETE FROM accounts WHERE id IN (SELECT id FROM
        (SELECT id, created FROM accounts WHERE confirmed = 0 ORDER BY id LIMIT $1) AS first WHERE created < $2)
        AND NOT EXISTS (SELECT 1 FROM team_members m WHERE m.account_id = accounts.id)
        AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.account_id = accounts.id)
        AND NOT EXISTS (SELECT 1 FROM listed_users l WHERE l.account_id = accounts.id)";
    /// at most, now
    DEVICES = "DELETE FROM devices WHERE id IN (SELECT id FROM
        (SELECT id, expires FROM devices ORDER BY id LIMIT $1) AS first WHERE expires <= $2)";
    /// at most, at the latest
    AUDIT = "DELETE FROM audit WHERE id IN (SELECT id FROM
        (SELECT id, at FROM audit ORDER BY id LIMIT $1) AS first WHERE at < $2)";
    /// at most, now
    ENDED_TOKENS = "DELETE FROM ended_tokens WHERE nonce IN (SELECT nonce FROM
        (SELECT nonce, expires FROM ended_tokens ORDER BY expires LIMIT $1) AS first WHERE expires <= $2)";
    /// at most, now
    INVITATIONS = "DELETE FROM invitations WHERE id IN (SELECT id FROM
        (SELECT id, expires FROM invitations ORDER BY id LIMIT $1) AS first WHERE expires <= $2)";
    /// at most, raised at the latest
    REMOVED_APPS = "DELETE FROM removed_apps WHERE id IN (SELECT id FROM
        (SELECT id, raised FROM removed_apps ORDER BY raised LIMIT $1) AS first WHERE raised < $2)";
    /// at most, revoked at the latest
    REVOKED_GRANTS = "DELETE FROM grants WHERE id IN (SELECT id FROM
        (SELECT id, revoked FROM grants WHERE revoked IS NOT NULL ORDER BY revoked LIMIT $1) AS first
        WHERE revoked < $2)";
    /// at most, hour
    USAGE_HOURS = "DELETE FROM usage_hours WHERE (hour, app_id, endpoint) IN (SELECT hour, app_id, endpoint FROM
        (SELECT hour, app_id, endpoint FROM usage_hours ORDER BY hour, app_id, endpoint LIMIT $1) AS first
        WHERE hour < $2)";
    /// at most, day
    USAGE_DAYS = "DELETE FROM usage_days WHERE (day, app_id, endpoint) IN (SELECT day, app_id, endpoint FROM
        (SELECT day, app_id, endpoint FROM usage_days ORDER BY day, app_id, endpoint LIMIT $1) AS first
        WHERE day < $2)";
    /// at most, day
    USAGE_USERS = "DELETE FROM usage_users WHERE (day, app_id, account_id) IN (SELECT day, app_id, account_id FROM
        (SELECT day, app_id, account_id FROM usage_users ORDER BY day, app_id, account_id LIMIT $1) AS first
        WHERE day < $2)";
    /// at most, day
    REFUSALS = "DELETE FROM refusals WHERE (day, app_id, reason, endpoint) IN (SELECT day, app_id, reason, endpoint FROM
        (SELECT day, app_id, reason, endpoint FROM refusals ORDER BY day, app_id, reason, endpoint LIMIT $1) AS first
        WHERE day < $2)";
    /// at most, at the latest
    KEPT_ANSWERS = "DELETE FROM kept_answers WHERE id IN (SELECT id FROM
        (SELECT id, at FROM kept_answers ORDER BY id LIMIT $1) AS first WHERE at <= $2)";
    /// behind, at most
    LAST_OF_NEXT_GRANTS = "SELECT max(id) FROM (SELECT id FROM grants WHERE id > $1 ORDER BY id LIMIT $2) AS next";
    /// behind, last, raised at the latest
    OUTGROWN_GRANTS = "DELETE FROM grants WHERE id > $1 AND id <= $2 AND (
        EXISTS (SELECT 1 FROM apps a
            WHERE a.id = grants.app_id AND a.epoch > grants.app_epoch AND a.raised < $3)
        OR EXISTS (SELECT 1 FROM teams t
            WHERE t.id = grants.team_id AND t.epoch > grants.team_epoch AND t.raised < $3)
        OR EXISTS (SELECT 1 FROM accounts p
            WHERE p.id = grants.account_id AND p.epoch > grants.account_epoch AND p.raised < $3))";
    /// behind, last, authorized at the latest, api
    EXPIRED_GRANTS = "DELETE FROM grants WHERE id > $1 AND id <= $2 AND authorized < $3
        AND EXISTS (SELECT 1 FROM apps a WHERE a.id = grants.app_id AND a.api = $4)";
}
