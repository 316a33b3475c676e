//! Reading the audit log. What writes it are the decisions.

use crate::Timestamp;
use crate::decision::{AuditEntry, Subject};

/// A line as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    pub id: i64,
    pub entry: AuditEntry,
    /// What people call the subject, where it still is: an account's e-mail, a team's name, `api/client_id` of an app.
    pub subject_name: Option<String>,
}

/// Which lines are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub actor: Option<String>,
    pub subject: Option<Subject>,
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Where a page of lines, the newest first, goes on: behind this line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPlace {
    pub at: Timestamp,
    pub id: i64,
}
