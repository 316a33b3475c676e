//! Its token endpoint.

use super::{FOR_TEAM, JUKEBOX, UNLISTED, setup};
use crate::app::{
    Answer, Browser, CHALLENGE, CLIENT_CREDENTIALS, Call, Client, FAN, OF_TOKENS, TestApp, VERIFIER, refresh,
    shown,
};

fn told(answer: &Answer) -> String {
    answer.line(&OF_TOKENS)
}

/// Opens its authorization endpoint and presses "Allow".
async fn code(app: &TestApp, client: &Client, more: &[(&str, &str)]) -> Answer {
    let address = client.authorize(more).replace("/authorize?", "/v1/ask?");
    let mut browser = Browser::new(app);
    let page = browser.open(&address).await;
    let consent = browser.sign_in(&page, FAN).await;
    browser.answer(&consent, "allow").await
}

#[tokio::test]
async fn answers() {
    let app = setup().start().await;
    let ask = |more: &[(&str, &str)]| JUKEBOX.token(&[&CLIENT_CREDENTIALS, &[FOR_TEAM][..], more].concat());
    let first = app.send(ask(&[("scope", "play dance")])).await;
    assert_eq!(
        shown(first.text()),
        r#"{"ok":true,"scope":"play","token_type":"bearer","expires_in":1199,"refresh_token":null,"access_token":"sda_…"}"#
    );
    // Served again to the same, with what remains; others have their own.
    app.clock.advance(100);
    let again = app.send(ask(&[("scope", "play")])).await;
    assert!(again.tokens().access == first.tokens().access, "another token");
    assert_eq!(again.json()["expires_in"], 1099);
    for other in [ask(&[]), ask(&[("scope", "play profile")])] {
        assert!(app.send(other).await.tokens().access != first.tokens().access, "the same token");
    }
}

#[tokio::test]
async fn errors() {
    let app = setup().start().await;
    let ask = |client: Client| client.token(&CLIENT_CREDENTIALS);
    let cases = [
        (ask(Client { id: "9", ..JUKEBOX }), r#"422 | {"error":"who_are_you"}"#),
        (
            ask(Client { secret: "dime", basic: true, ..JUKEBOX }),
            r#"401 | www-authenticate: Basic realm="Jukebox API" | {"error_description":"Client authentication failed","error":"invalid_client"}"#,
        ),
        (
            JUKEBOX.token(&[("grant_type", "refresh_token")]),
            r#"400 | {"error_description":"Insert refresh_token","error":"invalid_request"}"#,
        ),
        (
            ask(JUKEBOX),
            r#"400 | {"error_description":"team_id is missing: this client acts for several teams","error":"invalid_request"}"#,
        ),
        (
            JUKEBOX.token(&[CLIENT_CREDENTIALS[0], ("team_id", "Low Tide")]),
            r#"403 | {"error_description":"This client has no access to that team","error":"access_denied"}"#,
        ),
    ];
    for (call, line) in cases {
        assert_eq!(told(&app.send(call).await), line);
    }
    for _ in 0..20 {
        app.send(JUKEBOX.token(&[CLIENT_CREDENTIALS[0], FOR_TEAM])).await;
    }
    let limited = app.send(JUKEBOX.token(&CLIENT_CREDENTIALS)).await;
    assert_eq!((limited.status, &limited.json()["error"]), (503, &"out_of_order".into()));
}

/// The refresh token stays, is left out of answers and ends a month after the authorization; a published client's way of
/// refreshing is taken.
#[tokio::test]
async fn codes_and_refresh_tokens() {
    let app = setup().start().await;
    let answer = code(&app, &JUKEBOX, &[("scope", "profile fly"), ("state", "s")]).await;
    assert_eq!(answer.query("iss").as_deref(), Some("http://127.0.0.1:8080/jukebox"));
    let won = answer.query("code").unwrap();
    let first = app.send(JUKEBOX.token(&JUKEBOX.redeem(&won))).await;
    assert_eq!((first.status, &first.json()["scope"]), (200, &"profile".into()));
    let token = first.tokens().refresh;

    let under = [CLIENT_CREDENTIALS[0], ("refresh_token", token.as_str())];
    for fields in [refresh(&token), under] {
        app.clock.advance(700);
        let refreshed = app.send(JUKEBOX.token(&fields)).await;
        assert!(
            refreshed.status == 200 && refreshed.json()["refresh_token"].is_null(),
            "{}",
            refreshed.shown()
        );
        assert_eq!(
            app.send(Call::get("/jukebox/profile").bearer(&refreshed.tokens().access)).await.status,
            200
        );
    }
    app.clock.advance(31 * 24 * 3600);
    let ended =
        r#"400 | {"error_description":"The refresh token was revoked or has ended","error":"invalid_grant"}"#;
    assert_eq!(told(&app.send(JUKEBOX.token(&refresh(&token))).await), ended);
}

/// Any app may go without its secret where the code carries a challenge; a code is good for half a minute.
#[tokio::test]
async fn without_a_secret() {
    let app = setup().start().await;
    let bare = Client { secret: "", ..JUKEBOX };
    let challenge =
        [("code_challenge", CHALLENGE), ("code_challenge_method", "S256"), ("show_dialog", "true")];
    let won = code(&app, &bare, &challenge).await.query("code").unwrap();
    let fields = [bare.redeem(&won), vec![("code_verifier", VERIFIER)]].concat();
    assert_eq!(app.send(bare.token(&fields)).await.status, 200);

    let late = code(&app, &JUKEBOX, &[("show_dialog", "true")]).await.query("code").unwrap();
    app.clock.advance(30);
    let expired =
        r#"400 | {"error_description":"The authorization code has expired","error":"invalid_grant"}"#;
    assert_eq!(told(&app.send(JUKEBOX.token(&JUKEBOX.redeem(&late))).await), expired);
}

/// Where a wrong request goes, and in whose words.
#[tokio::test]
async fn authorization_faults() {
    let app = setup().start().await;
    let address = |more: &[(&str, &str)]| JUKEBOX.authorize(more).replace("/authorize?", "/v1/ask?");
    let redirected = app.send(Call::get(&address(&[("response_type", "token")]))).await;
    assert!(
        redirected.header("location").starts_with("http://localhost/record?error=unsupported_response_type")
    );
    let other = app.send(Call::get(&address(&[("redirect_uri", "http://localhost/other")]))).await;
    assert!(other.status == 400 && other.text().contains("This record is not in the box"));
    // An app that nobody has approved may ask; the API is what refuses it.
    assert_eq!(
        app.send(Call::get(&UNLISTED.authorize(&[]).replace("/authorize?", "/v1/ask?"))).await.status,
        200
    );
}
