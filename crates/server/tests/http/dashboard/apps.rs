//! Making an app, its secrets and redirect URIs.

use stagedoor_server::usage;

use super::{OWNER, STRANGER, signed_in};
use crate::app::{Call, Page, SPOTIFY, STANDARD_PUBLIC, TestApp};

const CREATE: &str = "/dashboard/apps/new/create";

fn first_code<'a>(html: &'a str, id: &str) -> &'a str {
    html.split(&format!("id=\"{id}\">")).nth(1).unwrap().split('<').next().unwrap()
}

/// From nothing to a token: no team, no app.
#[tokio::test]
async fn someone_new_makes_a_team_and_an_app() {
    let app = TestApp::new().await;
    let (mut browser, page) = signed_in(&app, STRANGER).await;
    let page = page.only(CREATE);
    let typed = [
        ("api", "soundcharts"),
        ("team_name", "Quiet Hours"),
        ("team_kind", "band"),
        ("name", "Setlist <b>"),
    ];
    let made = browser.submit(&page, &typed).await;
    assert_eq!(made.answer.status, 200, "{}", made.answer.shown());
    assert!(
        made.shows("Your client secret") && made.html().contains("Setlist &#60;b&#62;"),
        "{}",
        made.html()
    );
    let (id, secret) = (first_code(made.html(), "client-id-text"), first_code(made.html(), "shown-secret"));
    let call = Call::post("/soundcharts/oauth/token").basic(id, secret);
    let answer = app.send(call.form("grant_type=client_credentials")).await;
    assert_eq!(answer.status, 200, "{}", answer.shown());

    // The same form again: no second app, and the secret is not shown again.
    let again = browser.submit_and_follow(&page, &typed).await;
    assert!(again.shows("sent twice, and taken once") && !again.html().contains(secret), "{}", again.html());
}

#[tokio::test]
async fn every_mistake_stands_at_its_field() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open("/dashboard/apps/new").await.only(CREATE);
    let long = "x".repeat(2001);
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("api", "standard"), ("team", "5001"), ("name", "")], "id=\"name-error\""),
        (&[("api", "nothing"), ("team", "5001"), ("name", "A")], "id=\"api-error\""),
        (&[("api", "standard"), ("team", "5002"), ("name", "A")], "id=\"team-error\""),
        (
            &[("api", "standard"), ("team", "5001"), ("name", "A"), ("description", &long)],
            "id=\"description-error\"",
        ),
        (&[("api", "bandcamp"), ("team", "5001"), ("name", "A")], "id=\"purpose-error\""),
        (
            &[
                ("api", "spotify"),
                ("team", "5001"),
                ("name", "A"),
                ("redirect_uris", "http://localhost:8888/callback"),
            ],
            "id=\"uris-error\"",
        ),
    ];
    for (typed, error) in cases {
        let again = browser.submit(&page, typed).await;
        assert_eq!(again.answer.status, 422, "{typed:?}");
        assert!(again.html().contains(error), "{typed:?}: {}", again.html());
    }
}

#[tokio::test]
async fn secrets_are_added_viewed_and_deleted() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let page = browser.open(address).await;
    let added = browser.submit(&page.only(&format!("{address}/add-secret")), &[("name", "spring")]).await;
    let secret = first_code(added.html(), "shown-secret").to_owned();
    let works = async || token_of_spotify(&app, &secret).await;
    assert_eq!(works().await, 200);

    let row = added.html().split("<tr>").find(|row| row.contains("spring")).unwrap();
    let newest = row.split("name=\"secret\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let page = browser.open(address).await;
    let view = page.only(&format!("{address}/view-secret"));
    let asked = browser.submit(&view, &[("secret", newest)]).await;
    assert!(asked.shows("Your own, to see the secret") && !asked.html().contains(&secret));
    let wrong = browser.submit(&view, &[("secret", newest), ("password", "not-the-password")]).await;
    assert!(wrong.answer.status == 422 && !wrong.html().contains(&secret));
    let shown = browser.submit(&view, &[("secret", newest), ("password", OWNER.1)]).await;
    assert_eq!(first_code(shown.html(), "shown-secret"), secret);

    let delete = page.only(&format!("{address}/delete-secret"));
    browser.submit_and_follow(&delete, &[("secret", newest)]).await;
    assert_ne!(works().await, 200);
}

