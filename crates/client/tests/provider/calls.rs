//! Calls to the API: where the token goes, what a 401 and a 429 lead to, and where pages are fetched from.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use stagedoor_client::BaseUrl;
use stagedoor_client::call::{ApiCall, CallError};
use stagedoor_client::vault::CoolDownKind;
use stagedoor_wire::Secret;

use crate::fake::{Fake, Reply, Request, json};
use crate::world::{World, access};

fn live(world: &World) {
    world.change(|credential| credential.access = Some(access("access-0", 10, 3600)));
}

/// Gives `access-2` at the token endpoint, and takes nothing else at the API.
fn api_of_the_second_token(request: &Request) -> Reply {
    if request.is_token_request() {
        return json(200, r#"{"access_token":"access-2","expires_in":3600}"#);
    }
    match request.bearer().as_deref() {
        Some("access-2") => json(200, r#"{"fine":true}"#),
        _ => json(401, r#"{"error":{"status":401,"message":"Invalid access token"}}"#),
    }
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once_and_the_call_repeated() {
    let fake = Fake::start(api_of_the_second_token).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let call = ApiCall { body: "the body".into(), ..ApiCall::new(Method::POST, "/v1/me/things?a=1") };
    let response = world.api().send(&call).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let seen = fake.seen();
    assert_eq!(seen.iter().filter(|request| request.is_token_request()).count(), 1);
    let calls: Vec<_> = seen.iter().filter(|request| !request.is_token_request()).collect();
    assert_eq!(calls.len(), 2);
    assert!(
        calls.iter().all(|call| call.line == "POST /v1/me/things?a=1 HTTP/1.1" && call.body == "the body")
    );
}

#[tokio::test]
async fn a_second_refusal_is_shown_as_it_came() {
    let fake = Fake::start(|request| match request.is_token_request() {
        true => json(200, r#"{"access_token":"access-2","expires_in":3600}"#),
        false => json(401, "no"),
    })
    .await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let response = world.api().send(&ApiCall::get("/v1/me")).await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (401, "no"));
    assert_eq!(fake.seen().len(), 3);
}

/// Another process has renewed already: its token is taken, nothing is asked.
#[tokio::test]
async fn the_vaults_newer_token_answers_a_401() {
    let fake = Fake::start(api_of_the_second_token).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let api = world.api();
    assert_eq!(api.source().token().await.unwrap().token.expose(), "access-0");
    world.change(|credential| credential.access = Some(access("access-2", 0, 3600)));
    assert_eq!(api.send(&ApiCall::get("/v1/me")).await.unwrap().status(), StatusCode::OK);
    assert_eq!(fake.token_requests(), 0);
}

#[tokio::test]
async fn redirects_are_shown_and_not_followed() {
    let other = Fake::start(|_| json(200, "{}")).await;
    let location: &'static str =
        Box::leak(format!("Location: {}/elsewhere\r\n", other.base).into_boxed_str());
    let fake =
        Fake::start(move |_| Reply::Answer { status: 302, headers: location, body: String::new() }).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    assert_eq!(world.api().send(&ApiCall::get("/v1/me")).await.unwrap().status(), StatusCode::FOUND);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn the_token_goes_to_the_provider_alone() {
    let other = Fake::start(|_| json(200, "{}")).await;
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let api = world.api();
    let userinfo = fake.base.to_string().replace("http://", "http://user@");
    for path in [
        format!("{}/v1/me?x=1", other.base),
        format!("{userinfo}/v1/me"),
        format!("{}.evil.example/", fake.base),
    ] {
        let error = api.send(&ApiCall::get(&path)).await.unwrap_err();
        assert!(matches!(error, CallError::Foreign { .. } | CallError::Address(_)), "{path}: {error}");
    }
    for path in ["//evil.example/v1", "v1/me", "", "/../../etc\\..//x/../..", "http:/v1"] {
        let address = api.resolve(path);
        assert!(
            address.as_ref().is_err() || fake.base.is_before(address.as_ref().unwrap()),
            "{path}: {address:?}"
        );
    }
    assert!(other.seen().is_empty());
    assert!(api.send(&ApiCall::get(format!("{}/v1/me", fake.base))).await.is_ok());
}

#[tokio::test]
async fn pages_are_fetched_from_the_provider_alone() {
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let api = world.api();
    let first = ApiCall { query: vec![("q".into(), "low tide".into())], ..ApiCall::get("/v1/search") };
    let next =
        |link: &str| api.next_page(&first, &HeaderMap::new(), format!(r#"{{"next":"{link}"}}"#).as_bytes());
    let whole = format!("{}/v1/search?q=low%20tide&offset=20", fake.base);
    for link in [whole.as_str(), "/v1/search?q=low%20tide&offset=20", "?q=low%20tide&offset=20"] {
        let page = next(link).unwrap().unwrap();
        assert_eq!((page.path.as_str(), page.query.len()), (whole.as_str(), 0), "{link}");
    }
    for link in
        ["https://evil.example/v1/search", "//evil.example/v1", "http://127.0.0.1.evil.example/", "ftp://x/"]
    {
        assert!(next(link).is_err(), "{link}");
    }
    // A page that names itself ends the walk.
    assert!(next("/v1/search?q=low+tide").unwrap().is_none());
    assert!(api.next_page(&first, &HeaderMap::new(), br#"{"next":null}"#).unwrap().is_none());
    let mounted = World::new("soundcharts", &BaseUrl::parse(&format!("{}/soundcharts", fake.base)).unwrap());
    let api = mounted.api();
    for link in ["/api/v2/artist?offset=20", "/soundcharts/api/v2/artist?offset=20"] {
        let body = format!(r#"{{"page":{{"next":"{link}"}}}}"#);
        let page = api
            .next_page(&ApiCall::get("/api/v2/artist"), &HeaderMap::new(), body.as_bytes())
            .unwrap()
            .unwrap();
        assert_eq!(page.path, format!("{}/soundcharts/api/v2/artist?offset=20", fake.base), "{link}");
    }
}

#[tokio::test]
async fn a_day_of_retry_after_is_told_at_once_and_to_the_next_process() {
    let fake = Fake::start(|_| Reply::Answer {
        status: 429,
        headers: "Retry-After: 86400\r\nContent-Type: application/json\r\n",
        body: r#"{"error":{"status":429,"message":"API rate limit exceeded"}}"#.into(),
    })
    .await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let error = world.api().send(&ApiCall::get("/v1/me")).await.unwrap_err();
    let until = world.clock.now().wall().plus_seconds(86_400);
    let CallError::Limited { kind: CoolDownKind::Rate, seconds: 86_400, until: told, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*told, until);
    assert!(error.to_string().contains("API rate limit exceeded"), "{error}");
    let error = world.api().send(&ApiCall::get("/v1/me")).await.unwrap_err();
    assert!(
        matches!(&error, CallError::CoolingDown { cool_down, .. } if cool_down.until == until),
        "{error}"
    );
    assert_eq!(fake.seen().len(), 1);
    world.clock.advance(86_401);
    world.change(|credential| credential.access = Some(access("access-0", 0, 200_000)));
    world.api().send(&ApiCall::get("/v1/me")).await.unwrap_err();
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn a_used_up_quota_is_not_waited_for() {
    let fake = Fake::start(|_| Reply::Answer {
        status: 429,
        headers: "x-quota-remaining: 0\r\nRetry-After: 1\r\n",
        body: String::new(),
    })
    .await;
    let world = World::new("soundcharts", &fake.base);
    live(&world);
    let error = world.api().send(&ApiCall::get("/api/v2/artist")).await.unwrap_err();
    assert!(matches!(error, CallError::Limited { kind: CoolDownKind::Quota, .. }), "{error}");
    assert_eq!(fake.seen().len(), 1);
}

/// `Retry-After: 0` asks for no pause; a short one is made all the same.
#[tokio::test]
async fn a_pause_within_the_callers_patience_is_made() {
    let calls = AtomicU32::new(0);
    let fake = Fake::start(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::Answer { status: 429, headers: "Retry-After: 0\r\n", body: String::new() },
        _ => json(200, "{}"),
    })
    .await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    assert_eq!(world.api().send(&ApiCall::get("/v1/me")).await.unwrap().status(), StatusCode::OK);
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn legacy_keys_where_there_is_no_token() {
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("soundcharts", &fake.base);
    world.change(|credential| {
        crate::world::for_itself(credential);
        credential.client_secret = None;
        credential.legacy_key = Some(("soundcharts".into(), Secret::new("the-key")));
    });
    world.api().send(&ApiCall::get("/api/v2/artist")).await.unwrap();
    let headers = fake.seen()[0].headers.clone();
    assert!(headers.contains("x-app-id: soundcharts") && headers.contains("x-api-key: the-key"), "{headers}");
    assert!(fake.seen()[0].bearer().is_none());
    // A dialect without such headers has no other way.
    let world = World::new("spotify", &fake.base);
    world.change(|credential| {
        crate::world::for_itself(credential);
        credential.client_secret = None;
        credential.legacy_key = Some(("soundcharts".into(), Secret::new("the-key")));
    });
    assert!(matches!(world.api().send(&ApiCall::get("/v1/me")).await, Err(CallError::Source(_))));
}

#[tokio::test]
async fn a_call_ends_with_the_callers_patience() {
    let fake = Fake::closed(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let error = world.api().max_wait(Duration::ZERO).send(&ApiCall::get("/v1/me")).await.unwrap_err();
    assert!(matches!(error, CallError::TooSlow { seconds: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_message_is_told_without_the_token() {
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    live(&world);
    let body = br#"{"error":{"status":400,"message":"no access-0\nhere"}}"#;
    let message = world.api().message(body, &world.stored()).await;
    assert_eq!(message.as_deref(), Some("no [hidden] here"));
}
