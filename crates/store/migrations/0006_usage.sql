-- What apps have done. Hours and days are counted from the Unix epoch, in UTC. An endpoint is a method and a path whose ids were
-- left out, `token`, or `others`.
--
-- Time comes first in the keys, so that what is written each second stands together and what is over stands in front. `app_id`
-- and `account_id` refer to no row: whoever deletes an app would look through all of these for it.

CREATE TABLE usage_hours (
    hour BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    endpoint TEXT NOT NULL,
    answered BIGINT NOT NULL,
    client_errors BIGINT NOT NULL,
    limited BIGINT NOT NULL,
    server_errors BIGINT NOT NULL,
    PRIMARY KEY (hour, app_id, endpoint)
) WITHOUT ROWID;

CREATE TABLE usage_days (
    day BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    endpoint TEXT NOT NULL,
    answered BIGINT NOT NULL,
    client_errors BIGINT NOT NULL,
    limited BIGINT NOT NULL,
    server_errors BIGINT NOT NULL,
    PRIMARY KEY (day, app_id, endpoint)
) WITHOUT ROWID;

-- Whom an app called for.
CREATE TABLE usage_users (
    day BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (day, app_id, account_id)
) WITHOUT ROWID;

CREATE TABLE refusals (
    day BIGINT NOT NULL,
    app_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    times BIGINT NOT NULL,
    last BIGINT NOT NULL,
    request_id TEXT NOT NULL, -- of the last one
    PRIMARY KEY (day, app_id, reason, endpoint)
) WITHOUT ROWID;
