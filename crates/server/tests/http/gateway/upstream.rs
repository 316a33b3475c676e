//! What reaches the API, and what never does.

use serde_json::json;

use crate::app::{CLIENT_CREDENTIALS, Call, SOUNDCHARTS, SPOTIFY, STANDARD, TestApp};

#[tokio::test]
async fn who_calls() {
    let app = TestApp::new().await;
    let persons = app.grant(&SPOTIFY, "streaming user-read-email").await;
    let own = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    let told = async |token: &str| {
        let headers = app.send(Call::get("/spotify/v1/me").bearer(token)).await.json()["headers"].clone();
        headers.as_object().unwrap().clone()
    };
    let expected = json!({
        "x-stagedoor-app": SPOTIFY.id,
        "x-stagedoor-team": "5001",
        "x-stagedoor-account": "7001",
        "x-stagedoor-scopes": "streaming user-read-email",
    });
    assert_eq!(&told(&persons.access).await, expected.as_object().unwrap());
    let expected = json!({"x-stagedoor-app": SPOTIFY.id, "x-stagedoor-team": "5001"});
    assert_eq!(&told(&own.access).await, expected.as_object().unwrap());
}

/// Whoever calls says nothing of who they are, and what they are recognised by stays here.
#[tokio::test]
async fn what_stays_outside() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let call = Call::post("/standard/things?a=%20b&access_token=x")
        .bearer(&tokens.access)
        .header("cookie", "stagedoor_session=abc; other=1")
        .header("cookie", "more=2")
        .header("x-stagedoor-account", "7001")
        .header("X-Stagedoor-Account", "7002")
        .header("X-STAGEDOOR-SCOPES", "profile")
        .header("x-stagedoor-team", "1")
        .header("x-stagedoor-app", "admin")
        .header("x-stagedoor-", "odd")
        .header("x-stagedoor-anything-else", "odd")
        .header("x_stagedoor_account", "7001")
        .header("X-Stagedoor_Team", "1")
        .header("X_Forwarded_For", "127.0.0.1")
        .header("odd_name", "odd")
        .header("x-stagedoorstep", "another word")
        .header("content-type", "text/plain;charset=UTF-8")
        .header("accept-language", "sv")
        .body("{\"band_id\": 1}");
    let reached = app.send(call).await.json();
    let expected = json!({
        "method": "POST",
        "uri": "/things?a=%20b&access_token=x",
        "headers": {
            "x-stagedoor-app": STANDARD.id,
            "x-stagedoor-team": "5001",
            "x-stagedoorstep": "another word",
            "content-type": "text/plain;charset=UTF-8",
            "accept-language": "sv",
        },
        "body": "{\"band_id\": 1}",
    });
    assert_eq!(reached, expected);
}

#[tokio::test]
async fn with_a_legacy_key() {
    let app = TestApp::new().await;
    let call = Call::get("/soundcharts/api/v2/artist/x").header("x-app-id", "chart-board");
    let headers = app.send(call.header("x-api-key", "the-old-key")).await.json()["headers"].clone();
    assert_eq!(headers, json!({"x-stagedoor-app": SOUNDCHARTS.id, "x-stagedoor-team": "5001"}));

    // Beside a token it stays outside too.
    let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    let call = Call::get("/soundcharts/api/v2/artist/x").header("x-app-id", "a").header("x-api-key", "b");
    let headers = app.send(call.bearer(&tokens.access)).await.json()["headers"].clone();
    assert_eq!(headers, json!({"x-stagedoor-app": SOUNDCHARTS.id, "x-stagedoor-team": "5001"}));
}

/// Soundcharts binds a token to the team it was asked for.
#[tokio::test]
async fn for_which_team() {
    let app = TestApp::new().await;
    for (named, id) in [("Harbour Analytics", "5002"), ("5003", "5003")] {
        let fields = [CLIENT_CREDENTIALS[0], ("team_id", named)];
        let tokens = app.tokens(&crate::app::SOUNDCHARTS_AGENCY, &fields).await;
        let reached = app.send(Call::get("/soundcharts/x").bearer(&tokens.access)).await.json();
        assert_eq!(reached["headers"]["x-stagedoor-team"], id);
    }
}

/// The mount is taken off and nothing else is changed.
#[tokio::test]
async fn which_address() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    for (sent, reached) in [
        ("/standard", "/"),
        ("/standard/", "/"),
        ("/standard?", "/?"),
        ("/standard?x=1", "/?x=1"),
        ("/standard/a/b/", "/a/b/"),
        ("/standard/a%20c/%C3%A9?q=%2F%26&r=a+b//", "/a%20c/%C3%A9?q=%2F%26&r=a+b//"),
        ("/standard/x?https://evil.example/", "/x?https://evil.example/"),
        ("/standard/:id/{all}/*", "/:id/{all}/*"),
    ] {
        let answer = app.send(Call::get(sent).bearer(&tokens.access)).await;
        assert_eq!(answer.json()["uri"], reached, "{sent}");
    }
    // What is checked for scopes here must not be read as another path there (RFC 3986 §6.2.2).
    for path in ["//a", "/a%2Fb", "/../spotify", "/a/./b", "/%70rofile", "/a//", "/%2e%2e/x"] {
        let answer = app.send(Call::get(&format!("/standard{path}")).bearer(&tokens.access)).await;
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"malformed".into()), "{path}");
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"] {
        let answer = app.send(Call::new(method, "/standard/x").bearer(&tokens.access)).await;
        assert_eq!(answer.json()["method"], method);
    }
}

/// A path that only begins like a mount is another path.
#[tokio::test]
async fn outside_all_mounts() {
    let app = TestApp::new().await;
    for (path, status) in
        [("/", 200), ("/spotifyx", 404), ("/spotify-adsx/v1", 404), ("/nothing", 404), ("/favicon.ico", 204)]
    {
        let answer = app.send(Call::get(path)).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (status, ""), "{path}");
    }
    let start = app.send(Call::get("/")).await;
    for line in ["/spotify/  Spotify Web API", "/spotify-ads/  Spotify Ads API", "/bandcamp/  Bandcamp API"] {
        assert!(start.text().contains(line), "{line}");
    }
}

/// A shared cache keeps no answer to a request with `Authorization` (RFC 9111 §3.5); of legacy keys it must be told. What the
/// API says of caching and sniffing itself stays.
#[tokio::test]
async fn headers_of_answers() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
    let by_token = Call::get("/soundcharts/x").bearer(&tokens.access);
    let by_key =
        Call::get("/soundcharts/x").header("x-app-id", "chart-board").header("x-api-key", "the-old-key");
    let own = ("x-answer-with", "cache-control: max-age=60");
    for (call, cache) in [
        (by_token.clone(), ""),
        (by_key.clone(), "private"),
        (by_token.header(own.0, own.1), "max-age=60"),
        (by_key.header(own.0, own.1), "max-age=60"),
    ] {
        let answer = app.send(call).await;
        assert_eq!((answer.status, answer.header("x-content-type-options")), (200, "nosniff"));
        assert_eq!(answer.header("cache-control"), cache);
    }
}
