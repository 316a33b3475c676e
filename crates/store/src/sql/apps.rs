//! Apps, teams, secrets and legacy keys.

statements! {
    /// api, client_id
    APP = "SELECT a.id, a.client_id, a.name, a.stage, a.public, a.epoch, t.id, t.name, t.epoch,
        a.stage = 'approved' AND a.reviewed_name IS a.name
        FROM apps a JOIN teams t ON t.id = a.team_id WHERE a.api = $1 AND a.client_id = $2";
    /// app
    APP_REDIRECT_URIS = "SELECT uri FROM redirect_uris WHERE app_id = $1 ORDER BY position";
    /// app
    APP_SECRETS = "SELECT id, name, key_id, hash, created, expires, seal_key_id, sealed, last_used
        FROM secrets WHERE app_id = $1 ORDER BY id";
    /// app, owner
    APP_OTHER_TEAMS = "SELECT t.id, t.name, t.epoch FROM app_teams x JOIN teams t ON t.id = x.team_id
        WHERE x.app_id = $1 AND x.team_id <> $2 ORDER BY t.id";
    /// app
    APP_KEY = "SELECT api, client_id FROM apps WHERE id = $1";
    /// team
    TEAM_APP_KEYS = "SELECT api, client_id FROM apps
        WHERE team_id = $1 OR id IN (SELECT app_id FROM app_teams WHERE team_id = $1)";
    /// team, api
    COUNT_TEAM_APPS = "SELECT count(*) FROM apps WHERE team_id = $1 AND api = $2";
    /// id, api, client_id, team, name, description, stage, public, created, purpose, terms
    CREATE_APP = "INSERT INTO apps
        (id, api, client_id, team_id, name, description, stage, public, created, purpose, terms, reviewed_name, epoch)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE $7 WHEN 'approved' THEN $5 END,
        (SELECT coalesce(max(epoch), 0) FROM restored))";
    /// app, position, uri
    ADD_REDIRECT_URI = "INSERT INTO redirect_uris (app_id, position, uri) VALUES ($1, $2, $3)";
    /// stage, app
    SET_STAGE = "UPDATE apps SET stage_before = CASE WHEN stage = 'suspended' THEN stage_before ELSE stage END,
        reviewed_name = CASE WHEN $1 = 'approved' AND stage <> 'suspended' THEN name ELSE reviewed_name END,
        stage = $1, review_asked = NULL WHERE id = $2";
    /// id, app, name, key, hash, created, expires, seal key, sealed
    ADD_SECRET = "INSERT INTO secrets (id, app_id, name, key_id, hash, created, expires, seal_key_id, sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// at, secret, app, not if it was used since
    NOTE_SECRET_USE = "UPDATE secrets SET last_used = $1
        WHERE id = $2 AND app_id = $3 AND (last_used IS NULL OR last_used < $4)";
    /// secret, app
    REMOVE_SECRET = "DELETE FROM secrets WHERE id = $1 AND app_id = $2";
    /// app
    COUNT_SECRETS = "SELECT count(*) FROM secrets WHERE app_id = $1";
    /// app
    REMOVE_SECRETS = "DELETE FROM secrets WHERE app_id = $1";
    /// id, name, kind, created
    CREATE_TEAM = "INSERT INTO teams (id, name, kind, created, epoch)
        VALUES ($1, $2, $3, $4, (SELECT coalesce(max(epoch), 0) FROM restored))";
    /// app, team
    LET_ACT_FOR = "INSERT INTO app_teams (app_id, team_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    /// api, id, app, key, hash, ends
    ADD_LEGACY_KEY = "INSERT INTO legacy_keys (api, id, app_id, key_id, hash, ends)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// app
    REMOVE_LEGACY_KEYS = "DELETE FROM legacy_keys WHERE app_id = $1";
    /// api, id
    LEGACY_KEY = "SELECT l.id, l.key_id, l.hash, a.id, a.client_id, a.stage, t.id, t.name, t.epoch, l.ends
        FROM legacy_keys l JOIN apps a ON a.id = l.app_id JOIN teams t ON t.id = a.team_id
        WHERE l.api = $1 AND l.id = $2";
    ANY_APP_OR_ACCOUNT = "SELECT EXISTS (SELECT 1 FROM apps) OR EXISTS (SELECT 1 FROM accounts)";
}