async fn token_of_spotify(app: &TestApp, secret: &str) -> u16 {
    let call = Call::post("/spotify/api/token");
    let call = call.basic("5f2a1c9e8b7d4036a1e2c3d4f5061728", secret).form("grant_type=client_credentials");
    app.send(call).await.status
}

#[tokio::test]
async fn regenerating_ends_what_was_given() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/bandcamp/29";
    let call = Call::post("/bandcamp/oauth_token")
        .form("grant_type=client_credentials&client_id=29&client_secret=bc%2Fsecret%2Bwith%252B%3Dsigns");
    let before = app.send(call.clone()).await;
    assert_eq!(before.status, 200, "{}", before.shown());
    let bearer = before.tokens().access;
    let form = browser.open(address).await.only(&format!("{address}/regenerate"));
    let made = browser.submit(&form, &[]).await;
    assert_eq!(made.answer.status, 200);
    let secret =
        first_code(made.html(), "shown-secret").replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let answer = app.send(Call::get("/bandcamp/api/anything").bearer(&bearer)).await;
    assert_eq!(answer.status, 401, "{}", answer.shown());
    assert_ne!(app.send(call).await.status, 200, "the former secret");

    // A page that is loaded again sends its form again: that ends nothing.
    let again = browser.submit_and_follow(&form, &[]).await;
    assert!(again.shows("Nothing was done: the app has changed"), "{}", again.html());
    let call = Call::post("/bandcamp/oauth_token");
    let call = call.form(&format!("grant_type=client_credentials&client_id=29&client_secret={secret}"));
    assert_eq!(app.send(call).await.status, 200, "the secret that was shown");
}

#[tokio::test]
async fn an_app_without_a_secret_is_revoked() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/standard/4d3c2b1a09f8e7d6c5b4a39281706152";
    let tokens = app.grant(&STANDARD_PUBLIC, "").await;
    let page = browser.open(address).await;
    assert!(
        page.shows("<h3 id=\"regenerate\">Revoke</h3>") && !page.shows("regenerate</"),
        "{}",
        page.html()
    );
    let form = page.only(&format!("{address}/regenerate"));
    let revoked = browser.submit_and_follow(&form, &[]).await;
    assert!(revoked.shows("everything the app was given has ended"), "{}", revoked.html());
    let call = Call::get("/standard/anything").bearer(&tokens.access);
    assert_eq!(app.send(call).await.status, 401);
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &*tokens.refresh)];
    assert_eq!(app.send(STANDARD_PUBLIC.token(&fields)).await.status, 400);
    let again = browser.submit_and_follow(&form, &[]).await;
    assert!(again.shows("Nothing was done"), "{}", again.html());
}

#[tokio::test]
async fn redirect_uris_are_checked_and_kept() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let page = browser.open(address).await.only(&format!("{address}/redirect-uris"));
    let typed = "https://app.example/one\r\n\r\n  https://app.example/two ";
    let saved = browser.submit_and_follow(&page, &[("redirect_uris", typed)]).await;
    assert!(saved.shows("Saved.") && saved.shows("https://app.example/one\nhttps://app.example/two"));
    let typed = "https://app.example/one\nhttp://localhost/callback";
    let wrong = browser.submit(&page, &[("redirect_uris", typed)]).await;
    assert!(wrong.answer.status == 422 && wrong.shows("http://127.0.0.1"), "{}", wrong.html());
    assert!(wrong.shows(typed), "what was typed is kept");
}

/// A secret nobody uses goes when another took its place, not when the whole app is idle.
#[tokio::test]
async fn an_idle_app_keeps_its_secrets() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let add = browser.open(address).await.only(&format!("{address}/add-secret"));
    browser.submit(&add, &[("name", "spring")]).await;
    app.clock.advance(30 * 24 * 3600);
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open(address).await;
    assert!(page.shows("spring") && !page.html().contains("safe to delete"), "{}", page.html());
}

