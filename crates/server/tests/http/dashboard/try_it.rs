//! The lines to paste, and a run of them in process.

use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::{Decision, Effect};

use super::{OWNER, signed_in};
use crate::app::{BANDCAMP, Client, SOUNDCHARTS, SPOTIFY, TestApp};

fn address(client: &Client) -> String {
    format!("/dashboard/apps/{}/{}/try-it", client.api, client.id)
}

#[tokio::test]
async fn lines_are_in_the_dialects_spelling() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let cases = [
        (
            BANDCAMP,
            "http://127.0.0.1:8080/bandcamp/oauth_token -d client_id=29 --data-urlencode \"client_secret=$CLIENT_SECRET\" -d grant_type=client_credentials",
        ),
        (
            SPOTIFY,
            "curl -X POST http://127.0.0.1:8080/spotify/api/token -u \"5f2a1c9e8b7d4036a1e2c3d4f5061728:$CLIENT_SECRET\"",
        ),
        (SPOTIFY, "http://127.0.0.1:8080/spotify/authorize?response_type=code"),
        (
            SOUNDCHARTS,
            "stagedoor login soundcharts --as soundcharts --app --client-id e1d2c3b4a5968778695a4b3c2d1e0f10",
        ),
    ];
    for (client, line) in cases {
        let page = browser.open(&address(&client)).await;
        assert!(page.shows(line), "{line}: {}", page.html());
        assert!(!page.html().contains(client.secret));
    }
}

#[tokio::test]
async fn a_run_says_what_came_back() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    for client in [BANDCAMP, SPOTIFY, SOUNDCHARTS] {
        let form = browser.open(&address(&client)).await.only(&format!("{}/run", address(&client)));
        let ran = browser.submit(&form, &[("secret", client.secret)]).await;
        assert!(ran.html().contains(">200</span>") && ran.shows("\"expires_in\""), "{}", ran.html());
        assert!(ran.shows("…\"") && !ran.html().contains(client.secret), "{}", ran.html());
        let wrong = browser.submit(&form, &[("secret", "not-the-secret")]).await;
        assert!(wrong.html().contains("badge stop") && wrong.shows("error"), "{}", wrong.html());
        let none = browser.submit(&form, &[("secret", " ")]).await;
        assert!(none.answer.status == 422 && none.html().contains("secret-error"));
    }
}

/// What someone registered is pasted into a terminal by their colleagues.
#[tokio::test]
async fn no_line_holds_what_a_shell_would_run() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let credentials = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let form = browser.open(credentials).await.only(&format!("{credentials}/redirect-uris"));
    let saved = browser.submit_and_follow(&form, &[("redirect_uris", "https://a.example/$(id)';id;'")]).await;
    assert!(saved.shows("Saved."), "{}", saved.html());
    let page = browser.open(&address(&SPOTIFY)).await;
    assert!(
        page.shows("redirect_uri=https%3A%2F%2Fa.example%2F%24%28id%29%27%3Bid%3B%27"),
        "{}",
        page.html()
    );
    assert!(!page.shows("$(id)"), "{}", page.html());
}

/// The first call can be pasted as it stands, where the configuration has one.
#[tokio::test]
async fn the_first_call() {
    let app = TestApp::setup()
        .example_call("spotify", "GET /charts?of=today&limit=2")
        .example_call("bandcamp", "POST /bands")
        .start()
        .await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    for (client, lines) in [
        (
            SPOTIFY,
            [
                "curl \"http://127.0.0.1:8080/spotify/charts?of=today&limit=2\" -H",
                "stagedoor call spotify \"/charts?of=today&limit=2\"",
            ],
        ),
        (
            BANDCAMP,
            [
                "curl -X POST \"http://127.0.0.1:8080/bandcamp/bands\" -H",
                "stagedoor call bandcamp POST \"/bands\"",
            ],
        ),
        (
            SOUNDCHARTS,
            ["A call, with a path of the API in place of PATH:", "stagedoor call soundcharts /PATH"],
        ),
    ] {
        let page = browser.open(&address(&client)).await;
        for line in lines {
            assert!(page.shows(line), "{line}: {}", page.html());
        }
    }
}

/// An app that acts for other teams too has to name one.
#[tokio::test]
async fn a_team_is_named_where_there_are_several() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let effects = vec![Effect::LetActFor { app: app.app(&SOUNDCHARTS).await.id, team: TeamId(5003) }];
    app.commit(Decision { reply: Ok(()), effects }).await;
    let page = browser.open(&address(&SOUNDCHARTS)).await;
    assert!(
        page.shows("-d grant_type=client_credentials -d team_id=5001") && page.shows(" --team 5001 "),
        "{}",
        page.html()
    );
    let run = format!("{}/run", address(&SOUNDCHARTS));
    let ran = browser.submit(&page.only(&run), &[("secret", SOUNDCHARTS.secret)]).await;
    assert!(ran.html().contains(">200</span>"), "{}", ran.html());

    // Another is chosen, and stays so for a run.
    let page = browser.open(&format!("{}?team=5003", address(&SOUNDCHARTS))).await;
    assert!(page.shows(" -d team_id=5003") && !page.shows("team_id=5001"), "{}", page.html());
    let ran = browser.submit(&page.only(&run), &[("secret", SOUNDCHARTS.secret)]).await;
    assert!(ran.html().contains(">200</span>") && ran.shows(" --team 5003 "), "{}", ran.html());
    // One that it does not act for is not taken.
    let page = browser.open(&format!("{}?team=5002", address(&SOUNDCHARTS))).await;
    assert!(page.shows("team_id=5001") && !page.shows("5002"), "{}", page.html());
}
