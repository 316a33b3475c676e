-- The latest refresh token of a grant that was presented again, later than a race explains: its generation, and how many in
-- a row were. Since this version `devices.user_code` holds a keyed hash; a code in clear from before is found no more and
-- expires within its fifteen minutes.

ALTER TABLE grants ADD COLUMN again BIGINT NOT NULL DEFAULT 0;
ALTER TABLE grants ADD COLUMN again_in_a_row BIGINT NOT NULL DEFAULT 0;
