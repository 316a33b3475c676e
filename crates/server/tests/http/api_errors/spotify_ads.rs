//! Spotify Ads: `ErrorResponse`, each with a trace id of its own.

use super::{few_calls, told};
use crate::app::{ADS, ADS_UNLISTED, Answer, Call, TestApp};

fn accounts() -> Call {
    Call::get("/spotify-ads/ads-sandbox/v1/currentUser/adAccounts")
}

/// The answer with its trace id, which must be a random UUID, left out.
fn traced(mut answer: Answer) -> String {
    let body = answer.json();
    let id = body["sp_trace_id"].as_str().unwrap();
    let groups: Vec<_> = id.split('-').map(str::len).collect();
    assert_eq!((groups.as_slice(), &id[14..15]), ([8, 4, 4, 4, 12].as_slice(), "4"), "{id}");
    assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
    answer.body = answer.text().replace(id, "").into();
    told(&answer)
}

#[tokio::test]
async fn tokens() {
    let app = TestApp::new().await;
    let tokens = app.grant(&ADS, "").await;
    let unlisted = app.grant(&ADS_UNLISTED, "").await;
    let cases = [
        (
            accounts(),
            r#"401 | www-authenticate: Bearer realm="spotify" | {"sp_trace_id":"","messages":["No token provided"],"error_codes":[]}"#,
        ),
        (
            accounts().basic("a", "b"),
            r#"400 | www-authenticate: Bearer realm="spotify", error="invalid_request", error_description="The Authorization header is not Bearer and a token" | {"sp_trace_id":"","messages":["The Authorization header is not Bearer and a token"],"error_codes":[]}"#,
        ),
        (
            accounts().bearer("x"),
            r#"401 | www-authenticate: Bearer realm="spotify", error="invalid_token", error_description="Invalid access token" | {"sp_trace_id":"","messages":["Invalid access token"],"error_codes":[]}"#,
        ),
        (
            accounts().bearer(&unlisted.access),
            r#"403 | {"sp_trace_id":"","messages":["This client id is not on the allow-list of the Ads API; ask Ads API support or accept the terms"],"error_codes":[]}"#,
        ),
    ];
    for (call, line) in cases {
        assert_eq!(traced(app.send(call).await), line);
    }
    assert_eq!(app.send(accounts().bearer(&tokens.access)).await.status, 200);
    app.clock.advance(3600);
    let expired = r#"401 | www-authenticate: Bearer realm="spotify", error="invalid_token", error_description="The access token expired" | {"sp_trace_id":"","messages":["The access token expired"],"error_codes":[]}"#;
    assert_eq!(traced(app.send(accounts().bearer(&tokens.access)).await), expired);
    let traces = [app.send(accounts()).await, app.send(accounts()).await];
    assert_ne!(traces[0].body, traces[1].body, "each refusal has an id of its own");
}

#[tokio::test]
async fn too_many() {
    let app = TestApp::setup().change("spotify-ads", few_calls).start().await;
    let tokens = app.grant(&ADS, "").await;
    let left = async || {
        let answer = app.send(accounts().bearer(&tokens.access)).await;
        let header = |name| answer.header(name).to_owned();
        assert_eq!(answer.status, 200);
        [header("x-ratelimit-limit"), header("x-ratelimit-remaining"), header("x-ratelimit-reset")]
    };
    assert_eq!(left().await, ["2", "1", "60"]);
    assert_eq!(left().await, ["2", "0", "120"]);
    let answer = app.send(accounts().bearer(&tokens.access)).await;
    assert_eq!(
        traced(answer),
        r#"429 | retry-after: 60 | x-ratelimit-limit: 2 | x-ratelimit-remaining: 0 | x-ratelimit-reset: 120 | {"sp_trace_id":"","messages":["Too many requests"],"error_codes":[]}"#
    );
    app.clock.advance(60);
    assert_eq!(left().await, ["2", "0", "120"]);
}
