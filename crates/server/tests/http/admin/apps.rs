//! Apps, their secrets, legacy keys and people, and grants: what is ended is ended at once.

use serde_json::{Value, json};
use stagedoor_protocol::app::ask_for_review;
use stagedoor_wire::ClientId;

use super::Administrator;
use crate::app::{
    BANDCAMP_REQUESTED, CLIENT_CREDENTIALS, Call, Client, SOUNDCHARTS, SPOTIFY, STANDARD, TestApp, refresh,
};

fn path(client: &Client) -> String {
    format!("apps/{}/{}", client.api, client.id)
}

fn text(value: &Value) -> &'static str {
    value.as_str().unwrap().to_owned().leak()
}

#[tokio::test]
async fn a_new_app_works() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let new = json!({
        "api": "standard", "team": "Night Ferry Records", "name": "Charts", "redirect_uris": ["https://charts.example/"],
        "acts_for": ["Harbour Analytics"],
    });
    let made = admin.done("POST", "apps", new).await;
    let (id, secret) = (text(&made["client_id"]), text(&made["secret"]));
    assert_eq!(admin.last_line().await, ("app created".into(), format!("standard/{id}")));
    let client = Client { id, secret, ..STANDARD };
    app.tokens(&client, &CLIENT_CREDENTIALS).await;
    let shown = admin.get(&path(&client)).await;
    assert!(!shown.to_string().contains(secret), "it is shown once");
    assert_eq!((&shown["stage"], &shown["team"]), (&json!("development"), &json!("Night Ferry Records")));
    assert_eq!((&shown["acts_for"], &shown["secrets"]), (&json!(["Harbour Analytics"]), &json!(1)));

    let changed = json!({ "name": "Charts 2", "description": "Words", "redirect_uris": [], "acts_for": [] });
    let changed = admin.done("PATCH", &path(&client), changed).await;
    assert_eq!((&changed["name"], &changed["redirect_uris"]), (&json!("Charts 2"), &json!([])));
    assert_eq!(
        admin.last_line().await.0,
        "app changed: name (was Charts), description, redirect URIs, teams"
    );
    let insecure = json!({ "redirect_uris": ["http://charts.example/"] });
    assert_eq!(admin.refused("PATCH", &path(&client), insecure).await, (400, "bad-request".into()));

    let of = |api: &str, team: &str| json!({ "api": api, "team": team, "name": "X" });
    let (status, problem) = admin.ask("POST", "apps", &of("standart", "Low Tide")).await;
    assert_eq!((status, &problem["cure"]), (404, &json!("did you mean standard?")));
    assert_eq!(admin.refused("POST", "apps", of("standard", "Nobody")).await, (404, "not-found".into()));
}

#[tokio::test]
async fn requested_and_answered() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let listed = admin.get("apps?stage=requested").await;
    assert_eq!(listed["items"][0]["client_id"], BANDCAMP_REQUESTED.id);
    let refused = app.send(BANDCAMP_REQUESTED.token(&CLIENT_CREDENTIALS)).await;
    assert!(refused.status >= 400);
    let approved = admin.done("POST", &format!("{}/approve", path(&BANDCAMP_REQUESTED)), json!({})).await;
    assert_eq!((&approved["stage"], admin.last_line().await.0), (&json!("approved"), "app approved".into()));
    app.tokens(&BANDCAMP_REQUESTED, &CLIENT_CREDENTIALS).await;
    let declined = format!("{}/decline", path(&BANDCAMP_REQUESTED));
    assert_eq!(admin.refused("POST", &declined, json!({})).await, (409, "wrong-stage".into()));

    let asked = json!({ "api": "bandcamp", "team": "Low Tide", "name": "Asked" });
    let asked = admin.done("POST", "apps", asked).await;
    assert_eq!((&asked["stage"], asked.get("secret")), (&json!("requested"), None));
    let own = format!("apps/bandcamp/{}", text(&asked["client_id"]));
    assert_eq!(admin.ask("POST", &format!("{own}/decline"), &json!({})).await, (204, Value::Null));
    assert!(admin.last_line().await.0.starts_with("app declined: "));
    assert_eq!(admin.refused("GET", &own, Value::Null).await, (404, "not-found".into()));
}

