//! What apps have done, by hour and day.

/// Adds to a row that is there.
macro_rules! add {
    ($table:literal, $time:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET answered = answered + $1, client_errors = client_errors + $2,
            limited = limited + $3, server_errors = server_errors + $4
            WHERE ",
            $time,
            " = $5 AND app_id = $6 AND endpoint = $7"
        )
    };
}

macro_rules! begin {
    ($table:literal, $time:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (",
            $time,
            ", app_id, endpoint, answered, client_errors, limited, server_errors)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (",
            $time,
            ", app_id, endpoint) DO UPDATE SET
            answered = ",
            $table,
            ".answered + excluded.answered,
            client_errors = ",
            $table,
            ".client_errors + excluded.client_errors,
            limited = ",
            $table,
            ".limited + excluded.limited,
            server_errors = ",
            $table,
            ".server_errors + excluded.server_errors"
        )
    };
}

/// Each time is looked up by itself: the key has the time first, and the app's rows stand apart.
macro_rules! within {
    ($select:literal, $table:literal, $time:literal, $rest:literal) => {
        concat!(
            "WITH RECURSIVE span (slot) AS (SELECT $1 UNION ALL SELECT slot + 1 FROM span WHERE slot < $2) SELECT ",
            $select, " FROM span CROSS JOIN ", $table, " u WHERE u.", $time, " = span.slot AND u.app_id = $3 ", $rest
        )
    };
}

/// The same for all the times there are, which are found by leaping from one to the next.
macro_rules! remove {
    ($table:literal, $time:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE app_id = $1 AND ",
            $time,
            " IN (WITH RECURSIVE times (at) AS (
            SELECT min(",
            $time,
            ") FROM ",
            $table,
            " UNION ALL
            SELECT (SELECT min(u.",
            $time,
            ") FROM ",
            $table,
            " u WHERE u.",
            $time,
            " > times.at)
            FROM times WHERE times.at IS NOT NULL) SELECT at FROM times)"
        )
    };
}

statements! {
    /// app
    HAS_APP = "SELECT count(*) FROM apps WHERE id = $1";
    /// answered, client errors, limited, server errors, hour, app, endpoint
    ADD_TO_HOUR = add!("usage_hours", "hour");
    /// hour, app, endpoint, answered, client errors, limited, server errors
    BEGIN_HOUR = begin!("usage_hours", "hour");
    /// hour, app
    ENDPOINTS_OF_HOUR = "SELECT count(*) FROM usage_hours WHERE hour = $1 AND app_id = $2";
    /// answered, client errors, limited, server errors, day, app, endpoint
    ADD_TO_DAY = add!("usage_days", "day");
    /// day, app, endpoint, answered, client errors, limited, server errors
    BEGIN_DAY = begin!("usage_days", "day");
    /// day, app
    ENDPOINTS_OF_DAY = "SELECT count(*) FROM usage_days WHERE day = $1 AND app_id = $2";
    /// day, app, account
    ADD_USER = "INSERT INTO usage_users (day, app_id, account_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    /// times, last, request id, day, app, reason, endpoint
    ADD_REFUSAL = "UPDATE refusals SET times = times + $1, last = $2, request_id = $3
        WHERE day = $4 AND app_id = $5 AND reason = $6 AND endpoint = $7";
    /// day, app, reason, endpoint, times, last, request id
    BEGIN_REFUSAL = "INSERT INTO refusals (day, app_id, reason, endpoint, times, last, request_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (day, app_id, reason, endpoint) DO UPDATE SET
        times = refusals.times + excluded.times, last = excluded.last, request_id = excluded.request_id";
    /// day, app
    REFUSALS_OF_DAY = "SELECT count(*) FROM refusals WHERE day = $1 AND app_id = $2";
    /// first hour, last hour, app
    HOURS = within!("u.hour, u.endpoint, u.answered, u.client_errors, u.limited, u.server_errors",
        "usage_hours", "hour", "");
    /// first day, last day, app
    DAYS = within!("u.day, u.endpoint, u.answered, u.client_errors, u.limited, u.server_errors",
        "usage_days", "day", "");
    /// first day, last day, app
    USERS = within!("u.day, u.account_id", "usage_users", "day", "");
    /// first day, last day, app
    REFUSALS = within!("u.reason, u.endpoint, u.times, u.last, u.request_id", "refusals", "day", "");
    /// first day, app, account; backwards from the latest day there is
    LATEST_FOR = "WITH RECURSIVE days (day) AS (SELECT max(day) FROM usage_users UNION ALL
        SELECT day - 1 FROM days WHERE day > $1)
        SELECT u.day FROM days CROSS JOIN usage_users u
        WHERE days.day >= $1 AND u.day = days.day AND u.app_id = $2 AND u.account_id = $3 LIMIT 1";
    /// app
    REMOVE_HOURS = remove!("usage_hours", "hour");
    /// app
    REMOVE_DAYS = remove!("usage_days", "day");
    /// app
    REMOVE_USERS = remove!("usage_users", "day");
    /// app
    REMOVE_REFUSALS = remove!("refusals", "day");
}
