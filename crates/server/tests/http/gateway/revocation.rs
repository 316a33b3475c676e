//! What is ended is ended with the next request, whatever the token's lifetime says.

use stagedoor_protocol::app::{self, Stage};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::{consent, people};
use stagedoor_server::entropy;

use crate::app::{
    BANDCAMP, Browser, CLIENT_CREDENTIALS, Call, Client, FAN, SOUNDCHARTS, SPOTIFY, SPOTIFY_PUBLIC, STANDARD,
    TestApp, Tokens, refresh,
};

const FAN_ID: AccountId = AccountId(7001);

/// Whether the API takes the access token and the token endpoint the refresh token.
async fn alive(app: &TestApp, client: &Client, tokens: &Tokens) -> (bool, bool) {
    let called = app.send(Call::get(&client.path("/x")).bearer(&tokens.access)).await;
    assert!(matches!(called.status, 200 | 401), "{}", called.shown());
    let refreshed = match tokens.refresh.as_str() {
        "" => called.status,
        token => app.send(client.token(&refresh(token))).await.status,
    };
    assert!(matches!(refreshed, 200 | 400 | 401), "{refreshed}");
    (called.status == 200, refreshed == 200)
}

#[tokio::test]
async fn regenerated() {
    let app = TestApp::new().await;
    for client in [BANDCAMP, SPOTIFY, SOUNDCHARTS, STANDARD] {
        let own = app.tokens(&client, &CLIENT_CREDENTIALS).await;
        assert_eq!(alive(&app, &client, &own).await, (true, true), "{}", client.api);
        let row = app.app(&client).await;
        let decision =
            app::regenerate(app.rules(client.api), &row, "owner", app.clock.now(), &mut entropy::rng());
        let secret = app.commit(decision).await.text;

        assert_eq!(alive(&app, &client, &own).await, (false, false), "{}", client.api);
        let old = app.send(client.token(&CLIENT_CREDENTIALS)).await;
        assert!(matches!(old.status, 400 | 401) && old.json()["error"] == "invalid_client", "{}", client.api);
        // The new one works at once, where one grant was active too.
        let client = Client { secret: secret.expose().to_owned().leak(), ..client };
        let new = app.tokens(&client, &CLIENT_CREDENTIALS).await;
        assert!(new.access != own.access, "{}: a token that was ended is served again", client.api);
        assert_eq!(alive(&app, &client, &new).await, (true, true), "{}", client.api);
    }
}

/// Codes that were not redeemed end with the rest.
#[tokio::test]
async fn regenerated_before_the_code_is_redeemed() {
    let app = TestApp::new().await;
    let code = app.code(&SPOTIFY, "").await;
    let row = app.app(&SPOTIFY).await;
    let decision = app::regenerate(app.rules("spotify"), &row, "owner", app.clock.now(), &mut entropy::rng());
    let secret = app.commit(decision).await.text;
    let client = Client { secret: secret.expose().to_owned().leak(), ..SPOTIFY };
    let answer = app.send(client.token(&client.redeem(&code))).await;
    assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_grant".into()));
}

#[tokio::test]
async fn consent_ended() {
    let app = TestApp::new().await;
    let tokens = app.grant(&SPOTIFY, "streaming").await;
    let others = app.grant(&SPOTIFY_PUBLIC, "streaming").await;
    let own = app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
    let waiting = app.code(&SPOTIFY, "streaming").await;
    let row = app.app(&SPOTIFY).await;
    app.commit(consent::end(row.id, FAN_ID, "fan@example.com", app.clock.now())).await;
    assert_eq!(alive(&app, &SPOTIFY, &tokens).await, (false, false));
    assert_eq!(app.send(SPOTIFY.token(&SPOTIFY.redeem(&waiting))).await.status, 400);
    // What the person did not end goes on.
    assert_eq!(alive(&app, &SPOTIFY_PUBLIC, &others).await, (true, true));
    assert_eq!(alive(&app, &SPOTIFY, &own).await, (true, true));

    let mut browser = Browser::new(&app);
    let page = browser.open(&SPOTIFY.authorize(&[("scope", "streaming")])).await;
    let asked = browser.sign_in(&page, FAN).await;
    assert!(asked.shows("wants to use your account"), "the person is asked anew");
    let code = browser.answer(&asked, "allow").await.query("code").unwrap();
    let again = app.tokens(&SPOTIFY, &SPOTIFY.redeem(&code)).await;
    assert_eq!(alive(&app, &SPOTIFY, &again).await, (true, true));
}

#[tokio::test]
async fn user_removed() {
    let app = TestApp::new().await;
    let tokens = app.grant(&SPOTIFY, "").await;
    let row = app.app(&SPOTIFY).await;
    app.commit(people::unlist(row.id, FAN_ID, "owner", app.clock.now())).await;
    assert_eq!(alive(&app, &SPOTIFY, &tokens).await, (false, false));
    // They may allow it again; the API then says that they are not listed.
    let again = app.grant(&SPOTIFY, "").await;
    assert_eq!(app.send(Call::get("/spotify/x").bearer(&again.access)).await.status, 403);
}

#[tokio::test]
async fn app_suspended() {
    let app = TestApp::new().await;
    let tokens = app.grant(&SPOTIFY, "").await;
    let legacy =
        || Call::get("/soundcharts/x").header("x-app-id", "chart-board").header("x-api-key", "the-old-key");
    assert_eq!(app.send(legacy()).await.status, 200);
    for client in [SPOTIFY, SOUNDCHARTS] {
        let row = app.app(&client).await;
        app.commit(app::set_stage(row.id, Stage::Suspended, "admin", app.clock.now())).await;
        let refused = app.send(client.token(&CLIENT_CREDENTIALS)).await;
        assert!(matches!(refused.status, 400 | 403), "{}", refused.shown());
    }
    assert_eq!(alive(&app, &SPOTIFY, &tokens).await, (false, false));
    assert_eq!(app.send(legacy()).await.status, 401);
    let page = app.send(Call::get(&SPOTIFY.authorize(&[]))).await;
    assert_eq!((page.status, page.text().contains("it is suspended")), (400, true));

    // Let in again, it begins anew.
    let row = app.app(&SPOTIFY).await;
    app.commit(app::set_stage(row.id, Stage::Development, "admin", app.clock.now())).await;
    assert_eq!(alive(&app, &SPOTIFY, &tokens).await, (false, false));
    app.tokens(&SPOTIFY, &CLIENT_CREDENTIALS).await;
}

#[tokio::test]
async fn a_persons_access_ended_everywhere() {
    let app = TestApp::new().await;
    let spotify = app.grant(&SPOTIFY, "").await;
    let standard = app.grant(&STANDARD, "").await;
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    app.commit(people::end_everywhere(FAN_ID, "admin", app.clock.now())).await;
    assert_eq!(alive(&app, &SPOTIFY, &spotify).await, (false, false));
    assert_eq!(alive(&app, &STANDARD, &standard).await, (false, false));
    assert_eq!(alive(&app, &STANDARD, &own).await, (true, true));
}
