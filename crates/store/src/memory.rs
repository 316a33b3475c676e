//! What the store knows without asking the database, and how a commit changes it.

use std::time::Duration;

use stagedoor_protocol::id::GrantId;
use stagedoor_protocol::{Subject, Timestamp};

use crate::cache::{Cache, Key};
use crate::ended::Ended;
use crate::figures::Figures;

pub(crate) struct Memory {
    pub(crate) cache: Cache,
    pub(crate) ended: Ended,
    pub(crate) figures: Figures,
    /// How long one cleaning begins anything new.
    pub(crate) cleaning: Duration,
}

/// What memory must learn from a job once its transaction is committed, and not before.
#[derive(Default)]
pub(crate) struct Aftermath {
    pub(crate) raised: Vec<(Subject, u32, Timestamp)>,
    pub(crate) revoked: Vec<(GrantId, Timestamp)>,
    pub(crate) ended_tokens: Vec<(u64, Timestamp)>,
    /// Apps that memory may hold as they were.
    pub(crate) apps: Vec<Key>,
    /// Whether legacy keys came or went that memory may hold as they were.
    pub(crate) legacy_keys: bool,
}

impl Memory {
    /// Learns what was committed. The caller tells those who wait only afterwards.
    pub(crate) fn learn(&self, aftermath: &Aftermath) {
        for (subject, epoch, at) in &aftermath.raised {
            self.ended.raise(*subject, *epoch, *at);
        }
        for (grant, at) in &aftermath.revoked {
            self.ended.revoke(Subject::Grant(*grant), *at);
        }
        for (nonce, expires) in &aftermath.ended_tokens {
            self.ended.end_token(*nonce, *expires);
        }
        if !aftermath.apps.is_empty() || aftermath.legacy_keys {
            self.cache.forget(&aftermath.apps);
        }
    }
}
