//! Until client and redirect URI are right nothing is redirected (RFC 6749 §4.1.2.1); the page tells the developer why.

use stagedoor_protocol::app::Stage;
use stagedoor_protocol::{Decision, Effect};

use crate::app::{
    ADS, Browser, CHALLENGE, Call, Page, SPOTIFY, SPOTIFY_PUBLIC, SPOTIFY_SUSPENDED, STANDARD,
    STANDARD_PUBLIC, TestApp,
};

/// Opens an address that must end in an error page with these words.
async fn shows(app: &TestApp, address: &str, words: &[&str]) {
    let answer = app.send(Call::get(address)).await;
    assert_eq!((answer.status, answer.header("location")), (400, ""), "{}", answer.shown());
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let page = Page { answer };
    for word in words {
        assert!(page.shows(word), "{word} is missing in {}", page.answer.shown());
    }
    assert!(!page.html().contains("<form"), "an error page has nothing to send");
}

#[tokio::test]
async fn of_client_and_redirect_uri() {
    let app = TestApp::new().await;
    let registered = ["https://setlist.example/callback", "http://127.0.0.1/callback", "setlist://callback"];
    let uri = |uri| SPOTIFY.authorize(&[("redirect_uri", uri)]);
    let unregistered = ["INVALID_CLIENT: Invalid redirect URI", registered[0], registered[1], registered[2]];
    shows(&app, "/spotify/authorize", &["Missing required parameter: client_id"]).await;
    shows(&app, &SPOTIFY.authorize(&[("client_id", "77")]), &["INVALID_CLIENT: Invalid client", "77"]).await;
    shows(&app, &SPOTIFY.authorize(&[("client_id", "a b")]), &["INVALID_CLIENT: Invalid client"]).await;
    shows(&app, &SPOTIFY_SUSPENDED.authorize(&[]), &["INVALID_CLIENT: Invalid client", "suspended"]).await;
    shows(&app, &uri(""), &["Missing required parameter: redirect_uri", registered[0]]).await;
    shows(&app, &uri("http//localhost:8888/callback"), &["Illegal redirect_uri", registered[0]]).await;
    shows(&app, &uri("https://setlist.example/callback#x"), &["Illegal redirect_uri", "fragment"]).await;
    shows(&app, &uri("javascript:alert(1)"), &["Illegal redirect_uri"]).await;
    shows(&app, &uri("http://setlist.example/callback"), &["INVALID_CLIENT: Insecure redirect URI"]).await;
    let localhost = ["INVALID_CLIENT: Insecure redirect URI", "http://127.0.0.1"];
    shows(&app, &uri("http://localhost:3000/callback"), &localhost).await;
    for other in [
        "https://setlist.example/callback/",
        "https://setlist.example/Callback",
        "https://setlist.example/callback?x=1",
        "https://setlist.example:443/callback",
        "https://evil.example/callback",
        "https://setlist.example.evil.example/callback",
        "http://127.0.0.1:3000/other",
        "http://127.0.0.2:3000/callback",
        "setlist://elsewhere",
    ] {
        shows(&app, &uri(other), &[&unregistered[..], &[other]].concat()).await;
    }
    // Ads takes localhost, but letter for letter too.
    let missing_colon = ADS.authorize(&[("redirect_uri", "http//localhost:8888/callback")]);
    shows(&app, &missing_colon, &["Illegal redirect_uri", ADS.redirect_uri]).await;
    let port = ADS.authorize(&[("redirect_uri", "http://localhost:8889/callback")]);
    shows(&app, &port, &["INVALID_CLIENT: Invalid redirect URI", ADS.redirect_uri]).await;
}

/// A dialect that shows its errors shows all of them.
#[tokio::test]
async fn of_the_rest_where_errors_are_shown() {
    let app = TestApp::new().await;
    let implicit = SPOTIFY.authorize(&[("response_type", "token")]);
    shows(&app, &implicit, &["response_type must be code", "implicit grant"]).await;
    shows(&app, &SPOTIFY.authorize(&[("response_type", "")]), &["response_type must be code"]).await;
    let scope = SPOTIFY.authorize(&[("scope", "streaming user-everything")]);
    shows(&app, &scope, &["Illegal scope", "user-everything"]).await;
    let plain = SPOTIFY_PUBLIC.authorize(&[("code_challenge_method", "plain")]);
    shows(&app, &plain, &["code_challenge_method=S256"]).await;
    shows(&app, &SPOTIFY_PUBLIC.authorize(&[("code_challenge", "")]), &["code_challenge"]).await;
    let padded =
        SPOTIFY.authorize(&[("code_challenge", &format!("{CHALLENGE}=")), ("code_challenge_method", "S256")]);
    shows(&app, &padded, &["code_challenge"]).await;
}

