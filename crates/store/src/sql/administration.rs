//! What administrators change, and what that expects.

/// Administrators who can sign in.
macro_rules! administrators {
    () => {
        "SELECT 1 FROM accounts WHERE administrator = 1 AND suspended = 0 AND confirmed = 1 AND password_hash <> ''"
    };
}

statements! {
    NO_ADMINISTRATOR = concat!("SELECT NOT EXISTS (", administrators!(), ")");
    /// besides this account
    ANOTHER_ADMINISTRATOR = concat!("SELECT EXISTS (", administrators!(), " AND id <> $1)");
    /// name
    TEAM_NAME_FREE = "SELECT NOT EXISTS (SELECT 1 FROM teams WHERE name = $1)";
    /// app, stage
    STAGE_IS = "SELECT EXISTS (SELECT 1 FROM apps WHERE id = $1 AND stage = $2)";
    /// account, epoch, password hash, confirmed
    ACCOUNT_IS = "SELECT EXISTS (SELECT 1 FROM accounts
        WHERE id = $1 AND epoch = $2 AND password_hash = $3 AND confirmed = $4)";
    /// name, account
    RENAME_ACCOUNT = "UPDATE accounts SET name = $1 WHERE id = $2";
    /// administrator, account
    SET_ADMINISTRATOR = "UPDATE accounts SET administrator = $1 WHERE id = $2";
    /// suspended, account
    SET_ACCOUNT_SUSPENDED = "UPDATE accounts SET suspended = $1 WHERE id = $2";
    /// confirmed, account
    SET_ACCOUNT_CONFIRMED = "UPDATE accounts SET confirmed = $1 WHERE id = $2";
    /// password hash, account
    SET_PASSWORD = "UPDATE accounts SET password_hash = $1 WHERE id = $2";
    /// name, team
    RENAME_TEAM = "UPDATE teams SET name = $1 WHERE id = $2";
    /// kind, team
    SET_TEAM_KIND = "UPDATE teams SET kind = $1 WHERE id = $2";
    /// team, account, role
    SET_MEMBER = "INSERT INTO team_members (team_id, account_id, role) VALUES ($1, $2, $3)
        ON CONFLICT (team_id, account_id) DO UPDATE SET role = excluded.role";
    /// team, account
    REMOVE_MEMBER = "DELETE FROM team_members WHERE team_id = $1 AND account_id = $2";
    /// name, description, website, purpose, app
    DESCRIBE_APP = "UPDATE apps SET name = $1, description = $2, website = $3, purpose = $4 WHERE id = $5";
    /// at, purpose, app
    ASK_FOR_REVIEW = "UPDATE apps SET review_asked = $1, purpose = $2 WHERE id = $3 AND review_asked IS NULL";
    /// app
    END_REVIEW = "UPDATE apps SET review_asked = NULL WHERE id = $1 AND review_asked IS NOT NULL";
    /// app
    API_OF_APP = "SELECT api FROM apps WHERE id = $1";
    /// to, terms, app, from
    MOVE_APP = "UPDATE apps SET team_id = $1, terms = $2, website = '', purpose = '', review_asked = NULL,
        reviewed_name = NULL
        WHERE id = $3 AND team_id = $4";
    /// id, hash, team, role, app, email, invited by, expires
    SAVE_INVITATION = "INSERT INTO invitations (id, hash, team_id, role, app_id, email, invited_by, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// account
    COUNT_TEAMS = "SELECT count(*) FROM team_members WHERE account_id = $1";
    /// team, now
    COUNT_INVITATIONS = "SELECT count(*) FROM invitations WHERE team_id = $1 AND expires > $2";
    /// invitation
    END_INVITATION = "DELETE FROM invitations WHERE id = $1";
    /// team, account
    REMOVE_INVITATIONS_BY = "DELETE FROM invitations WHERE team_id = $1
        AND invited_by = (SELECT email FROM accounts WHERE id = $2)";
    /// team, account
    REMOVE_INVITATIONS_FOR = "DELETE FROM invitations WHERE team_id = $1 AND app_id IS NULL
        AND email = (SELECT email FROM accounts WHERE id = $2)";
    /// account
    REMOVE_ALL_INVITATIONS_BY = "DELETE FROM invitations WHERE invited_by = (SELECT email FROM accounts WHERE id = $1)";
    /// app
    REMOVE_INVITATIONS_TO = "DELETE FROM invitations WHERE app_id = $1";
    /// session
    SESSION_IS_ON = "SELECT EXISTS (SELECT 1 FROM sessions s JOIN accounts p ON p.id = s.account_id
        WHERE s.id = $1 AND s.epoch = p.epoch AND p.suspended = 0)";
    /// account
    IS_ADMINISTRATOR = "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = $1 AND administrator = 1 AND suspended = 0)";
    /// team, account
    ROLE = "SELECT role FROM team_members WHERE team_id = $1 AND account_id = $2";
    /// app, team
    APP_IS_OF = "SELECT EXISTS (SELECT 1 FROM apps WHERE id = $1 AND team_id = $2 AND stage <> 'suspended')";
    /// app, name, team
    APP_IS = "SELECT EXISTS (SELECT 1 FROM apps WHERE id = $1 AND name = $2 AND team_id = $3)";
    /// app, epoch
    APP_EPOCH_IS = "SELECT EXISTS (SELECT 1 FROM apps WHERE id = $1 AND epoch = $2)";
    /// team, account, role
    MEMBER_IS = "SELECT EXISTS (SELECT 1 FROM team_members WHERE team_id = $1 AND account_id = $2 AND role = $3)";
    /// team, besides this account
    ANOTHER_OWNER = "SELECT EXISTS (SELECT 1 FROM team_members
        WHERE team_id = $1 AND account_id <> $2 AND role = 'owner')";
    /// app
    REMOVE_REDIRECT_URIS = "DELETE FROM redirect_uris WHERE app_id = $1";
    /// app, team
    STOP_ACTING_FOR = "DELETE FROM app_teams WHERE app_id = $1 AND team_id = $2";
    /// ends, api, id
    SET_LEGACY_KEY_END = "UPDATE legacy_keys SET ends = $1 WHERE api = $2 AND id = $3";
    /// api, id
    REMOVE_LEGACY_KEY = "DELETE FROM legacy_keys WHERE api = $1 AND id = $2";
    /// app
    REMOVE_ACTIVE_GRANT = "DELETE FROM active_grants WHERE app_id = $1";
    /// app
    REMOVE_GRANTS = "DELETE FROM grants WHERE app_id = $1";
    /// app
    REMOVE_CODES = "DELETE FROM codes WHERE app_id = $1";
    /// app
    REMOVE_DEVICES = "DELETE FROM devices WHERE app_id = $1";
    /// app
    REMOVE_CONSENTS = "DELETE FROM consents WHERE app_id = $1";
    /// app
    REMOVE_LISTED_USERS = "DELETE FROM listed_users WHERE app_id = $1";
    /// app
    REMOVE_APP_TEAMS = "DELETE FROM app_teams WHERE app_id = $1";
    /// app
    NOTE_REMOVED = "INSERT INTO removed_apps (id, epoch, raised)
        SELECT id, epoch, raised FROM apps WHERE id = $1 AND raised IS NOT NULL";
    /// app
    REMOVE_APP = "DELETE FROM apps WHERE id = $1";
}
