-- What an app's team tells of it, which terms it accepted and since when it waits for a review; invitations into teams and to take
-- over apps; and which apps are gone, whose tokens may still be presented.

ALTER TABLE apps ADD COLUMN website TEXT NOT NULL DEFAULT '';
ALTER TABLE apps ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE apps ADD COLUMN terms TEXT;
ALTER TABLE apps ADD COLUMN review_asked BIGINT;
CREATE INDEX apps_review ON apps (id) WHERE review_asked IS NOT NULL;

CREATE INDEX consents_app ON consents (app_id);

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    team_id BIGINT NOT NULL REFERENCES teams,
    role TEXT, -- of who becomes a member
    app_id BIGINT REFERENCES apps, -- that is taken over
    email TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX invitations_team ON invitations (team_id);
CREATE INDEX invitations_app ON invitations (app_id) WHERE app_id IS NOT NULL;

CREATE TABLE removed_apps (
    id INTEGER PRIMARY KEY,
    epoch BIGINT NOT NULL,
    raised BIGINT NOT NULL
);
CREATE INDEX removed_apps_raised ON removed_apps (raised);
