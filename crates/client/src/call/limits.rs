//! Being told to stay away: what a 429 means, and who else has to know.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use stagedoor_wire::api_error::{ApiErrorKind, limit_reached};
use stagedoor_wire::dialect::Dialect;
use stagedoor_wire::{Timestamp, retry_after};

use crate::clock::Moment;
use crate::vault::{CoolDown, CoolDownKey, CoolDownKind, Vault};

/// How long to stay away after a 429 that does not say.
const UNSAID_SECONDS: u32 = 30;
/// How often a call is made again after a pause.
const MAX_PAUSES: u32 = 4;
/// How old what is known of a cool-down may be before the vault is asked again: other processes are told things too.
const KNOWN_FOR_MILLIS: u64 = 1_000;

/// The cool-down of one app at the API's host.
pub(super) struct Limits {
    vault: Vault,
    key: CoolDownKey,
    known: ArcSwapOption<(u64, Option<CoolDown>)>,
}

impl Limits {
    pub(super) fn new(vault: Vault, key: CoolDownKey) -> Self {
        Self { vault, key, known: ArcSwapOption::empty() }
    }

    /// The cool-down that runs, if one does. One that cannot be read is none: the provider will repeat it.
    pub(super) async fn running(&self, now: Moment) -> Option<CoolDown> {
        let known =
            self.known.load_full().filter(|known| now.boot_millis.saturating_sub(known.0) < KNOWN_FOR_MILLIS);
        let found = match known {
            Some(known) => known.1.clone(),
            None => {
                let (vault, key) = (self.vault.clone(), self.key.clone());
                let read = tokio::task::spawn_blocking(move || vault.cool_down(&key)).await;
                let found = read.ok().and_then(|read| {
                    read.inspect_err(|error| tracing::warn!(%error, "cannot read a cool-down")).ok()
                });
                let found = found.flatten();
                self.known.store(Some(Arc::new((now.boot_millis, found.clone()))));
                found
            }
        };
        found.filter(|cool_down| cool_down.remaining_seconds(now) > 0)
    }

    /// Writes down what a 429 asks for before anybody goes on.
    pub(super) async fn note(&self, cool_down: CoolDown) {
        self.known.store(Some(Arc::new((cool_down.since.boot_millis, Some(cool_down.clone())))));
        let (vault, key) = (self.vault.clone(), self.key.clone());
        let written = tokio::task::spawn_blocking(move || vault.set_cool_down(&key, &cool_down)).await;
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "cannot write a cool-down down");
        }
    }
}

/// What a 429 asks for.
pub(crate) fn cool_down(dialect: &Dialect, headers: &HeaderMap, body: &[u8], now: Moment) -> CoolDown {
    let quota = dialect.limits.quota.as_ref().and_then(|quota| headers.get(&quota.remaining_header));
    let why = match limit_reached(dialect, quota.map(|value| value.as_bytes()), body) {
        ApiErrorKind::QuotaExhausted => CoolDownKind::Quota,
        _ => CoolDownKind::Rate,
    };
    let reset = dialect.limits.headers.reset_seconds.as_ref().and_then(|name| headers.get(name));
    // What a header says of the rate says nothing of a quota.
    let reset = reset
        .filter(|_| why == CoolDownKind::Rate)
        .and_then(|value| retry_after::read(value.as_bytes(), now.wall()));
    let seconds = retry_seconds(headers, now).or(reset).unwrap_or(UNSAID_SECONDS).min(why.longest_seconds());
    CoolDown { until: now.wall().plus_seconds(i64::from(seconds)), since: now, seconds, why }
}

/// How long to pause after being told so for the `tries`-th time, counted from 0; `None` after a few.
pub(super) fn pause_seconds(told: u32, tries: u32) -> Option<u32> {
    // Whoever says 0 is not asked without a pause.
    (tries < MAX_PAUSES).then(|| told.max(1 << tries))
}

/// `Retry-After`, by the answer's own clock.
pub(super) fn retry_seconds(headers: &HeaderMap, now: Moment) -> Option<u32> {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(Timestamp::from_http_date);
    retry_after::read(headers.get(RETRY_AFTER)?.as_bytes(), date.unwrap_or(now.wall()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment { wall_millis: 0, boot_millis: 0, boot: 1 };

    fn told(dialect: &str, headers: &[(&'static str, &'static str)], body: &str) -> (u32, CoolDownKind) {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let told = cool_down(&Dialect::built_in(dialect).unwrap(), &headers, body.as_bytes(), NOW);
        (told.seconds, told.why)
    }

    #[test]
    fn rate_and_quota() {
        use CoolDownKind::{Quota, Rate};
        let quota = r#"{"errors":[{"key":"k","code":429,"message":"Maximum quota reached"}]}"#;
        assert_eq!(told("soundcharts", &[("x-ratelimit-reset", "7")], "{}"), (7, Rate));
        assert_eq!(told("soundcharts", &[("retry-after", "9"), ("x-ratelimit-reset", "7")], "{}"), (9, Rate));
        assert_eq!(told("soundcharts", &[("x-ratelimit-reset", "7")], quota), (UNSAID_SECONDS, Quota));
        assert_eq!(
            told("soundcharts", &[("x-quota-remaining", "0"), ("retry-after", "86400")], ""),
            (86_400, Quota)
        );
        assert_eq!(told("spotify", &[("retry-after", "86400")], "Too many requests"), (86_400, Rate));
        assert_eq!(told("spotify", &[], ""), (UNSAID_SECONDS, Rate));
    }

    #[test]
    fn absurd_pauses_are_cut() {
        use CoolDownKind::{Quota, Rate};
        let absurd = ("retry-after", "99999999999");
        assert_eq!(told("spotify", &[absurd], ""), (86_400, Rate));
        assert_eq!(told("soundcharts", &[("x-quota-remaining", "0"), absurd], ""), (31 * 86_400, Quota));
    }

    #[test]
    fn repeated_pauses_grow_and_end() {
        let pauses: Vec<_> = (0..).map_while(|tries| pause_seconds(0, tries)).collect();
        assert_eq!(pauses, [1, 2, 4, 8]);
        assert_eq!(pause_seconds(7, 1), Some(7));
    }
}
