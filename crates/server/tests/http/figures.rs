//! `/metrics`, `/healthz`, `/readyz` and the request's name.

use std::net::IpAddr;

use crate::app::{Answer, BANDCAMP, CLIENT_CREDENTIALS, Call, SOUNDCHARTS, STANDARD, TestApp, refresh};

fn metrics() -> Call {
    Call::get("/metrics").header("host", "127.0.0.1:8080")
}

async fn scrape(app: &TestApp) -> String {
    let answer = app.send(metrics()).await;
    assert_eq!(answer.status, 200, "{}", answer.shown());
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    answer.text().to_owned()
}

/// The sample with this name and these labels.
fn sample(text: &str, name: &str) -> f64 {
    let line =
        text.lines().find_map(|line| line.strip_prefix("stagedoor_")?.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

#[tokio::test]
async fn counted_by_api_and_endpoint() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&BANDCAMP, &CLIENT_CREDENTIALS).await;
    app.tokens(&BANDCAMP, &refresh(&tokens.refresh)).await;
    app.send(BANDCAMP.token(&[("grant_type", "password")])).await;
    app.send(Call::get("/bandcamp/x").bearer(&tokens.access)).await;
    app.send(Call::get("/bandcamp/x").bearer("sda_nonsense")).await;
    app.send(Call::get("/nowhere")).await;
    let text = scrape(&app).await;
    for (name, number) in [
        ("requests_total{api=\"bandcamp\",endpoint=\"token\",class=\"2xx\"}", 2.0),
        ("requests_total{api=\"bandcamp\",endpoint=\"token\",class=\"4xx\"}", 1.0),
        ("requests_total{api=\"bandcamp\",endpoint=\"api\",class=\"2xx\"}", 1.0),
        ("requests_total{api=\"bandcamp\",endpoint=\"api\",class=\"4xx\"}", 1.0),
        ("requests_total{api=\"spotify\",endpoint=\"api\",class=\"2xx\"}", 0.0),
        ("requests_total{api=\"\",endpoint=\"none\",class=\"4xx\"}", 1.0),
        ("request_duration_seconds_count{api=\"bandcamp\",endpoint=\"token\"}", 3.0),
        ("refusals_total{api=\"bandcamp\",by=\"oauth\",reason=\"grant_type_unsupported\"}", 1.0),
        ("refusals_total{api=\"bandcamp\",by=\"gateway\",reason=\"token_unknown\"}", 1.0),
        ("tokens_issued_total{api=\"bandcamp\",grant=\"client_credentials\"}", 1.0),
        ("tokens_issued_total{api=\"bandcamp\",grant=\"refresh_token\"}", 1.0),
        ("token_checks_total{api=\"bandcamp\",by=\"token\",outcome=\"accepted\"}", 1.0),
        ("token_checks_total{api=\"bandcamp\",by=\"token\",outcome=\"refused\"}", 1.0),
        ("app_tokens_total{api=\"bandcamp\",client_id=\"29\"}", 2.0),
        ("app_calls_total{api=\"bandcamp\",client_id=\"29\"}", 1.0),
        ("store_table_rows{table=\"grants\"}", 1.0),
        ("store_writer_waiting", 0.0),
        ("password_checks_running", 0.0),
    ] {
        assert_eq!(sample(&text, name), number, "{name}");
    }
    assert!(sample(&text, "store_commit_duration_seconds_count") >= 3.0);
    assert!(text.contains("stagedoor_key_active{purpose=\"access_token\",key_id=\"1\"} 1\n"), "{text}");
}

