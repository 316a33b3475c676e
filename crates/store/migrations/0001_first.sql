-- Times are milliseconds since the Unix epoch. Ids grow with time, so that new rows go to the end of their table.
-- `raised` is when an epoch last rose: a starting server loads what rose within the longest token's life.

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE, -- lower case
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,
    raised BIGINT,
    created BIGINT NOT NULL
);
CREATE INDEX accounts_raised ON accounts (raised) WHERE raised IS NOT NULL;

CREATE TABLE teams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,
    raised BIGINT,
    created BIGINT NOT NULL
);
CREATE INDEX teams_raised ON teams (raised) WHERE raised IS NOT NULL;

CREATE TABLE apps (
    id INTEGER PRIMARY KEY,
    api TEXT NOT NULL,
    client_id TEXT NOT NULL,
    team_id BIGINT NOT NULL REFERENCES teams, -- the owner
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    stage TEXT NOT NULL,
    public BIGINT NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0,
    raised BIGINT,
    created BIGINT NOT NULL,
    UNIQUE (api, client_id)
);
CREATE INDEX apps_team ON apps (team_id, api);
CREATE INDEX apps_raised ON apps (raised) WHERE raised IS NOT NULL;

-- The teams an app may act for besides its owner.
CREATE TABLE app_teams (
    app_id BIGINT NOT NULL REFERENCES apps,
    team_id BIGINT NOT NULL REFERENCES teams,
    PRIMARY KEY (app_id, team_id)
) WITHOUT ROWID;
CREATE INDEX app_teams_team ON app_teams (team_id);

CREATE TABLE redirect_uris (
    app_id BIGINT NOT NULL REFERENCES apps,
    position BIGINT NOT NULL,
    uri TEXT NOT NULL,
    PRIMARY KEY (app_id, position)
) WITHOUT ROWID;

CREATE TABLE secrets (
    id INTEGER PRIMARY KEY,
    app_id BIGINT NOT NULL REFERENCES apps,
    name TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    hash BLOB NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    seal_key_id BIGINT,
    sealed BLOB
);
CREATE INDEX secrets_app ON secrets (app_id);

CREATE TABLE listed_users (
    app_id BIGINT NOT NULL REFERENCES apps,
    account_id BIGINT NOT NULL REFERENCES accounts,
    PRIMARY KEY (app_id, account_id)
) WITHOUT ROWID;

CREATE TABLE legacy_keys (
    api TEXT NOT NULL,
    id TEXT NOT NULL,
    app_id BIGINT NOT NULL REFERENCES apps,
    key_id BIGINT NOT NULL,
    hash BLOB NOT NULL,
    ends BIGINT,
    PRIMARY KEY (api, id)
) WITHOUT ROWID;

CREATE TABLE consents (
    account_id BIGINT NOT NULL REFERENCES accounts,
    app_id BIGINT NOT NULL REFERENCES apps,
    scopes TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (account_id, app_id)
) WITHOUT ROWID;

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts,
    epoch BIGINT NOT NULL,
    started BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

-- `grant_id` here and below refers to no row: the grant is written after what started it, and may be cleaned before.
CREATE TABLE codes (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    app_id BIGINT NOT NULL REFERENCES apps,
    account_id BIGINT NOT NULL REFERENCES accounts,
    redirect_uri TEXT NOT NULL,
    challenge BLOB,
    scopes TEXT NOT NULL,
    authorized BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    grant_id BIGINT -- once it is redeemed
);
CREATE INDEX codes_unused ON codes (account_id, app_id) WHERE grant_id IS NULL;

CREATE TABLE devices (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    user_code TEXT NOT NULL UNIQUE,
    app_id BIGINT NOT NULL REFERENCES apps,
    scopes TEXT NOT NULL,
    expires BIGINT NOT NULL,
    interval_seconds BIGINT NOT NULL,
    polled BIGINT,
    state TEXT NOT NULL, -- pending, allowed, denied, redeemed
    account_id BIGINT REFERENCES accounts,
    decided BIGINT,
    grant_id BIGINT
);

CREATE TABLE grants (
    id INTEGER PRIMARY KEY,
    app_id BIGINT NOT NULL REFERENCES apps,
    team_id BIGINT NOT NULL REFERENCES teams,
    account_id BIGINT REFERENCES accounts,
    app_epoch BIGINT NOT NULL,
    team_epoch BIGINT NOT NULL,
    account_epoch BIGINT NOT NULL,
    scopes TEXT NOT NULL,
    salt BLOB NOT NULL,
    key_id BIGINT NOT NULL,
    confidential BIGINT NOT NULL,
    authorized BIGINT NOT NULL,
    presented BIGINT NOT NULL,
    presented_at BIGINT NOT NULL,
    revoked BIGINT
);
CREATE INDEX grants_alive ON grants (account_id, app_id) WHERE account_id IS NOT NULL AND revoked IS NULL;
CREATE INDEX grants_revoked ON grants (revoked) WHERE revoked IS NOT NULL;

CREATE TABLE active_grants (
    app_id INTEGER PRIMARY KEY REFERENCES apps,
    grant_id BIGINT NOT NULL,
    until BIGINT NOT NULL
);

CREATE TABLE ended_tokens (
    nonce INTEGER PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX ended_tokens_expires ON ended_tokens (expires);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL, -- app, team, account, grant
    subject_id BIGINT NOT NULL
);
