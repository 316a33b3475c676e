//! What administrators see: lists, a page at a time, and single rows. Pages go on behind the last id; those of the audit
//! log go back in time.

macro_rules! account {
    () => {
        "SELECT p.id, p.email, p.name, p.administrator, p.suspended, p.password_hash <> '', p.created, p.confirmed FROM accounts p "
    };
}

macro_rules! team {
    () => {
        "SELECT t.id, t.name, t.kind, t.created FROM teams t "
    };
}

macro_rules! app {
    () => {
        "SELECT a.id, a.client_id, a.name, a.stage, a.public, a.epoch, t.id, t.name, t.epoch,
        a.stage = 'approved' AND a.reviewed_name IS a.name, a.api, a.description, a.stage_before, a.created, a.website, a.purpose, a.terms, a.review_asked FROM apps a JOIN teams t ON t.id = a.team_id "
    };
}

macro_rules! invitation {
    () => {
        "SELECT i.id, i.hash, i.team_id, i.role, i.app_id, i.email, i.invited_by, i.expires, t.name,
        a.api, a.client_id, a.name FROM invitations i JOIN teams t ON t.id = i.team_id
        LEFT JOIN apps a ON a.id = i.app_id "
    };
}

macro_rules! legacy_key {
    () => {
        "SELECT api, id, app_id, key_id, hash, ends FROM legacy_keys "
    };
}

/// The first 17 columns are those of `grants::GRANT`; whether the person is listed is not asked.
macro_rules! grant {
    () => {
        "SELECT g.id, g.app_id, g.team_id, g.account_id, g.app_epoch, g.team_epoch, g.account_epoch, g.scopes,
        g.salt, g.key_id, g.confidential, g.authorized, g.presented, g.presented_at, g.revoked, p.epoch, 0,
        a.api, a.client_id, p.email, a.epoch, t.epoch FROM grants g JOIN apps a ON a.id = g.app_id
        JOIN teams t ON t.id = g.team_id LEFT JOIN accounts p ON p.id = g.account_id "
    };
}

macro_rules! alive {
    () => {
        " AND g.revoked IS NULL AND g.app_epoch >= a.epoch AND g.team_epoch >= t.epoch
        AND (p.id IS NULL OR g.account_epoch >= p.epoch) ORDER BY g.id "
    };
}

macro_rules! audit {
    () => {
        "SELECT l.id, l.at, l.actor, l.origin, l.what, l.subject, l.subject_id, l.address, CASE l.subject
        WHEN 'app' THEN (SELECT a.api || '/' || a.client_id FROM apps a WHERE a.id = l.subject_id)
        WHEN 'team' THEN (SELECT t.name FROM teams t WHERE t.id = l.subject_id)
        WHEN 'account' THEN (SELECT p.email FROM accounts p WHERE p.id = l.subject_id)
        WHEN 'credential' THEN (SELECT c.name FROM admin_credentials c WHERE c.id = l.subject_id) END FROM audit l "
    };
}

