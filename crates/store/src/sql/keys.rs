//! What rests on a key of the key file. These look at whole tables: a person asks now and then, no request does.

statements! {
    GRANTS = "SELECT g.key_id, count(*) FROM grants g
        JOIN apps a ON a.id = g.app_id AND a.epoch <= g.app_epoch
        JOIN teams t ON t.id = g.team_id AND t.epoch <= g.team_epoch
        LEFT JOIN accounts p ON p.id = g.account_id
        WHERE g.revoked IS NULL AND (p.id IS NULL OR p.epoch <= g.account_epoch) GROUP BY g.key_id";
    /// now
    SECRETS = "SELECT key_id, count(*) FROM secrets WHERE expires IS NULL OR expires > $1 GROUP BY key_id";
    /// now
    SEALED = "SELECT seal_key_id, count(*) FROM secrets
        WHERE seal_key_id IS NOT NULL AND (expires IS NULL OR expires > $1) GROUP BY seal_key_id";
    /// now
    LEGACY_KEYS = "SELECT key_id, count(*) FROM legacy_keys WHERE ends IS NULL OR ends > $1 GROUP BY key_id";
    /// now
    CREDENTIALS = "SELECT key_id, count(*) FROM admin_credentials WHERE expires > $1 GROUP BY key_id";
    /// key
    REMOVE_CREDENTIALS_UNDER = "DELETE FROM admin_credentials WHERE key_id = $1";
    /// key
    APP_KEYS_UNDER = "SELECT api, client_id FROM apps
        WHERE id IN (SELECT app_id FROM secrets WHERE key_id = $1 OR seal_key_id = $1)";
    /// revoked, key
    REVOKE_GRANTS_UNDER = "UPDATE grants SET revoked = $1 WHERE key_id = $2 AND revoked IS NULL RETURNING id";
    /// key
    REMOVE_SECRETS_UNDER = "DELETE FROM secrets WHERE key_id = $1";
    /// key
    FORGET_SEALED_UNDER = "UPDATE secrets SET seal_key_id = NULL, sealed = NULL WHERE seal_key_id = $1";
    /// key
    REMOVE_LEGACY_KEYS_UNDER = "DELETE FROM legacy_keys WHERE key_id = $1";
}
