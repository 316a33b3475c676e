//! What is counted, in Prometheus' text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;

use crate::vault::Fingerprint;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds of the latency buckets, in milliseconds.
const BUCKETS_MILLIS: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/// The figures of one credential.
#[derive(Debug, Default)]
pub(super) struct Figures {
    answers: [AtomicU64; CLASSES.len()],
    within: [AtomicU64; BUCKETS_MILLIS.len()],
    latency_count: AtomicU64,
    latency_micros: AtomicU64,
    renewals: AtomicU64,
    cool_downs: AtomicU64,
    token: Mutex<Option<Fingerprint>>,
}

impl Figures {
    /// An answer went to a caller, the provider's or the broker's.
    pub(super) fn answered(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        add(&self.answers[class], 1);
    }

    /// The provider's answer began after so long.
    pub(super) fn latency(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BUCKETS_MILLIS.iter().position(|bound| micros <= bound * 1000) {
            add(&self.within[bucket], 1);
        }
        add(&self.latency_count, 1);
        add(&self.latency_micros, micros);
    }

    /// A token came into use. Whoever renewed it: the broker, or another process.
    pub(super) fn token(&self, token: Fingerprint) {
        let mut last = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if last.replace(token).is_some_and(|last| last != token) {
            add(&self.renewals, 1);
        }
    }

    /// The provider answered 429.
    pub(super) fn cool_down(&self) {
        add(&self.cool_downs, 1);
    }
}

/// What was refused before it was known what for.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<BTreeMap<&'static str, u64>>);

impl Refusals {
    pub(super) fn refused(&self, code: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
    }
}

/// All figures. `credentials` gives each its name and the seconds its cool-down still lasts.
pub(super) fn render<'a>(
    credentials: &[(&'a str, u32, &'a Figures)],
    refusals: &Refusals,
    audit_lost: u64,
) -> String {
    let mut text = String::new();
    family(&mut text, "requests_total", "counter", "Answers to callers, by credential and class of status.");
    for (name, _, figures) in credentials {
        for (class, count) in CLASSES.iter().zip(&figures.answers) {
            let count = count.load(Ordering::Relaxed);
            line(&mut text, "requests_total", &format!("credential=\"{name}\",class=\"{class}\""), count);
        }
    }
    family(
        &mut text,
        "refused_total",
        "counter",
        "Requests refused before a credential was found, by reason.",
    );
    for (code, count) in refusals.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        line(&mut text, "refused_total", &format!("reason=\"{code}\""), count);
    }
    latencies(&mut text, credentials);
    family(&mut text, "renewals_total", "counter", "Access tokens that took the place of another.");
    for (name, _, figures) in credentials {
        line(&mut text, "renewals_total", &of(name), figures.renewals.load(Ordering::Relaxed));
    }
    family(&mut text, "cool_downs_total", "counter", "Answers 429 of the provider.");
    for (name, _, figures) in credentials {
        line(&mut text, "cool_downs_total", &of(name), figures.cool_downs.load(Ordering::Relaxed));
    }
    family(&mut text, "cool_down_seconds", "gauge", "Seconds until the provider takes requests again.");
    for (name, seconds, _) in credentials {
        line(&mut text, "cool_down_seconds", &of(name), seconds);
    }
    family(&mut text, "audit_lost_total", "counter", "Lines of the audit log that could not be written.");
    let _ = writeln!(text, "stagedoor_broker_audit_lost_total {audit_lost}");
    text
}

fn latencies(text: &mut String, credentials: &[(&str, u32, &Figures)]) {
    const NAME: &str = "upstream_seconds";
    family(text, NAME, "histogram", "Time until the provider's answer began.");
    for (name, _, figures) in credentials {
        let mut below = 0;
        for (bound, within) in BUCKETS_MILLIS.iter().zip(&figures.within) {
            below += within.load(Ordering::Relaxed);
            let bound = Duration::from_millis(*bound).as_secs_f64();
            line(text, "upstream_seconds_bucket", &format!("credential=\"{name}\",le=\"{bound}\""), below);
        }
        let count = figures.latency_count.load(Ordering::Relaxed);
        line(text, "upstream_seconds_bucket", &format!("credential=\"{name}\",le=\"+Inf\""), count);
        let sum = Duration::from_micros(figures.latency_micros.load(Ordering::Relaxed)).as_secs_f64();
        line(text, "upstream_seconds_sum", &of(name), sum);
        line(text, "upstream_seconds_count", &of(name), count);
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP stagedoor_broker_{name} {help}\n# TYPE stagedoor_broker_{name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "stagedoor_broker_{name}{{{labels}}} {value}");
}

/// A credential's name needs no escaping.
fn of(name: &str) -> String {
    format!("credential=\"{name}\"")
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use stagedoor_wire::Secret;

    use super::*;

    #[test]
    fn rendered() {
        let (figures, refusals) = (Figures::default(), Refusals::default());
        figures.answered(StatusCode::OK);
        figures.answered(StatusCode::NOT_FOUND);
        for millis in [3, 70, 60_000] {
            figures.latency(Duration::from_millis(millis));
        }
        for token in ["a", "a", "b"] {
            figures.token(Fingerprint::of(&Secret::new(token)));
        }
        refusals.refused("host_refused");
        let text = render(&[("spotify", 7, &figures)], &refusals, 0);
        for line in [
            "requests_total{credential=\"spotify\",class=\"2xx\"} 1",
            "requests_total{credential=\"spotify\",class=\"4xx\"} 1",
            "refused_total{reason=\"host_refused\"} 1",
            "upstream_seconds_bucket{credential=\"spotify\",le=\"0.005\"} 1",
            "upstream_seconds_bucket{credential=\"spotify\",le=\"0.05\"} 1",
            "upstream_seconds_bucket{credential=\"spotify\",le=\"0.1\"} 2",
            "upstream_seconds_bucket{credential=\"spotify\",le=\"10\"} 2",
            "upstream_seconds_bucket{credential=\"spotify\",le=\"+Inf\"} 3",
            "upstream_seconds_sum{credential=\"spotify\"} 60.073",
            "renewals_total{credential=\"spotify\"} 1",
            "cool_down_seconds{credential=\"spotify\"} 7",
        ] {
            assert!(text.contains(&format!("stagedoor_broker_{line}\n")), "{line} in {text}");
        }
    }
}
