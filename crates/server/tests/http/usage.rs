//! What is counted for an app: its own calls, and no stranger's.

use stagedoor_protocol::usage::{Day, Hour, Outcomes};
use stagedoor_server::usage;
use stagedoor_server::usage::page::{Asked, Known, Period};
use stagedoor_store::{RefusalRow, Span, Usage};
use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::Limit;

use crate::app::{CLIENT_CREDENTIALS, CRITIC, Call, Client, SPOTIFY, STANDARD, START, TestApp};

impl TestApp {
    /// What is written of an app, once that is.
    async fn usage(&self, client: &Client) -> Usage {
        usage::write_once(&self.server).await;
        let first = Hour::of(START);
        let span = Span::Hours { first, last: Hour(first.0 + 48) };
        self.server.store().usage(self.app(client).await.id, span, None).await.unwrap()
    }

    async fn refusals(&self, client: &Client) -> Vec<RefusalRow> {
        usage::write_once(&self.server).await;
        let first = Day::of(START);
        let app = self.app(client).await.id;
        self.server.store().refusals(app, first, Day(first.0 + 2), 100).await.unwrap()
    }

    async fn call(&self, token: &str, path: &str) -> u16 {
        self.send(Call::get(path).bearer(token)).await.status
    }
}

fn outcomes([answered, client_errors, limited, server_errors]: [u64; 4]) -> Outcomes {
    Outcomes { answered, client_errors, limited, server_errors }
}

fn endpoints(usage: &Usage) -> Vec<(&str, Outcomes)> {
    usage.endpoints.iter().map(|own| (own.endpoint.as_str(), own.calls)).collect()
}

#[tokio::test]
async fn by_endpoint_and_outcome() {
    let app = TestApp::new().await;
    let token = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await.access;
    for path in ["/standard/v1/artists/1", "/standard/v1/artists/2/", "/standard/v1/me"] {
        assert_eq!(app.call(&token, path).await, 200);
    }
    assert_eq!(app.call(&token, "/standard/profile").await, 403);
    let usage = app.usage(&STANDARD).await;
    let expected = [
        ("GET /v1/artists/{id}", outcomes([2, 0, 0, 0])),
        ("GET /profile", outcomes([0, 1, 0, 0])),
        ("GET /v1/me", outcomes([1, 0, 0, 0])),
    ];
    assert_eq!(endpoints(&usage), expected);
    let [slot] = usage.slots.try_into().unwrap();
    assert_eq!((slot.begins, slot.tokens), (START, outcomes([1, 0, 0, 0])));
    assert_eq!(slot.calls, outcomes([3, 1, 0, 0]));
    let of_other = app.usage(&SPOTIFY).await;
    assert_eq!(of_other, Usage::default());
}

#[tokio::test]
async fn why_it_was_refused() {
    let app = TestApp::new().await;
    let token = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await.access;
    app.call(&token, "/standard/profile").await;
    let refused = app.send(Call::get("/standard/profile/7").bearer(&token)).await;
    app.clock.advance(3600);
    assert_eq!(app.call(&token, "/standard/v1/me").await, 401);
    let rows = app.refusals(&STANDARD).await;
    let seen: Vec<_> =
        rows.iter().map(|row| (row.reason.as_str(), row.endpoint.as_str(), row.times)).collect();
    let expected = [
        ("token_expired", "GET /v1/me", 1),
        ("scope_missing", "GET /profile/{id}", 1),
        ("scope_missing", "GET /profile", 1),
    ];
    assert_eq!(seen, expected);
    assert_eq!(rows[1].request_id, refused.header("x-request-id"));
    let usage = app.usage(&STANDARD).await;
    let last = usage.slots.last().unwrap();
    assert_eq!((last.begins, last.calls), (START.plus_seconds(3600), outcomes([0, 1, 0, 0])), "it is later");
}

#[tokio::test]
async fn tokens() {
    let app = TestApp::new().await;
    app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    assert_eq!(
        app.send(STANDARD.token(&[("grant_type", "refresh_token"), ("refresh_token", "x")])).await.status,
        400
    );
    // Who shows another secret may be anyone: its developer hears of it, and nothing is counted.
    let guess = Client { secret: "sds_a-guess", ..STANDARD };
    assert_eq!(app.send(guess.token(&CLIENT_CREDENTIALS)).await.status, 401);
    let usage = app.usage(&STANDARD).await;
    assert_eq!(usage.slots[0].tokens, outcomes([1, 1, 0, 0]));
    assert!(usage.endpoints.is_empty());
    let mut reasons: Vec<_> = app.refusals(&STANDARD).await.into_iter().map(|row| row.reason).collect();
    reasons.sort();
    assert_eq!(reasons, ["client_secret_wrong", "refresh_token_unknown"]);
}

