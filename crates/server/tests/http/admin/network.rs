//! The admin API over the network: who is let in, and that nobody else is.

use std::net::IpAddr;

use serde_json::{Value, json};
use stagedoor_server::admin::{self, BASE};

use super::Administrator;
use crate::app::{Answer, CLIENT_CREDENTIALS, Call, STANDARD, TestApp};
use crate::dashboard::{STRANGER, signed_in};

const DAY_MILLIS: i64 = 24 * 3_600_000;

pub(super) async fn administered() -> TestApp {
    TestApp::setup().administered().start().await
}

/// A credential for these scopes.
pub(super) async fn credential(app: &TestApp, name: &str, scope: &str) -> String {
    let made =
        Administrator::of(app).done("POST", "credentials", json!({ "name": name, "scope": scope })).await;
    made["credential"].as_str().unwrap().to_owned()
}

pub(super) fn call(method: &str, path: &str) -> Call {
    Call::new(method, &format!("{BASE}{path}"))
}

fn code(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.shown());
    (answer.status, answer.json()["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn every_route_needs_its_scope() {
    let app = TestApp::setup().administered().start().await;
    let credentials = [
        ("read", credential(&app, "reader", "read").await),
        ("write", credential(&app, "writer", "write").await),
        ("read write", credential(&app, "both", "read write").await),
    ];
    let routes: Vec<_> = admin::routes().collect();
    assert!(routes.len() > 40);
    for (method, path, needs) in routes {
        // Of nothing there is, so that nothing is done.
        let path: String = path
            .split('/')
            .map(|part| if part.starts_with('{') { "0" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let address = IpAddr::from([203, 0, 113, u8::try_from(path.len()).unwrap()]);
        let nobody = app.send_from(address, call(method, &path)).await;
        assert_eq!(code(&nobody), (401, "unauthenticated".into()), "{method} {path}");
        assert_eq!(nobody.header("www-authenticate"), "Bearer");
        for (scopes, text) in &credentials {
            let answer = app.send(call(method, &path).bearer(text)).await;
            let may = needs.is_some_and(|needs| scopes.split(' ').any(|scope| scope == needs));
            assert_eq!(answer.status != 403, may, "{method} {path} with {scopes}: {}", answer.shown());
            assert_ne!(answer.status, 401);
            if !may {
                assert!(answer.header("www-authenticate").starts_with("Bearer error=\"insufficient_scope\""));
            }
        }
    }
}

/// What an API gave out administers nothing, and what administers opens no API.
#[tokio::test]
async fn neither_is_the_other() {
    let app = administered().await;
    let admin = credential(&app, "deploy", "read write").await;
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    for other in
        [tokens.access.as_str(), STANDARD.secret, &admin.replace("sdm_", "sda_"), &admin[4..], "sdm_", "x"]
    {
        let answer = app.send(call("GET", "accounts").bearer(other)).await;
        assert_eq!(code(&answer), (401, "unauthenticated".into()));
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }
    let basic = app.send(call("GET", "accounts").basic("deploy", &admin)).await;
    assert_eq!(basic.status, 401);
    let gateway = app.send(Call::get(&STANDARD.path("/profile")).bearer(&admin)).await;
    assert_eq!(gateway.status, 401);
    let form =
        [("grant_type", "client_credentials"), ("client_id", "deploy"), ("client_secret", admin.as_str())];
    assert!(app.send(Call::post(&STANDARD.token_path()).fields(&form)).await.status >= 400);
    let form =
        [("grant_type", "client_credentials"), ("client_id", STANDARD.id), ("client_secret", admin.as_str())];
    assert!(app.send(Call::post(&STANDARD.token_path()).fields(&form)).await.status >= 400);
    assert_eq!(app.send(call("GET", "accounts").bearer(&admin)).await.status, 200);
}

/// An administrator's browser brings nothing that counts here.
#[tokio::test]
async fn cookies_say_nothing() {
    let app = administered().await;
    let made = json!({ "administrator": true });
    Administrator::of(&app).done("PATCH", &format!("accounts/{}", STRANGER.0), made).await;
    let (browser, _) = signed_in(&app, STRANGER).await;
    let cookie = browser.cookie_header("/dashboard");
    assert!(!cookie.is_empty());
    assert_eq!(app.send(call("GET", "accounts").header("cookie", &cookie)).await.status, 401);
    assert_eq!(app.send(call("POST", "teams").header("cookie", &cookie)).await.status, 401);
}

#[tokio::test]
async fn until_it_expires_or_is_revoked() {
    let app = administered().await;
    let admin = Administrator::of(&app);
    let (one, two) = (credential(&app, "one", "read").await, credential(&app, "two", "read").await);
    let get = |text: &str| app.send(call("GET", "teams").bearer(text));
    assert_eq!((get(&one).await.status, get(&two).await.status), (200, 200));
    admin.done("DELETE", "credentials/one", Value::Null).await;
    assert_eq!(admin.last_line().await, ("admin credential revoked: one".into(), String::new()));
    assert_eq!((get(&one).await.status, get(&two).await.status), (401, 200));
    app.clock.advance_millis(89 * DAY_MILLIS);
    assert_eq!(get(&two).await.status, 200);
    app.clock.advance_millis(DAY_MILLIS);
    assert_eq!(get(&two).await.status, 401);
}

/// A body may take its time on the way, that of a state file for as long as pieces come.
#[tokio::test]
async fn a_late_body_is_no_way_around_a_revocation() {
    let app = administered().await;
    let admin = Administrator::of(&app);
    let teams = async || admin.get("teams").await["items"].as_array().unwrap().len();
    let before = teams().await;
    for (path, body) in [
        ("teams", json!({ "name": "Late", "kind": "band" })),
        (
            "state",
            json!({ "name": "a", "text": "[[team]]\nname = \"Late\"\nkind = \"band\"", "prune": false, "new_secrets": false, "commit": true }),
        ),
    ] {
        let text = credential(&app, "deploy", "write").await;
        let late = call("POST", path)
            .bearer(&text)
            .header("content-type", "application/json")
            .body(body.to_string());
        let revoke = async {
            admin.done("DELETE", "credentials/deploy", Value::Null).await;
        };
        assert_eq!(code(&app.send_late(late, revoke).await), (401, "unauthenticated".into()), "{path}");
        assert_eq!(teams().await, before);
    }
}

#[tokio::test]
async fn made_listed_and_refused() {
    let app = administered().await;
    let admin = Administrator::of(&app);
    let text = credential(&app, "deploy", "write read").await;
    assert!(text.starts_with("sdm_") && text.len() == 36);
    assert_eq!(
        admin.last_line().await,
        ("admin credential made: deploy, for read write".into(), "deploy".into())
    );
    let first = admin.get("credentials").await["items"][0].take();
    assert_eq!(
        (&first["name"], &first["scope"], &first["last_used"]),
        (&json!("deploy"), &json!("read write"), &Value::Null)
    );
    assert_eq!(first["expires"], "2026-04-01T00:00:00Z");
    assert!(first.get("credential").is_none());
    app.send(call("GET", "teams").bearer(&text)).await;
    assert_eq!(admin.get("credentials").await["items"][0]["last_used"], "2026-01-01T00:00:00Z");
    for (new, expected) in [
        (json!({ "name": "deploy", "scope": "read" }), (409, "credential-name-taken")),
        (json!({ "name": "x", "scope": "" }), (400, "bad-request")),
        (json!({ "name": "x", "scope": "admin" }), (400, "bad-request")),
        (json!({ "name": "", "scope": "read" }), (400, "bad-request")),
        (json!({ "name": "x", "scope": "read", "expires": "2025-01-01T00:00:00Z" }), (400, "bad-request")),
        (json!({ "name": "x", "scope": "read", "expires": "2028-01-01T00:00:00Z" }), (400, "bad-request")),
    ] {
        let refused = admin.refused("POST", "credentials", new.clone()).await;
        assert_eq!(refused, (expected.0, expected.1.into()), "{new}");
    }
    assert_eq!(admin.refused("DELETE", "credentials/none", Value::Null).await, (404, "not-found".into()));
}

/// The audit log says which credential, and that it came over the network.
#[tokio::test]
async fn who_did_it() {
    let app = administered().await;
    let text = credential(&app, "deploy", "read write").await;
    let new = json!({ "name": "Low Tide Two", "kind": "band" });
    assert_eq!(app.send(call("POST", "teams").bearer(&text).body(new.to_string())).await.status, 201);
    let line = Administrator::of(&app).get("audit?limit=1").await["items"][0].take();
    let told = (&line["actor"], &line["origin"], &line["address"]);
    assert_eq!(told, (&json!("credential deploy"), &json!("admin api"), &json!("127.0.0.1")));
}

#[tokio::test]
async fn failures_of_an_address_are_limited() {
    let app = administered().await;
    let text = credential(&app, "deploy", "read").await;
    let (stranger, neighbour) = (IpAddr::from([203, 0, 113, 9]), IpAddr::from([203, 0, 113, 10]));
    let mut statuses = Vec::new();
    for _ in 0..32 {
        statuses.push(app.send_from(stranger, call("GET", "teams").bearer("sdm_no")).await.status);
    }
    assert_eq!((statuses[29], statuses[31]), (401, 429), "{statuses:?}");
    let answer = app.send_from(stranger, call("GET", "teams")).await;
    assert_eq!(code(&answer), (429, "too-many-failures".into()));
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(app.send_from(neighbour, call("GET", "teams")).await.status, 401);
    // Whoever has one is not locked out by a stranger behind the same address.
    assert_eq!(app.send_from(stranger, call("GET", "teams").bearer(&text)).await.status, 200);
}

/// For everyone, with no host but this one.
#[tokio::test]
async fn what_it_is_like() {
    let app = administered().await;
    let document = app.send(call("GET", "openapi.json")).await;
    assert_eq!((document.status, document.header("content-type")), (200, "application/json"));
    assert_eq!(document.json()["openapi"], "3.1.0");
    let page = app.send(call("GET", "")).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'") && !policy.contains("script-src"),
        "{policy}"
    );
    assert!(!page.text().contains("://") && page.text().contains("/_stagedoor/style-"));
    assert_eq!(app.send(call("POST", "openapi.json")).await.status, 401);
    let token = credential(&app, "deploy", "read").await;
    assert_eq!(code(&app.send(call("GET", "choirs").bearer(&token)).await).0, 404);
    assert_eq!(code(&app.send(Call::get("/admin").bearer(&token)).await).0, 404);
}

/// What is documented is answered, and nothing else is.
#[tokio::test]
async fn routes_and_document_are_one() {
    let app = administered().await;
    let document = app.send(call("GET", "openapi.json")).await.json();
    let documented: usize = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|methods| methods.as_object().unwrap().len())
        .sum();
    assert_eq!(documented, admin::routes().filter(|(_, _, needs)| needs.is_some()).count());
    let text = credential(&app, "both", "read write").await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let call = Call::new(&method.to_uppercase(), &path.replace(['{', '}'], "")).bearer(&text);
            let answer = app.send(call).await;
            let documented = &methods[method]["responses"][answer.status.to_string()];
            assert!(documented.is_object(), "{method} {path}: {}", answer.shown());
            assert!(answer.status != 405 && !answer.text().contains("no-route"), "{method} {path}");
        }
    }
}
