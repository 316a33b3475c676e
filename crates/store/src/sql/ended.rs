//! What ends before its time: epochs that rise, and single tokens.

statements! {
    /// raised, app
    RAISE_APP = "UPDATE apps SET epoch = epoch + 1, raised = $1 WHERE id = $2 RETURNING epoch";
    /// raised, team
    RAISE_TEAM = "UPDATE teams SET epoch = epoch + 1, raised = $1 WHERE id = $2 RETURNING epoch";
    /// raised, account
    RAISE_ACCOUNT = "UPDATE accounts SET epoch = epoch + 1, raised = $1 WHERE id = $2 RETURNING epoch";
    /// nonce, expires
    END_TOKEN = "INSERT INTO ended_tokens (nonce, expires) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING";
    /// The epoch that tokens must not be below since a backup was restored.
    FLOOR = "SELECT coalesce(max(epoch), 0) FROM restored";
    /// since
    APPS_RAISED = "SELECT id, epoch, raised FROM apps WHERE raised >= $1";
    /// since
    APPS_REMOVED = "SELECT id, epoch, raised FROM removed_apps WHERE raised >= $1";
    /// since
    TEAMS_RAISED = "SELECT id, epoch, raised FROM teams WHERE raised >= $1";
    /// since
    ACCOUNTS_RAISED = "SELECT id, epoch, raised FROM accounts WHERE raised >= $1";
    /// since
    GRANTS_REVOKED = "SELECT id, revoked FROM grants WHERE revoked >= $1";
    /// now
    TOKENS_ENDED = "SELECT nonce, expires FROM ended_tokens WHERE expires > $1";
}
