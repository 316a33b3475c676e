//! What a restored database begins anew with, and what is in a backup.

/// A grant that is neither revoked nor outgrown.
macro_rules! alive {
    () => {
        "g.revoked IS NULL
        AND g.app_epoch >= (SELECT a.epoch FROM apps a WHERE a.id = g.app_id)
        AND g.team_epoch >= (SELECT t.epoch FROM teams t WHERE t.id = g.team_id)
        AND (g.account_id IS NULL
            OR g.account_epoch >= (SELECT p.epoch FROM accounts p WHERE p.id = g.account_id))"
    };
}

statements! {
    HIGHEST_EPOCH = "SELECT coalesce(max(epoch), 0) FROM (SELECT epoch FROM apps UNION ALL SELECT epoch FROM teams
        UNION ALL SELECT epoch FROM accounts UNION ALL SELECT epoch FROM restored) AS epochs";
    /// epoch
    CARRY_GRANTS = concat!("UPDATE grants AS g SET app_epoch = $1, team_epoch = $1,
        account_epoch = CASE WHEN g.account_id IS NULL THEN g.account_epoch ELSE $1 END
        WHERE ", alive!());
    /// epoch
    APP_EPOCHS = "UPDATE apps SET epoch = $1";
    /// epoch
    TEAM_EPOCHS = "UPDATE teams SET epoch = $1";
    /// epoch
    ACCOUNT_EPOCHS = "UPDATE accounts SET epoch = $1";
    DROP_UNUSED_CODES = "DELETE FROM codes WHERE grant_id IS NULL";
    DENY_OPEN_DEVICES = "UPDATE devices SET state = 'denied', account_id = NULL, decided = NULL
        WHERE state IN ('pending', 'allowed')";
    END_SESSIONS = "DELETE FROM sessions";
    END_ACTIVE_GRANTS = "DELETE FROM active_grants";
    END_ADMIN_CREDENTIALS = "DELETE FROM admin_credentials";
    FORGET_ANSWERS = "DELETE FROM kept_answers";
    /// epoch, at, taken
    NOTE = "INSERT INTO restored (epoch, at, taken) VALUES ($1, $2, $3)";
    COUNT_TEAMS = "SELECT count(*) FROM teams";
    COUNT_APPS = "SELECT count(*) FROM apps";
    COUNT_ACCOUNTS = "SELECT count(*) FROM accounts";
    COUNT_SESSIONS = "SELECT count(*) FROM sessions";
    COUNT_UNUSED_CODES = "SELECT count(*) FROM codes WHERE grant_id IS NULL";
    COUNT_OPEN_DEVICES = "SELECT count(*) FROM devices WHERE state IN ('pending', 'allowed')";
    /// The newest time of what is written most.
    NEWEST = "SELECT max(at) FROM (SELECT max(at) AS at FROM audit UNION ALL SELECT max(presented_at) FROM grants
        UNION ALL SELECT max(started) FROM sessions UNION ALL SELECT max(authorized) FROM codes) AS times";
    COUNT_ALIVE_GRANTS = concat!("SELECT count(*) FROM grants g WHERE ", alive!());
    /// at most
    ALIVE_GRANTS_OF_APPS = concat!("SELECT o.api, o.client_id, o.name, count(*) FROM grants g
        JOIN apps o ON o.id = g.app_id WHERE ", alive!(), " GROUP BY o.id ORDER BY 4 DESC, 1, 2 LIMIT $1");
    /// at most
    ALIVE_GRANTS = concat!("SELECT o.api, o.client_id, o.name, w.email, g.authorized, g.presented, g.presented_at
        FROM grants g JOIN apps o ON o.id = g.app_id LEFT JOIN accounts w ON w.id = g.account_id
        WHERE ", alive!(), " ORDER BY g.presented_at DESC, g.id DESC LIMIT $1");
    /// Rows by key.
    KEY_USES = concat!("SELECT key_id, count(*) FROM (SELECT key_id FROM secrets
        UNION ALL SELECT seal_key_id FROM secrets WHERE seal_key_id IS NOT NULL
        UNION ALL SELECT key_id FROM legacy_keys
        UNION ALL SELECT g.key_id FROM grants g WHERE ", alive!(), ") AS used GROUP BY key_id ORDER BY key_id");
}