/// The team asks in the dashboard; what it is answered stands in the log.
#[tokio::test]
async fn reviewed() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let answer = format!("{}/answer-review", path(&SPOTIFY));
    let sentence = json!({ "sentence": " Say that the data\r\nis ours. " });
    assert_eq!(admin.refused("POST", &answer, sentence.clone()).await, (409, "no-review-asked".into()));
    let record =
        app.server.store().app("spotify", &ClientId::new(SPOTIFY.id).unwrap()).await.unwrap().unwrap();
    let asked = ask_for_review(&record, "Set lists".into(), "owner", app.clock.now());
    app.server.store().commit(asked.effects).await.unwrap();
    let waiting = admin.get("apps-in-review").await;
    assert_eq!(
        (waiting["items"].as_array().unwrap().len(), &waiting["items"][0]["client_id"]),
        (1, &json!(SPOTIFY.id))
    );
    for wrong in [" ".to_owned(), "x".repeat(501)] {
        let wrong = json!({ "sentence": wrong });
        assert_eq!(admin.refused("POST", &answer, wrong).await, (400, "bad-request".into()));
    }
    let answered = admin.done("POST", &answer, sentence).await;
    assert_eq!((&answered["stage"], &answered["review_asked"]), (&json!("development"), &Value::Null));
    assert_eq!(admin.last_line().await.0, "review answered: Say that the data is ours.");
    assert_eq!(admin.get("apps-in-review").await["items"], json!([]));
}

/// What was issued ends at once at the gateway, new tokens are refused in the dialect's words, and after resuming new
/// ones are given.
#[tokio::test]
async fn suspended_and_resumed() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let person = app.grant(&SPOTIFY, "").await;
    let words = [
        (SPOTIFY, "invalid_client"),
        (SOUNDCHARTS, "unauthorized_client"),
        (STANDARD, "unauthorized_client"),
    ];
    for (client, error) in words {
        let tokens = app.tokens(&client, &CLIENT_CREDENTIALS).await;
        admin.done("POST", &format!("{}/suspend", path(&client)), json!({})).await;
        assert_eq!(admin.last_line().await.0, "app suspended");
        let called = app.send(Call::get(&client.path("/x")).bearer(&tokens.access)).await;
        assert_eq!(called.status, 401, "{}", called.shown());
        let refused = app.send(client.token(&CLIENT_CREDENTIALS)).await;
        assert!(matches!(refused.status, 400 | 401 | 403), "{}", refused.shown());
        assert_eq!(refused.json()["error"], error, "{}", client.api);
        admin.done("POST", &format!("{}/resume", path(&client)), json!({})).await;
        let called = app.send(Call::get(&client.path("/x")).bearer(&tokens.access)).await;
        assert_eq!(called.status, 401, "what ended stays ended");
        let new = app.tokens(&client, &CLIENT_CREDENTIALS).await;
        assert_eq!(app.send(Call::get(&client.path("/x")).bearer(&new.access)).await.status, 200);
    }
    assert_eq!(app.send(SPOTIFY.token(&refresh(&person.refresh))).await.json()["error"], "invalid_grant");
    assert_eq!(admin.get(&path(&STANDARD)).await["stage"], "approved", "where it stood");
    let twice = admin.refused("POST", &format!("{}/resume", path(&STANDARD)), json!({})).await;
    assert_eq!(twice, (409, "wrong-stage".into()));
}

#[tokio::test]
async fn secrets() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let secrets = format!("{}/secrets", path(&STANDARD));
    let new = json!({ "name": "blue", "expires": "2026-01-01T00:01:00Z" });
    let added = admin.done("POST", &secrets, new).await;
    assert_eq!(admin.last_line().await.0, "secret added: blue");
    let client = Client { secret: text(&added["secret"]), ..STANDARD };
    app.tokens(&client, &CLIENT_CREDENTIALS).await;
    app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let listed = admin.get(&secrets).await;
    // Ids of one second are in no order.
    let items = listed["items"].as_array().unwrap();
    let (blue, others): (Vec<_>, Vec<_>) = items.iter().partition(|secret| secret["name"] == "blue");
    assert_eq!(blue[0]["expires"], "2026-01-01T00:01:00Z");
    assert!(!listed.to_string().contains(client.secret));
    app.clock.advance(60);
    assert_eq!(app.send(client.token(&CLIENT_CREDENTIALS)).await.json()["error"], "invalid_client");
    let past = json!({ "name": "old", "expires": "2020-01-01T00:00:00Z" });
    assert_eq!(admin.refused("POST", &secrets, past).await.0, 400);

    let first = format!("{secrets}/{}", text(&others[0]["id"]));
    admin.done("DELETE", &first, Value::Null).await;
    assert_eq!(admin.last_line().await.0, "secret removed");
    assert_eq!(app.send(STANDARD.token(&CLIENT_CREDENTIALS)).await.json()["error"], "invalid_client");
    assert_eq!(admin.refused("DELETE", &first, Value::Null).await, (404, "not-found".into()));
    for _ in 0..4 {
        admin.done("POST", &secrets, json!({ "name": "more" })).await;
    }
    let one_more = admin.refused("POST", &secrets, json!({ "name": "more" })).await;
    assert_eq!(one_more, (409, "limit-reached".into()));
}

