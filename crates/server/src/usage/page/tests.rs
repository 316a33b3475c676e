//! The tab as a browser gets it. `STAGEDOOR_USAGE_PAGE` names a file to write an example to, to be looked at.

use stagedoor_protocol::usage::{Hour, Outcomes};
use stagedoor_store::{Endpoint, Slot, Span};

use super::*;
use crate::pages::STYLESHEET;

impl Terms {
    pub(super) fn example() -> Self {
        Self {
            stage: Stage::Development,
            limit: Limit { burst: 100, per_minute: 11 },
            is_limited: true,
            quota: None,
            token_seconds: 3600,
            users_allowed: Some(25),
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_rfc3339("2026-11-26T20:58:31Z").unwrap()
}

/// A day and a night of some app.
fn busy(hour: i64) -> Slot {
    let (of_day, day) = (hour.rem_euclid(24) as f64, hour.div_euclid(24));
    let wave = ((of_day - 6.0) / 24.0 * std::f64::consts::TAU).sin().max(-0.6);
    let wanted = (420.0 + 330.0 * wave) as u64 + (hour * 37 % 41) as u64 + (day % 2) as u64 * 25;
    let calls = Outcomes {
        answered: wanted.min(650),
        client_errors: (hour % 5) as u64 * 2,
        limited: wanted.saturating_sub(650),
        server_errors: u64::from(hour % 17 == 0) * 9,
    };
    let tokens = Outcomes {
        answered: 1 + u64::from(hour % 12 == 0),
        client_errors: u64::from(hour % 20 == 0),
        ..Outcomes::default()
    };
    Slot { calls, tokens, ..Slot::new(Hour(hour).begins()) }
}

fn usage(period: Period) -> Usage {
    let slots = match period.span(now()) {
        Span::Hours { first, last } => (first.0..=last.0).map(busy).collect(),
        Span::Days { first, last } => {
            (first.0..=last.0).map(|day| Slot { begins: Day(day).begins(), ..busy(day * 7) }).collect()
        }
    };
    let endpoint = |(name, answered, limited, client_errors): (&str, u64, u64, u64)| Endpoint {
        endpoint: name.to_owned(),
        calls: Outcomes { answered, client_errors, limited, server_errors: 0 },
    };
    let endpoints = [
        ("GET /v1/artists/{id}", 12_800, 700, 120),
        ("GET /v1/artists/{id}/top-tracks", 4_102, 142, 8),
        ("GET /v1/search", 1_205, 0, 31),
        ("GET /v1/me", 88, 0, 6),
        ("PUT /v1/playlists/{id}/followers/contains", 2, 0, 0),
    ];
    Usage { slots, endpoints: endpoints.into_iter().map(endpoint).collect() }
}

fn refusal(reason: &str, endpoint: &str, times: u64, minutes_ago: i64) -> RefusalRow {
    RefusalRow {
        reason: reason.to_owned(),
        endpoint: endpoint.to_owned(),
        times,
        last: now().plus_seconds(-60 * minutes_ago),
        request_id: "7f0c2f3e-9f0b-4b7e-a5f6-0d4e1b2a3c4d".to_owned(),
    }
}

fn example(period: Period) -> Known {
    let today = Day::of(now()).0;
    Known {
        asked: Asked { period, endpoint: None },
        now: now(),
        terms: Terms::example(),
        usage: usage(period),
        before: Some((Usage { slots: vec![busy(10); 40], endpoints: Vec::new() }, "the two days before")),
        users: ActiveUsers {
            since: 14,
            by_day: (0..28).map(|ago| (Day(today - ago), (3 + ago * 5 % 11) as u32)).collect(),
        },
        refusals: vec![
            refusal("rate_limited", "GET /v1/artists/{id}", 842, 0),
            refusal("token_expired", "GET /v1/me", 6, 106),
            refusal("user_not_listed", "GET /v1/me", 2, 1_500),
            refusal("client_secret_wrong", TOKEN, 1, 2_000),
        ],
    }
}

fn nothing() -> Known {
    Known {
        usage: Usage::default(),
        before: None,
        users: ActiveUsers::default(),
        refusals: Vec::new(),
        ..example(Period::TwoDays)
    }
}

fn readings(known: &Known) -> Vec<String> {
    let slots = known.asked.period.filled(known.now, &known.usage.slots);
    let figures = reading::figures(known, &slots);
    figures.iter().map(|own| format!("{}: {}, {}", own.name, own.value, own.reading)).collect()
}

/// A page is 60 KB at most with everything: stylesheet and script are 7 KB as they are sent, what stands around it is 3 KB.
#[test]
fn much_traffic_is_a_small_page() {
    for period in [Period::TwoDays, Period::Month, Period::Year] {
        let bytes =
            example(period).html("/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728/usage").len();
        assert!(bytes <= 50 * 1024, "{period:?}: {bytes}");
    }
}

#[test]
fn an_example_to_look_at() {
    let Ok(file) = std::env::var("STAGEDOOR_USAGE_PAGE") else { return };
    let period = std::env::var("STAGEDOOR_USAGE_PERIOD").map(|text| Period::read(&text)).unwrap_or_default();
    let known = if file.contains("nothing") { nothing() } else { example(period) };
    let page = format!(
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Usage</title><style>{STYLESHEET} main {{ max-width: 920px; padding: 20px 16px }}</style><main>{}</main>",
        known.html("/dashboard/apps/1/usage")
    );
    std::fs::write(file, page).unwrap();
}

#[test]
fn what_figures_mean() {
    let said = [
        "Requests, 48 hours: 23,172, −17 % on the two days before",
        "Over the limit (429): 1,210, 5.3 % of requests, mostly 10–14 h UTC",
        "Tokens issued: 52, one per 445 requests: good",
        "Active users: 14, today and yesterday, of 25 allowed",
    ];
    assert_eq!(readings(&example(Period::TwoDays)), said);
    let said = [
        "Requests, 48 hours: 0, nothing to compare with",
        "Over the limit (429): 0, none: you stay within the limit",
        "Tokens issued: 0, none",
        "Active users: 0, today and yesterday, of 25 allowed",
    ];
    assert_eq!(readings(&nothing()), said);
}

/// Who asks for a token before every call hears of it.
#[test]
fn tokens_that_are_not_kept() {
    let said = |calls: u64, tokens: u64| {
        let mut known = nothing();
        let answered = |answered| Outcomes { answered, ..Outcomes::default() };
        let slot =
            Slot { calls: answered(calls), tokens: answered(tokens), ..Slot::new(Hour::of(now()).begins()) };
        known.usage.slots = vec![slot];
        readings(&known).swap_remove(2)
    };
    assert_eq!(said(10_000, 1_000), "Tokens issued: 1,000, one per 10 requests: good");
    assert_eq!(said(4_000, 1_000), "Tokens issued: 1,000, one per 4 requests: keep each for its 60 minutes");
    assert_eq!(said(999, 1_000), "Tokens issued: 1,000, one for every call: keep each for its 60 minutes");
    assert_eq!(said(7, 3), "Tokens issued: 3, for 7 requests");
    assert_eq!(said(7, 0), "Tokens issued: 0, none was needed: earlier ones live");
}

#[test]
fn no_style_and_no_script() {
    for period in Period::ALL {
        let html = example(period).html("/dashboard/apps/1/usage");
        for forbidden in ["style=", "<script", "onload", "javascript:", "NaN", "inf\""] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert_eq!(html.matches("role=\"img\" aria-label=\"").count(), 3 * 3 + 5);
        assert!(html.len() < 120_000, "{}", html.len());
    }
}

/// Names of endpoints are an app's own choice.
#[test]
fn hostile_names() {
    let mut known = example(Period::TwoDays);
    let hostile = "GET /\"><script>alert(1)</script>,\"";
    known.usage.endpoints[0].endpoint = hostile.to_owned();
    known.refusals[0].endpoint = hostile.to_owned();
    known.refusals[0].reason = hostile.to_owned();
    known.refusals[0].request_id = hostile.to_owned();
    known.asked.endpoint = Some(hostile.to_owned());
    let html = known.html("/usage");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("&#60;script&#62;"));
    let csv = known.csv("endpoints").unwrap();
    assert!(csv.contains("\r\n\"GET /\"\"><script>alert(1)</script>,\"\"\",12800,"), "{csv}");
}

#[test]
fn the_same_figures_as_csv() {
    let known = example(Period::TwoDays);
    let csv = known.csv("requests").unwrap();
    let lines: Vec<_> = csv.split("\r\n").collect();
    assert_eq!((lines.len(), lines[49]), (50, ""));
    assert_eq!(lines[0], "begins,answered,limited_429,client_errors_4xx,server_errors_5xx");
    let last = busy(Hour::of(now()).0).calls;
    let Outcomes { answered, limited, client_errors, server_errors } = last;
    assert_eq!(
        lines[48],
        format!("2026-11-26T20:00:00Z,{answered},{limited},{client_errors},{server_errors}")
    );
    assert_eq!(
        known.csv("tokens").unwrap().lines().next().unwrap(),
        "begins,issued,limited_429,refused,failed"
    );
    assert_eq!(known.csv("users").unwrap().lines().count(), 31);
    assert_eq!(known.csv("other"), None);
}

/// It is told as the rate that it is; a line that would make all bars small is left out.
#[test]
fn the_limit() {
    let mut known = example(Period::TwoDays);
    known.users.since = 0;
    let html = known.html("/usage");
    assert!(html.contains(">limit 660 an hour</text>"));
    assert!(
        html.contains("The limit is 100 calls at once, and then 11 a minute: the line is an hour of that.")
    );
    known.terms.limit.per_minute = 6000;
    let html = known.html("/usage");
    assert!(!html.contains("class=\"limit\""));
    assert!(html.contains("100 calls at once, and then 6,000 a minute: 360,000 an hour, far above."));
    known.users.since = 1;
    assert!(known.html("/usage").contains("6,000 a minute for each user: 360,000 an hour"));
    known.terms.is_limited = false;
    assert!(!known.html("/usage").contains("calls at once"));
}

#[test]
fn when_nothing_happened() {
    let html = nothing().html("/usage");
    assert!(html.contains("No requests in 48 hours") && html.contains("You were not, today and yesterday."));
    assert!(!html.contains("<svg"));
}

#[test]
fn what_an_address_asks_for() {
    let read = |query: &str| {
        let fields: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let Asked { period, endpoint } = Asked::read(field);
        (period, endpoint)
    };
    assert_eq!(read(""), (Period::TwoDays, None));
    assert_eq!(read("period=nonsense&endpoint="), (Period::TwoDays, None));
    assert_eq!(read("period=52w&endpoint=GET+%2Fme"), (Period::Year, Some("GET /me".to_owned())));
    let html = example(Period::Month).html("/a/usage");
    assert!(html.contains("/a/usage?period=30d&#38;endpoint=GET+%2Fv1%2Fartists%2F%7Bid%7D"), "{html}");
    assert!(html.contains("/a/usage.csv?period=30d&amp;of=requests"));
}
