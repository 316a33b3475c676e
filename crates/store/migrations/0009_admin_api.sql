-- Credentials of programs that administer over the network, and what their calls with an Idempotency-Key were answered.

CREATE TABLE admin_credentials (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL, -- read, write
    key_id BIGINT NOT NULL,
    hash BLOB NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    last_used BIGINT -- a day, counted from the Unix epoch
);

-- `request` is a keyed hash: a body may hold a password. Without an answer the call has begun, and its effects stand.
CREATE TABLE kept_answers (
    id INTEGER PRIMARY KEY,
    caller TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    request BLOB NOT NULL,
    status BIGINT,
    body TEXT,
    at BIGINT NOT NULL,
    UNIQUE (caller, idempotency_key)
);
