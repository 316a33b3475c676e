-- The epochs that a code, or a device's permission, was decided under. Rows from before have the lowest: they are refused
-- where one has risen since, and they live for minutes.

ALTER TABLE codes ADD COLUMN app_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE codes ADD COLUMN team_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE codes ADD COLUMN account_epoch BIGINT NOT NULL DEFAULT 0;

ALTER TABLE devices ADD COLUMN app_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN team_epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN account_epoch BIGINT NOT NULL DEFAULT 0;

CREATE INDEX legacy_keys_app ON legacy_keys (app_id);
