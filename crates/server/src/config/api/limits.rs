//! `[api.limits]`.

use serde::Deserialize;
use stagedoor_wire::dialect::Limit;

use super::instead::Instead;

/// Limits instead of the dialect's.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [api.limits]")]
pub(super) struct LimitsSection {
    /// Token requests per app, and per address while unauthenticated.
    token: Option<RateSection>,
    /// API calls per app, or per app and person.
    api: Option<RateSection>,
    /// API calls per team and 30 days, where the dialect has a quota.
    quota_calls: Option<u64>,
    /// The longest body of a call, in bytes.
    pub(super) body_bytes: u64,
}

/// A rate with room for a burst.
#[derive(Deserialize, Clone, Copy, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table such as { burst = 100, per_minute = 600 }")]
struct RateSection {
    /// How many at once, at least 1.
    burst: u32,
    /// How many a minute in the long run, at least 1.
    per_minute: u32,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self { token: None, api: None, quota_calls: None, body_bytes: 100 * 1024 * 1024 }
    }
}

impl LimitsSection {
    pub(super) fn apply(self, instead: &mut Instead<'_, '_>) {
        let limit = |RateSection { burst, per_minute }| Limit { burst, per_minute };
        instead.put("limits.token", self.token.map(limit), |dialect, limit| {
            dialect.limits.token = limit;
            Some(())
        });
        instead.put("limits.api", self.api.map(limit), |dialect, limit| {
            dialect.limits.api = limit;
            Some(())
        });
        instead.put("limits.quota_calls", self.quota_calls, |dialect, calls| {
            dialect.limits.quota.as_mut()?.calls = calls;
            Some(())
        });
    }
}
