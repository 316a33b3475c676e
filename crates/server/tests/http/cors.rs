//! Browsers on other origins (Fetch standard, CORS protocol): answered where the dialect has it, nowhere else.

use crate::app::{
    ADS, Answer, BANDCAMP, CLIENT_CREDENTIALS, Call, Client, SOUNDCHARTS, SPOTIFY, STANDARD, TestApp,
};

const HEADERS: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "GET, POST, OPTIONS, PUT, DELETE, PATCH"),
    (
        "access-control-allow-headers",
        "Accept, App-Platform, Authorization, Content-Type, Origin, Retry-After, Spotify-App-Version, X-Cloud-Trace-Context, client-token, content-access-token",
    ),
    ("access-control-max-age", "604800"),
    ("access-control-expose-headers", "Retry-After, WWW-Authenticate"),
];

fn preflight(path: &str) -> Call {
    Call::new("OPTIONS", path)
        .header("origin", "https://player.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
}

fn of(answer: &Answer) -> Vec<(&str, &str)> {
    let all = answer.headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    all.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect()
}

fn sorted(mut headers: Vec<(&'static str, &'static str)>) -> Vec<(&'static str, &'static str)> {
    headers.sort_unstable();
    headers
}

#[tokio::test]
async fn where_the_dialect_has_it() {
    let app = TestApp::new().await;
    let tokens = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    for path in ["/spotify/api/token", "/spotify/v1/me", "/spotify/v1/artists/x"] {
        let answer = app.send(preflight(path)).await;
        assert_eq!((answer.status, answer.text()), (204, ""), "{path}");
        assert_eq!(answer.headers.len(), 6, "{path}: these, and the request's name");
    }
    let me = || Call::get("/spotify/v1/me").header("origin", "https://player.example");
    for (call, status) in [
        (preflight("/spotify/v1/me"), 204),
        (SPOTIFY.token(&CLIENT_CREDENTIALS), 200),
        (SPOTIFY.token(&[]), 400),
        (Client { secret: "wrong", ..SPOTIFY }.token(&CLIENT_CREDENTIALS), 400),
        (me().bearer(&tokens.access), 200),
        (me(), 401),
        (me().bearer("x"), 401),
        (Call::get("/spotify/profile").bearer(&tokens.access), 403),
    ] {
        let answer = app.send(call).await;
        let mut told = of(&answer);
        told.sort_unstable();
        assert_eq!((answer.status, told), (status, sorted(HEADERS.to_vec())));
        // `*` and cookies never go together.
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    }
}

/// A page of another origin may send a person to the authorization endpoint, never read or post to it.
#[tokio::test]
async fn not_for_pages() {
    let app = TestApp::new().await;
    for path in [SPOTIFY.authorize(&[]), "/spotify/authorize".into(), "/_stagedoor/x".into(), "/".into()] {
        for call in [preflight(&path), Call::get(&path).header("origin", "https://player.example")] {
            assert_eq!(of(&app.send(call).await), [], "{path}");
        }
    }
}

#[tokio::test]
async fn nowhere_else() {
    let app = TestApp::new().await;
    for client in [BANDCAMP, ADS, SOUNDCHARTS, STANDARD] {
        let token_endpoint = app.send(preflight(&client.token_path())).await;
        assert_eq!((token_endpoint.status, token_endpoint.header("allow")), (405, "POST"), "{}", client.api);
        let api = app.send(preflight(&client.path("/x"))).await;
        assert_eq!(api.status, 401, "{}", client.api);
        let token = app.send(client.token(&CLIENT_CREDENTIALS)).await;
        for answer in [token_endpoint, api, token] {
            assert_eq!(of(&answer), [], "{}", client.api);
        }
    }
}