#[tokio::test]
async fn regenerated() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let new = admin.done("POST", &format!("{}/regenerate", path(&STANDARD)), json!({})).await;
    assert_eq!(admin.last_line().await.0, "client revoked and regenerated");
    let called = app.send(Call::get(&STANDARD.path("/x")).bearer(&tokens.access)).await;
    assert_eq!(called.status, 401);
    assert!(app.send(STANDARD.token(&CLIENT_CREDENTIALS)).await.status >= 400);
    app.tokens(&Client { secret: text(&new["secret"]), ..STANDARD }, &CLIENT_CREDENTIALS).await;
}

#[tokio::test]
async fn legacy_keys() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let keys = format!("{}/legacy-keys", path(&SOUNDCHARTS));
    let call = async |id: &str, key: &str| {
        let call = Call::get(&SOUNDCHARTS.path("/x")).header("x-app-id", id).header("x-api-key", key);
        app.send(call).await.status
    };
    let made = admin.done("POST", &keys, json!({})).await;
    assert_eq!(call(text(&made["id"]), text(&made["key"])).await, 200);
    let taken_over = json!({ "id": "label-1", "key": "an-older-key", "ends": "2026-01-02T00:00:00Z" });
    admin.done("POST", &keys, taken_over.clone()).await;
    assert_eq!(admin.last_line().await.0, "legacy key added: label-1");
    assert_eq!(call("label-1", "an-older-key").await, 200);
    assert_eq!(admin.refused("POST", &keys, taken_over).await, (409, "legacy-key-taken".into()));
    let listed = admin.get(&keys).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert!(!listed.to_string().contains("an-older-key"));

    let own = format!("{keys}/label-1");
    let sooner = admin.done("PATCH", &own, json!({ "ends": "2026-01-01T00:01:00Z" })).await;
    assert_eq!(sooner["ends"], "2026-01-01T00:01:00Z");
    app.clock.advance(60);
    assert_eq!(call("label-1", "an-older-key").await, 401);
    admin.done("DELETE", &own, Value::Null).await;
    assert_eq!(admin.refused("DELETE", &own, Value::Null).await, (404, "not-found".into()));
    admin.done("DELETE", &format!("{keys}/chart-board"), Value::Null).await;
    assert_eq!(call("chart-board", "the-old-key").await, 401, "at once");
    let none = admin.refused("POST", &format!("{}/legacy-keys", path(&STANDARD)), json!({})).await;
    assert_eq!(none, (409, "no-legacy-keys".into()));
    let anothers = format!("{}/legacy-keys/chart-board", path(&STANDARD));
    assert_eq!(admin.refused("DELETE", &anothers, Value::Null).await.0, 404);
}

#[tokio::test]
async fn people_and_grants() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let users = format!("{}/users", path(&SPOTIFY));
    assert_eq!(admin.get(&users).await["items"][0]["email"], "fan@example.com");
    admin.done("PUT", &format!("{users}/critic@example.com"), json!({})).await;
    assert_eq!(admin.last_line().await.0, "user listed");
    assert_eq!(admin.get(&users).await["items"].as_array().unwrap().len(), 2);

    let tokens = app.grant(&SPOTIFY, "").await;
    let grants = format!("grants?app={}/{}&account=fan@example.com", SPOTIFY.api, SPOTIFY.id);
    let listed = admin.get(&grants).await;
    let own = format!("grants/{}", text(&listed["items"][0]["id"]));
    assert_eq!(admin.get(&own).await["alive"], true);
    admin.done("DELETE", &own, Value::Null).await;
    assert_eq!(admin.last_line().await.0, "grant revoked");
    let called = app.send(Call::get(&SPOTIFY.path("/x")).bearer(&tokens.access)).await;
    assert_eq!(called.status, 401);
    assert_eq!(admin.get(&own).await["alive"], false);
    assert_eq!(admin.get(&grants).await["items"], json!([]));

    for (method, path, what) in [
        ("DELETE", grants.clone(), "consent ended"),
        ("DELETE", format!("{users}/fan@example.com"), "user removed"),
    ] {
        let tokens = app.grant(&SPOTIFY, "").await;
        admin.done(method, &path, Value::Null).await;
        assert_eq!(admin.last_line().await.0, what);
        let called = app.send(Call::get(&SPOTIFY.path("/x")).bearer(&tokens.access)).await;
        assert_eq!(called.status, 401, "{what}");
    }
    assert_eq!(admin.refused("DELETE", "grants?app=spotify/x", Value::Null).await.0, 404);
    assert_eq!(admin.refused("DELETE", "grants?account=fan@example.com", Value::Null).await.0, 400);
    assert_eq!(admin.refused("GET", "grants/77", Value::Null).await, (404, "not-found".into()));
}
