-- Who administers the server, who is kept out, who is a member of which team, and where an app stood before it was suspended.
-- `origin` is the way a line of the audit log came. The indexes are for lists that administrators page through.

ALTER TABLE accounts ADD COLUMN administrator BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN suspended BIGINT NOT NULL DEFAULT 0;
CREATE INDEX accounts_administrator ON accounts (id) WHERE administrator = 1;

CREATE TABLE team_members (
    team_id BIGINT NOT NULL REFERENCES teams,
    account_id BIGINT NOT NULL REFERENCES accounts,
    role TEXT NOT NULL, -- owner, developer, viewer
    PRIMARY KEY (team_id, account_id)
) WITHOUT ROWID;
CREATE INDEX team_members_account ON team_members (account_id);

-- Names of new teams are unique; those from before may not be.
CREATE INDEX teams_name ON teams (name);

ALTER TABLE apps ADD COLUMN stage_before TEXT;
CREATE INDEX apps_stage ON apps (stage);

CREATE INDEX grants_app ON grants (app_id) WHERE revoked IS NULL;

ALTER TABLE audit ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor, at);
CREATE INDEX audit_subject ON audit (subject, subject_id, at);