/// RFC 6749 §4.1.2.1: to the client, with its `state`, and RFC 9207's `iss`.
#[tokio::test]
async fn of_the_rest_where_errors_are_redirected() {
    let app = TestApp::new().await;
    let cases = [
        (STANDARD, [("response_type", "token")], "unsupported_response_type"),
        (STANDARD, [("scope", "read everything")], "invalid_scope"),
        (STANDARD, [("code_challenge_method", "plain")], "invalid_request"),
        (STANDARD, [("code_challenge", "")], "invalid_request"),
        (STANDARD_PUBLIC, [("response_type", "")], "unsupported_response_type"),
    ];
    for (client, more, error) in cases {
        let address = client.authorize(&[more[0], ("state", "a b")]);
        let answer = app.send(Call::get(&address)).await;
        assert_eq!(answer.status, 302, "{}", answer.shown());
        assert!(
            answer.header("location").starts_with(&format!("{}?error=", client.redirect_uri)),
            "{address}"
        );
        let told = ["error", "state", "iss", "code"].map(|name| answer.query(name).unwrap_or_default());
        assert_eq!(told, [error, "a b", "http://127.0.0.1:8080/standard", ""]);
        assert!(answer.query("error_description").is_some(), "the developer is told more");
    }
    // What is wrong with the redirect URI itself still goes nowhere.
    let both = [("redirect_uri", "https://evil.example/"), ("response_type", "token")];
    shows(&app, &STANDARD.authorize(&both), &["redirect_uri is not registered", STANDARD.redirect_uri]).await;
}

/// RFC 9700 §4.11.2: whoever may register an app would have links at this server that lead anywhere.
#[tokio::test]
async fn an_app_that_nobody_approved_leads_nobody_away() {
    let app = TestApp::new().await;
    let development = Effect::SetStage { app: app.app(&STANDARD).await.id, stage: Stage::Development };
    app.commit(Decision { reply: Ok(()), effects: vec![development] }).await;
    for more in [("response_type", "token"), ("scope", "nope"), ("code_challenge", "")] {
        let address = STANDARD.authorize(&[more, ("state", "a b")]);
        let link = "<a href=\"https://reader.example/callback?error=";
        let told = "Back to the app at <bdi>reader.example</bdi>";
        shows(&app, &address, &["This link does not work", link, "&state=a+b&iss=", told]).await;
    }
}

#[tokio::test]
async fn of_what_cannot_be_read() {
    let app = TestApp::new().await;
    let usual = SPOTIFY.authorize(&[]);
    let malformed = "invalid_request: the request is malformed";
    for (more, word) in [
        ("&redirect_uri=https://evil.example/", "redirect_uri is sent more than once"),
        ("&client_id=", "client_id is sent more than once"),
        ("&state=%", "two hexadecimal digits"),
        ("&state=%ff", "not UTF-8"),
        ("&state=%00", "control character"),
        ("&scope=%0d%0aSet-Cookie:%20x", "control character"),
    ] {
        shows(&app, &format!("{usual}{more}"), &[malformed, word]).await;
    }
    let method = app.send(Call::new("DELETE", &usual)).await;
    assert_eq!((method.status, method.header("location")), (405, ""));
}

/// What strangers send is shown, and is nothing but text.
#[tokio::test]
async fn what_is_shown_is_escaped() {
    let app = TestApp::new().await;
    let odd = "\"><script>alert(1)</script>";
    for address in [
        SPOTIFY.authorize(&[("client_id", odd)]),
        SPOTIFY.authorize(&[("scope", odd)]),
        SPOTIFY.authorize(&[("response_type", odd)]),
        SPOTIFY.authorize(&[("redirect_uri", "https://setlist.example/'onload=x"), ("state", odd)]),
    ] {
        shows(&app, &address, &[]).await;
        assert!(!app.send(Call::get(&address)).await.text().contains("<script"), "{address}");
    }
    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[("state", odd)])).await;
    assert_eq!((page.answer.status, page.html().contains("<script")), (200, false));
}

/// A trailing slash, as one guide writes it, and a redirect URI that is not percent-encoded.
#[tokio::test]
async fn tolerances() {
    let app = TestApp::new().await;
    for address in [
        ADS.authorize(&[]).replace("/authorize?", "/authorize/?"),
        format!(
            "/spotify/authorize?client_id={}&response_type=code&redirect_uri={}",
            SPOTIFY.id, SPOTIFY.redirect_uri
        ),
        SPOTIFY.authorize(&[("redirect_uri", "http://127.0.0.1:49152/callback")]),
        SPOTIFY.authorize(&[("redirect_uri", "setlist://callback")]),
        SPOTIFY.authorize(&[("scope", "  streaming   streaming ")]),
    ] {
        let answer = app.send(Call::get(&address)).await;
        assert_eq!(answer.status, 200, "{}", answer.shown());
    }
}

/// Where anyone can look, an app's addresses are not for anyone; on the developer's own machine they help.
#[tokio::test]
async fn registered_redirect_uris() {
    let address = SPOTIFY.authorize(&[("redirect_uri", "https://evil.example/")]);
    let any_port = "<bdi>http://127.0.0.1/callback</bdi> (any port)";
    for (origin, listed) in [
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:8080", true),
        ("http://localhost:8080", true),
        ("https://api.label.example", false),
        ("https://127.0.0.1.label.example", false),
    ] {
        let app = TestApp::setup().origin(origin).start().await;
        let answer = app.send(Call::get(&address)).await;
        let text = answer.text();
        assert_eq!(text.contains(any_port) && text.contains(SPOTIFY.redirect_uri), listed, "{origin}");
        assert_eq!(text.contains("Redirect URIs registered for it: 3."), !listed, "{origin}");
        assert_eq!(text.contains("setlist.example"), listed, "{origin}");
        assert_eq!(text.matches("(any port)").count(), usize::from(listed), "{origin}");
    }
}
