-- When a client secret was last used, to some minutes.

ALTER TABLE secrets ADD COLUMN last_used BIGINT;
