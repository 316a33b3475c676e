//! Credentials of programs that administer, and what their calls were answered.

macro_rules! credential {
    () => {
        "SELECT id, name, scopes, made_by, key_id, hash, created, expires, last_used FROM admin_credentials "
    };
}

statements! {
    /// behind, at most
    CREDENTIALS = concat!(credential!(), "WHERE id > $1 ORDER BY id LIMIT $2");
    /// credential
    CREDENTIAL = concat!(credential!(), "WHERE id = $1");
    /// name
    CREDENTIAL_BY_NAME = concat!(credential!(), "WHERE name = $1");
    /// id, name, scopes, made by, key, hash, created, expires
    ADD_CREDENTIAL = "INSERT INTO admin_credentials (id, name, scopes, made_by, key_id, hash, created, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// credential
    REMOVE_CREDENTIAL = "DELETE FROM admin_credentials WHERE id = $1";
    /// account
    REMOVE_CREDENTIALS_OF = "DELETE FROM admin_credentials WHERE made_by = $1";
    /// credential
    CREDENTIAL_STANDS = "SELECT EXISTS (SELECT 1 FROM admin_credentials WHERE id = $1)";
    /// day, credential
    NOTE_USE = "UPDATE admin_credentials SET last_used = $1 WHERE id = $2";
    /// caller, key
    BEGUN = "SELECT key_id, request, status, body, at FROM kept_answers WHERE caller = $1 AND idempotency_key = $2";
    /// caller, key, at the latest
    FORGET = "DELETE FROM kept_answers WHERE caller = $1 AND idempotency_key = $2 AND at <= $3";
    /// caller, key, key of the hash, hash, at
    BEGIN = "INSERT INTO kept_answers (caller, idempotency_key, key_id, request, at) VALUES ($1, $2, $3, $4, $5)";
    /// status, body, caller, key
    KEEP = "UPDATE kept_answers SET status = $1, body = $2 WHERE caller = $3 AND idempotency_key = $4";
}