statements! {
    /// behind, at most
    ACCOUNTS = concat!(account!(), "WHERE p.id > $1 ORDER BY p.id LIMIT $2");
    /// pattern, at most; a look at all of them
    ACCOUNTS_LIKE = concat!(account!(), "WHERE p.email LIKE $1 ESCAPE '\\' OR p.name LIKE $1 ESCAPE '\\' ORDER BY p.id LIMIT $2");
    /// account
    ACCOUNT = concat!(account!(), "WHERE p.id = $1");
    /// email
    ACCOUNT_BY_EMAIL = concat!(account!(), "WHERE p.email = $1");
    /// app, behind, at most
    LISTED_USERS = concat!(account!(), "JOIN listed_users l ON l.account_id = p.id
        WHERE l.app_id = $1 AND l.account_id > $2 ORDER BY l.account_id LIMIT $3");
    /// behind, at most
    TEAMS = concat!(team!(), "WHERE t.id > $1 ORDER BY t.id LIMIT $2");
    /// pattern, at most; a look at all of them
    TEAMS_LIKE = concat!(team!(), "WHERE t.name LIKE $1 ESCAPE '\\' ORDER BY t.id LIMIT $2");
    /// team
    TEAM = concat!(team!(), "WHERE t.id = $1");
    /// name
    TEAM_BY_NAME = concat!(team!(), "WHERE t.name = $1 ORDER BY t.id LIMIT 1");
    /// team, behind, at most
    MEMBERS = "SELECT m.account_id, p.email, p.name, m.role FROM team_members m JOIN accounts p ON p.id = m.account_id
        WHERE m.team_id = $1 AND m.account_id > $2 ORDER BY m.account_id LIMIT $3";
    /// account
    MEMBERSHIPS = "SELECT t.id, t.name, t.kind, t.created, m.role FROM team_members m JOIN teams t ON t.id = m.team_id
        WHERE m.account_id = $1 ORDER BY t.id";
    /// behind, api, at most
    APPS = concat!(app!(), "WHERE a.id > $1 AND ($2 IS NULL OR a.api = $2) ORDER BY a.id LIMIT $3");
    /// stage, behind, api, at most
    APPS_AT_STAGE = concat!(app!(), "WHERE a.stage = $1 AND a.id > $2 AND ($3 IS NULL OR a.api = $3)
        ORDER BY a.id LIMIT $4");
    /// team, behind, api, stage, at most
    APPS_OF_TEAM = concat!(app!(), "WHERE a.team_id = $1 AND a.id > $2 AND ($3 IS NULL OR a.api = $3)
        AND ($4 IS NULL OR a.stage = $4) ORDER BY a.id LIMIT $5");
    /// team, at most
    APPS_ACTING_FOR = concat!(app!(), "JOIN app_teams x ON x.app_id = a.id WHERE x.team_id = $1 AND a.team_id <> $1
        ORDER BY a.id LIMIT $2");
    /// behind, at most
    APPS_IN_REVIEW = concat!(app!(), "WHERE a.review_asked IS NOT NULL AND a.id > $1 ORDER BY a.id LIMIT $2");
    /// app
    COUNT_PEOPLE_OF_APP = "SELECT count(*) FROM consents WHERE app_id = $1";
    /// team, now
    INVITATIONS_OF_TEAM = concat!(invitation!(), "WHERE i.team_id = $1 AND i.expires > $2 ORDER BY i.id");
    /// invitation
    INVITATION = concat!(invitation!(), "WHERE i.id = $1");
    /// team, at most
    LEGACY_KEYS_OF_TEAM = "SELECT l.api, l.id, l.app_id, l.key_id, l.hash, l.ends FROM legacy_keys l
        JOIN apps a ON a.id = l.app_id WHERE a.team_id = $1 ORDER BY l.api, l.id LIMIT $2";
    /// account
    CONNECTED_APPS = concat!(app!(), "JOIN consents c ON c.app_id = a.id WHERE c.account_id = $1 ORDER BY a.name, a.id");
    /// account
    CONSENTS = "SELECT c.app_id, c.scopes, c.since, max(g.presented_at) FROM consents c
        LEFT JOIN grants g ON g.account_id = c.account_id AND g.app_id = c.app_id AND g.revoked IS NULL
        WHERE c.account_id = $1 GROUP BY c.app_id, c.scopes, c.since";
    /// api, client_id
    APP = concat!(app!(), "WHERE a.api = $1 AND a.client_id = $2");
    /// app, behind, at most
    LEGACY_KEYS = concat!(legacy_key!(), "WHERE app_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    /// api, id
    LEGACY_KEY = concat!(legacy_key!(), "WHERE api = $1 AND id = $2");
    /// grant
    GRANT = concat!(grant!(), "WHERE g.id = $1");
    /// behind, at most
    GRANTS = concat!(grant!(), "WHERE g.id > $1", alive!(), "LIMIT $2");
    /// app, behind, at most
    GRANTS_OF_APP = concat!(grant!(), "WHERE g.app_id = $1 AND g.id > $2", alive!(), "LIMIT $3");
    /// account, behind, at most
    GRANTS_OF_ACCOUNT = concat!(grant!(), "WHERE g.account_id = $1 AND g.id > $2", alive!(), "LIMIT $3");
    /// account, app, behind, at most
    GRANTS_OF_BOTH = concat!(grant!(), "WHERE g.account_id = $1 AND g.app_id = $2 AND g.id > $3", alive!(), "LIMIT $4");
    /// since, before: time and line, at most
    AUDIT = concat!(audit!(), "WHERE l.at >= $1 AND (l.at, l.id) < ($2, $3) ORDER BY l.at DESC, l.id DESC LIMIT $4");
    /// actor, since, before: time and line, at most
    AUDIT_OF_ACTOR = concat!(audit!(), "WHERE l.actor = $1 AND l.at >= $2 AND (l.at, l.id) < ($3, $4)
        ORDER BY l.at DESC, l.id DESC LIMIT $5");
    /// subject, its id, since, before: time and line, actor, at most
    AUDIT_OF_SUBJECT = concat!(audit!(), "WHERE l.subject = $1 AND l.subject_id = $2 AND l.at >= $3
        AND (l.at, l.id) < ($4, $5) AND ($6 IS NULL OR l.actor = $6) ORDER BY l.at DESC, l.id DESC LIMIT $7");
}