/// Two people change the same redirect URIs: the later one is told, and loses nothing.
#[tokio::test]
async fn redirect_uris_of_a_page_that_is_out_of_date() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let old = browser.open(address).await.only(&format!("{address}/redirect-uris"));
    let (first, second) = ("https://first.example/", "https://second.example/");
    browser.submit_and_follow(&old, &[("redirect_uris", first)]).await;
    browser.submit_and_follow(&old, &[("redirect_uris", first)]).await;
    let late = browser.submit(&old, &[("redirect_uris", second)]).await;
    assert!(late.answer.status == 422 && late.shows("Someone changed them meanwhile"), "{}", late.html());
    assert!(late.shows(first) && late.shows(second), "{}", late.html());
    assert_eq!(app.app(&SPOTIFY).await.redirect_uris[0].as_str(), first);
    let again = late.only(&format!("{address}/redirect-uris"));
    browser.submit_and_follow(&again, &[("redirect_uris", second)]).await;
    assert_eq!(app.app(&SPOTIFY).await.redirect_uris[0].as_str(), second);
    let page = browser.open(address).await.only(&format!("{address}/redirect-uris"));
    let many: String = (0..51).map(|at| format!("https://{at}.example/\n")).collect();
    let wrong = browser.submit(&page, &[("redirect_uris", &many)]).await;
    assert!(wrong.answer.status == 422 && wrong.shows("an app has 50"), "{}", wrong.html());
    assert_eq!(app.app(&SPOTIFY).await.redirect_uris.len(), 1);
}

/// Rotation: which secret is in use, and which can go.
#[tokio::test]
async fn secrets_say_when_they_were_used() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let page = browser.open(address).await;
    let add = page.only(&format!("{address}/add-secret"));
    let added = browser.submit(&add, &[("name", "spring"), ("expires", "90")]).await;
    let secret = first_code(added.html(), "shown-secret").to_owned();
    let row = |page: &Page, name: &str| {
        page.html().split("<tr>").find(|row| row.contains(name)).unwrap().to_owned()
    };
    assert!(row(&added, "spring").contains("1 Apr 2026") && row(&added, "spring").contains("never"));

    app.clock.advance(8 * 24 * 3600);
    let (mut browser, _) = signed_in(&app, OWNER).await;
    assert_eq!(token_of_spotify(&app, &secret).await, 200);
    usage::write_once(&app.server).await;
    let page = browser.open(address).await;
    assert!(row(&page, "spring").contains("just now") && !row(&page, "spring").contains("safe to delete"));
    assert!(row(&page, "imported").contains("safe to delete"), "{}", page.html());
    app.clock.advance(3 * 3600);
    let page = browser.open(address).await;
    assert!(row(&page, "spring").contains("3 hours ago"));
}

#[tokio::test]
async fn the_right_redirect_uri_is_offered_and_taken_over() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let address = "/dashboard/apps/spotify/5f2a1c9e8b7d4036a1e2c3d4f5061728";
    let page = browser.open(address).await.only(&format!("{address}/redirect-uris"));
    let typed = ("redirect_uris", "https://app.example/one\nhttp://localhost:8888/callback");
    let wrong = browser.submit(&page, &[typed]).await;
    let right = "http://127.0.0.1:8888/callback";
    assert!(wrong.shows("Did you mean") && wrong.html().contains(&format!("value=\"{right}\"")));
    let form = wrong.only(&format!("{address}/redirect-uris"));
    let saved = browser.submit_and_follow(&form, &[typed, ("replace", right)]).await;
    assert!(saved.shows(&format!("https://app.example/one\n{right}")), "{}", saved.html());

    let new = browser.open("/dashboard/apps/new?api=spotify").await.only(CREATE);
    let typed = [("api", "spotify"), ("team", "5001"), ("name", "A"), typed];
    let wrong = browser.submit(&new, &typed).await.only(CREATE);
    let again = browser.submit(&wrong, &[&typed[..], &[("replace", right)]].concat()).await;
    assert!(
        again.answer.status == 200 && again.shows(right) && !again.shows("localhost"),
        "{}",
        again.html()
    );
}

/// What the script of the page asks while one types.
#[tokio::test]
async fn redirect_uris_are_explained() {
    let app = TestApp::new().await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let cases = [
        ("spotify", "http://localhost:8888/callback", "\"http://127.0.0.1:8888/callback\""),
        ("spotify-ads", "http://localhost:8888/callback", "\"why\":null"),
        ("spotify", "https://app.example/callback", "\"why\":null"),
        ("nothing", "%22%3E%3Cscript%3E", "\"instead\":null"),
    ];
    for (api, uri, says) in cases {
        let page = browser.open(&format!("/dashboard/check-redirect-uri?api={api}&uri={uri}")).await;
        assert_eq!(page.answer.header("content-type"), "application/json");
        assert!(page.html().contains(says), "{uri}: {}", page.html());
    }
}