#[tokio::test]
async fn limits_are_counted_by_which_and_whom() {
    let few = |dialect: &mut stagedoor_wire::Dialect| dialect.limits.token.burst = 1;
    let app = TestApp::setup().change("soundcharts", few).start().await;
    app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    assert_eq!(app.send(SOUNDCHARTS.token(&CLIENT_CREDENTIALS)).await.status, 429);
    let legacy = Call::get("/soundcharts/x").header("x-app-id", "chart-board");
    app.send(legacy.header("x-api-key", "a-wrong-key")).await;
    let text = scrape(&app).await;
    assert_eq!(sample(&text, "limited_total{api=\"soundcharts\",limit=\"token\"}"), 1.0);
    let own = format!("app_limited_total{{api=\"soundcharts\",client_id=\"{}\"}}", SOUNDCHARTS.id);
    assert_eq!(sample(&text, &own), 1.0);
    let refused = "token_checks_total{api=\"soundcharts\",by=\"legacy_key\",outcome=\"refused\"}";
    assert_eq!(sample(&text, refused), 1.0);
    let reason = "refusals_total{api=\"soundcharts\",by=\"oauth\",reason=\"too_many_requests\"}";
    assert_eq!(sample(&text, reason), 1.0);
}

/// Whoever has not shown who they are makes no series, whatever they send.
#[tokio::test]
async fn strangers_name_nothing() {
    let app = TestApp::new().await;
    let series = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
    // Reading figures is a request too, and rows come to be counted.
    scrape(&app).await;
    let before = series(&scrape(&app).await);
    for number in 0..20 {
        let id = format!("stranger-{number}");
        app.send(Call::post("/standard/token").fields(&CLIENT_CREDENTIALS).basic(&id, "x")).await;
        let path = format!("/standard/token?client_id={id}");
        app.send(Call::post(&path).fields(&[("client_id", &id), ("grant_type", &id)])).await;
        app.send(Call::new(&format!("METHOD{number}"), &format!("/standard/{id}")).bearer(&id)).await;
        app.send(Call::get(&format!("/{id}"))).await;
    }
    let text = scrape(&app).await;
    assert_eq!(series(&text), before);
    assert!(!text.contains("stranger"), "{text}");
}

#[tokio::test]
async fn figures_are_for_this_machine() {
    let app = TestApp::new().await;
    let elsewhere = IpAddr::from([192, 0, 2, 1]);
    let refused = app.send_from(elsewhere, metrics()).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("[metrics] `listen`"), "{}", refused.text());
    assert_eq!(app.send(metrics().header("x-forwarded-for", "127.0.0.1")).await.status, 403);
    assert_eq!(app.send(Call::get("/metrics").header("host", "evil.example")).await.status, 403);
    let posted = app.send(metrics().method("POST")).await;
    assert_eq!((posted.status, posted.header("allow")), (405, "GET, HEAD"));
    for path in ["/healthz", "/readyz"] {
        let answer = app.send_from(elsewhere, Call::get(path)).await;
        assert_eq!((answer.status, answer.text()), (200, "ok\n"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(app.send(Call::post(path)).await.status, 405);
    }
}

/// Alive, but not ready; and the figures say what they can.
#[tokio::test]
async fn without_a_store() {
    let app = TestApp::new().await;
    app.server.store().close().await;
    assert_eq!(app.send(Call::get("/healthz")).await.status, 200);
    let answer = app.send(Call::get("/readyz")).await;
    assert_eq!((answer.status, answer.text()), (503, "store\n"));
    let text = scrape(&app).await;
    assert!(
        text.contains("stagedoor_requests_total") && !text.contains("stagedoor_store_table_rows"),
        "{text}"
    );
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let app = TestApp::new().await;
    let token = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await.access;
    let id = |answer: &Answer| answer.header("x-request-id").to_owned();
    let mut seen = Vec::new();
    let paths =
        ["/", "/nowhere", "/healthz", "/metrics", "/standard/x", "/standard/authorize", "/_stagedoor/x"];
    for path in paths {
        let answer = app.send(Call::get(path).header("x-request-id", "a-strangers")).await;
        assert_eq!(id(&answer).len(), 36, "{path}: {}", answer.shown());
        seen.push(id(&answer));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), paths.len(), "each has its own");
    // The API behind hears the same, whatever the caller wrote there.
    let passed =
        app.send(Call::get("/standard/x").header("x-request-id", "a-strangers").bearer(&token)).await;
    assert_eq!(passed.header("x-heard-as"), id(&passed));
    // A dialect that has a place for it in its errors says it there too.
    let refused = app.send(Call::get("/spotify-ads/x")).await;
    assert_eq!(refused.json()["sp_trace_id"].as_str().unwrap(), id(&refused));
}
