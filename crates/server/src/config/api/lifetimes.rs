//! `[api.lifetimes]`.

use serde::Deserialize;
use stagedoor_wire::dialect::RefreshEnd;

use super::instead::Instead;

/// Lifetimes instead of the dialect's.
#[derive(Deserialize, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [api.lifetimes]")]
pub(super) struct LifetimesSection {
    /// Of an access token, 2 to 86400 seconds. A shorter one holds also for tokens that are out; a longer one for new ones alone.
    access_token_seconds: Option<u32>,
    /// Of an authorization code, 1 to 600 seconds.
    code_seconds: Option<u32>,
    /// Of a refresh token, in calendar months after the person's authorization, at least 1.
    refresh_token_months: Option<u8>,
}

impl LifetimesSection {
    pub(super) fn apply(self, instead: &mut Instead<'_, '_>) {
        instead.put("lifetimes.access_token_seconds", self.access_token_seconds, |dialect, seconds| {
            dialect.access_token.seconds = seconds;
            Some(())
        });
        instead.put("lifetimes.code_seconds", self.code_seconds, |dialect, seconds| {
            dialect.authorization.as_mut()?.code_seconds = seconds;
            Some(())
        });
        instead.put("lifetimes.refresh_token_months", self.refresh_token_months, |dialect, months| {
            dialect.refresh_token.as_mut()?.ends = RefreshEnd::MonthsAfterAuthorization(months);
            Some(())
        });
    }
}