#[tokio::test]
async fn limits() {
    let few = |dialect: &mut Dialect| {
        (dialect.limits.api, dialect.limits.token) =
            (Limit { burst: 2, per_minute: 1 }, Limit { burst: 1, per_minute: 1 });
    };
    let app = TestApp::setup().change("standard", few).start().await;
    let token = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await.access;
    assert_eq!(app.send(STANDARD.token(&CLIENT_CREDENTIALS)).await.status, 429);
    for status in [200, 200, 429, 429] {
        assert_eq!(app.call(&token, "/standard/x").await, status);
    }
    let usage = app.usage(&STANDARD).await;
    let slot = usage.slots[0];
    assert_eq!((slot.calls, slot.tokens), (outcomes([2, 0, 2, 0]), outcomes([1, 0, 1, 0])));
    let mut reasons: Vec<_> = app.refusals(&STANDARD).await.into_iter().map(|row| row.reason).collect();
    reasons.sort();
    assert_eq!(reasons, ["rate_limited", "too_many_requests"]);
}

#[tokio::test]
async fn people() {
    let app = TestApp::new().await;
    let fans = app.grant(&STANDARD, "").await;
    let code = app.code_of(CRITIC, &STANDARD, "").await;
    let critics = app.tokens(&STANDARD, &STANDARD.redeem(&code)).await;
    for token in [&fans.access, &fans.access, &critics.access] {
        assert_eq!(app.call(token, "/standard/x").await, 200);
    }
    usage::write_once(&app.server).await;
    let (id, today) = (app.app(&STANDARD).await.id, Day::of(START));
    let users = app.server.store().active_users(id, today, today, today).await.unwrap();
    assert_eq!((users.since, users.by_day), (2, vec![(today, 2)]));
}

/// What nobody has shown to be an app's is not an app's.
#[tokio::test]
async fn strangers_count_for_nobody() {
    let app = TestApp::new().await;
    let bearer = |token: &str| Call::get("/standard/x").bearer(token);
    for call in [Call::get("/standard/x"), bearer("sda_nonsense"), bearer(STANDARD.id)] {
        assert_eq!(app.send(call).await.status, 401);
    }
    let stranger = Client { id: "nobody", ..STANDARD };
    assert_eq!(app.send(stranger.token(&CLIENT_CREDENTIALS)).await.status, 401);
    assert_eq!(app.usage(&STANDARD).await, Usage::default());
    let rows = app.server.store().sizes(std::time::Duration::from_secs(1)).await.unwrap().rows;
    let usage = rows.iter().filter(|(name, _)| name.starts_with("usage_") || *name == "refusals");
    assert_eq!(usage.map(|(_, rows)| rows).sum::<u64>(), 0);
}

/// From a call to what its developer sees.
#[tokio::test]
async fn the_page() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "").await;
    for path in ["/standard/v1/artists/1", "/standard/v1/artists/2", "/standard/v1/me", "/standard/profile"] {
        app.call(&tokens.access, path).await;
    }
    usage::write_once(&app.server).await;
    let (api, store) = (app.server.named("standard").unwrap(), app.server.store());
    let client_id = app.app(&STANDARD).await.client_id.clone();
    let record = store.app("standard", &client_id).await.unwrap().unwrap();
    let ask = async |period, endpoint: Option<&str>| {
        let asked = Asked { period, endpoint: endpoint.map(str::to_owned) };
        Known::ask(api, store, &record, asked, app.clock.now()).await.unwrap()
    };
    for period in [Period::TwoDays, Period::Month, Period::Year] {
        let html = ask(period, None).await.html("/usage");
        for part in ["<dd class=\"figure\">4</dd>", "GET /v1/artists/{id}", "A scope is missing", "answered"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
    let csv = async |endpoint| ask(Period::Month, endpoint).await.csv("requests").unwrap();
    assert!(csv(None).await.ends_with("\r\n2026-01-01T00:00:00Z,3,0,1,0\r\n"));
    assert!(csv(Some("GET /v1/artists/{id}")).await.ends_with(",2,0,0,0\r\n"));
    assert!(csv(Some("GET /nowhere")).await.ends_with(",3,0,1,0\r\n"), "all of them");
    let users = ask(Period::Month, None).await.csv("users").unwrap();
    assert!(users.ends_with("\r\n2026-01-01T00:00:00Z,1\r\n"), "{users}");
}
