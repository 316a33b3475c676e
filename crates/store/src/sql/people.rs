//! Accounts, sessions, consents, users on an app's list, and the audit log.

statements! {
    /// id, email, name, password hash, created
    CREATE_ACCOUNT = "INSERT INTO accounts (id, email, name, password_hash, created, epoch)
        VALUES ($1, $2, $3, $4, $5, (SELECT coalesce(max(epoch), 0) FROM restored))";
    /// email
    ACCOUNT_BY_EMAIL = "SELECT id, email, name, password_hash, epoch, suspended, confirmed FROM accounts
        WHERE email = $1";
    /// account
    ACCOUNT_BY_ID = "SELECT id, email, name, password_hash, epoch, suspended, confirmed FROM accounts
        WHERE id = $1";
    /// app, account
    STANDING = "SELECT p.epoch, l.app_id IS NOT NULL
        FROM accounts p LEFT JOIN listed_users l ON l.app_id = $1 AND l.account_id = p.id WHERE p.id = $2";
    /// id, hash, account, epoch, browser, started, expires
    START_SESSION = "INSERT INTO sessions (id, hash, account_id, epoch, browser, started, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// session
    END_SESSION = "DELETE FROM sessions WHERE id = $1";
    /// account, session
    END_OTHER_SESSIONS = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2";
    /// account, now, at most
    SESSIONS = "SELECT s.id, s.started, s.browser FROM sessions s JOIN accounts p ON p.id = s.account_id
        WHERE s.account_id = $1 AND s.epoch = p.epoch AND s.expires > $2 ORDER BY s.id DESC LIMIT $3";
    /// session
    SESSION = "SELECT p.id, p.email, p.name, p.password_hash, p.epoch, p.suspended, p.confirmed,
        s.hash, s.epoch, s.expires
        FROM sessions s JOIN accounts p ON p.id = s.account_id WHERE s.id = $1";
    /// account, app, scopes, since
    SAVE_CONSENT = "INSERT INTO consents (account_id, app_id, scopes, since) VALUES ($1, $2, $3, $4)
        ON CONFLICT (account_id, app_id) DO UPDATE SET scopes = excluded.scopes";
    /// account, app
    END_CONSENT = "DELETE FROM consents WHERE account_id = $1 AND app_id = $2";
    /// account, app
    CONSENT = "SELECT scopes FROM consents WHERE account_id = $1 AND app_id = $2";
    /// app, account
    COUNT_OTHER_LISTED = "SELECT count(*) FROM listed_users WHERE app_id = $1 AND account_id <> $2";
    /// app, account
    LIST_USER = "INSERT INTO listed_users (app_id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    /// app, account
    UNLIST_USER = "DELETE FROM listed_users WHERE app_id = $1 AND account_id = $2";
    /// at, actor, origin, address, what, subject, subject id
    AUDIT = "INSERT INTO audit (at, actor, origin, address, what, subject, subject_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}
