//! The keys of each table behind one of them, in their order: to count it bit by bit.

statements! {
    /// behind
    ACCOUNTS = "SELECT id FROM accounts WHERE id > $1 ORDER BY id";
    /// behind
    TEAMS = "SELECT id FROM teams WHERE id > $1 ORDER BY id";
    /// behind: team, account
    TEAM_MEMBERS = "SELECT team_id, account_id FROM team_members WHERE (team_id, account_id) > ($1, $2)
        ORDER BY team_id, account_id";
    /// behind
    APPS = "SELECT id FROM apps WHERE id > $1 ORDER BY id";
    /// behind: app, team
    APP_TEAMS = "SELECT app_id, team_id FROM app_teams WHERE (app_id, team_id) > ($1, $2) ORDER BY app_id, team_id";
    /// behind: app, position
    REDIRECT_URIS = "SELECT app_id, position FROM redirect_uris WHERE (app_id, position) > ($1, $2)
        ORDER BY app_id, position";
    /// behind
    SECRETS = "SELECT id FROM secrets WHERE id > $1 ORDER BY id";
    /// behind: app, account
    LISTED_USERS = "SELECT app_id, account_id FROM listed_users WHERE (app_id, account_id) > ($1, $2)
        ORDER BY app_id, account_id";
    /// behind: api, id
    LEGACY_KEYS = "SELECT api, id FROM legacy_keys WHERE (api, id) > ($1, $2) ORDER BY api, id";
    /// behind: account, app
    CONSENTS = "SELECT account_id, app_id FROM consents WHERE (account_id, app_id) > ($1, $2)
        ORDER BY account_id, app_id";
    /// behind
    SESSIONS = "SELECT id FROM sessions WHERE id > $1 ORDER BY id";
    /// behind
    CODES = "SELECT id FROM codes WHERE id > $1 ORDER BY id";
    /// behind
    DEVICES = "SELECT id FROM devices WHERE id > $1 ORDER BY id";
    /// behind
    GRANTS = "SELECT id FROM grants WHERE id > $1 ORDER BY id";
    /// behind
    ACTIVE_GRANTS = "SELECT app_id FROM active_grants WHERE app_id > $1 ORDER BY app_id";
    /// behind
    ENDED_TOKENS = "SELECT nonce FROM ended_tokens WHERE nonce > $1 ORDER BY nonce";
    /// behind
    INVITATIONS = "SELECT id FROM invitations WHERE id > $1 ORDER BY id";
    /// behind
    REMOVED_APPS = "SELECT id FROM removed_apps WHERE id > $1 ORDER BY id";
    /// behind
    AUDIT = "SELECT id FROM audit WHERE id > $1 ORDER BY id";
    /// behind
    RESTORED = "SELECT epoch FROM restored WHERE epoch > $1 ORDER BY epoch";
    /// behind: hour, app, endpoint
    USAGE_HOURS = "SELECT hour, app_id, endpoint FROM usage_hours WHERE (hour, app_id, endpoint) > ($1, $2, $3)
        ORDER BY hour, app_id, endpoint";
    /// behind: day, app, endpoint
    USAGE_DAYS = "SELECT day, app_id, endpoint FROM usage_days WHERE (day, app_id, endpoint) > ($1, $2, $3)
        ORDER BY day, app_id, endpoint";
    /// behind: day, app, account
    USAGE_USERS = "SELECT day, app_id, account_id FROM usage_users WHERE (day, app_id, account_id) > ($1, $2, $3)
        ORDER BY day, app_id, account_id";
    /// behind: day, app, reason, endpoint
    REFUSALS = "SELECT day, app_id, reason, endpoint FROM refusals
        WHERE (day, app_id, reason, endpoint) > ($1, $2, $3, $4) ORDER BY day, app_id, reason, endpoint";
    /// behind
    ADMIN_CREDENTIALS = "SELECT id FROM admin_credentials WHERE id > $1 ORDER BY id";
    /// behind
    KEPT_ANSWERS = "SELECT id FROM kept_answers WHERE id > $1 ORDER BY id";
}
