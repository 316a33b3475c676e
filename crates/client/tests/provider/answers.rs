//! Answers as providers, proxies and bot walls really give them.

use std::time::Duration;

use stagedoor_client::CredentialName;
use stagedoor_client::exchange::ExchangeError;
use stagedoor_client::source::{SourceError, Warning, live};
use stagedoor_wire::token_request::GrantRequest;

use crate::fake::{Fake, Reply, json};
use crate::world::{World, access, for_itself};

const PAGE: &str = "<!DOCTYPE html><html><title>Just a moment…</title></html>";

fn page(status: u16) -> Reply {
    Reply::Answer { status, headers: "Content-Type: text/html\r\n", body: PAGE.into() }
}

async fn error_of(dialect: &str, handler: fn() -> Reply) -> (World, ExchangeError) {
    let fake = Fake::start(move |_| handler()).await;
    let world = World::new(dialect, &fake.base);
    match world.source().token().await.unwrap_err() {
        SourceError::Exchange(error) => (world, (*error).clone()),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn pages_in_the_place_of_tokens() {
    let (_, error) = error_of("spotify", || page(502)).await;
    assert!(matches!(&error, ExchangeError::Fault(answered) if answered.status == 502), "{error}");
    assert!(
        error.to_string().contains("Spotify Web API answered 502 with text/html: <!DOCTYPE html>"),
        "{error}"
    );
    let (world, error) = error_of("spotify", || page(200)).await;
    assert!(matches!(error, ExchangeError::Unreadable(_)), "{error}");
    assert!(world.stored().refresh.is_some());
}

#[tokio::test]
async fn an_error_under_a_200() {
    let (world, error) =
        error_of("spotify", || json(200, r#"{"error":"invalid_client","access_token":"no"}"#)).await;
    assert!(matches!(error, ExchangeError::ClientRefused(_)), "{error}");
    assert_eq!(world.stored().access.unwrap().token.expose(), "access-0");
}

/// Nobody is sent to sign in where that does not help.
#[tokio::test]
async fn an_app_that_is_kept_out() {
    for (dialect, status) in [("standard", 403), ("soundcharts", 403), ("standard", 400)] {
        let fake = Fake::start(move |_| {
            json(status, r#"{"error":"unauthorized_client","error_description":"This client is suspended"}"#)
        });
        let world = World::new(dialect, &fake.await.base);
        if dialect == "soundcharts" {
            world.change(for_itself);
        }
        let said = world.source().token().await.unwrap_err().to_string();
        assert!(said.contains("unauthorized_client (This client is suspended)"), "{said}");
        assert!(said.contains("The provider keeps this app out") && !said.contains("login"), "{said}");
    }
}

#[tokio::test]
async fn sloppy_answers_are_taken() {
    let fake =
        Fake::start(|_| json(200, r#"{"access_token":"a","expires_in":"120","unknown":{"x":[1]}}"#)).await;
    let world = World::new("spotify", &fake.base);
    let token = world.source().token().await.unwrap();
    assert_eq!((token.token.expose(), token.seconds), ("a", 120));
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_none() {
    let (_, error) = error_of("spotify", || json(200, r#"{"access_token":"a\r\nX-Evil: 1"}"#)).await;
    assert!(matches!(error, ExchangeError::Unreadable(_)), "{error}");
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let (world, error) = error_of("standard", || json(200, " ".repeat(3 << 20))).await;
    assert!(matches!(error, ExchangeError::Lost(_)), "{error}");
    assert!(world.stored().refresh.is_some());
}

#[tokio::test]
async fn a_refused_team_is_named() {
    let fake = Fake::start(|_| json(403, r#"{"error":"access_denied"}"#)).await;
    let world = World::new("soundcharts", &fake.base);
    world.change(|credential| {
        for_itself(credential);
        credential.team = Some("My Team".into());
    });
    let said = world.source().token().await.unwrap_err().to_string();
    assert!(said.contains("\"My Team\"") && said.contains("--team"), "{said}");
    assert_eq!(fake.seen()[0].field("team_id").as_deref(), Some("My Team"));
}

#[tokio::test]
async fn nobody_there() {
    // Bound and never listening: nobody else gets the port meanwhile.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let gone = stagedoor_client::BaseUrl::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let world = World::new("standard", &gone);
    let error = world.source().token().await.unwrap_err();
    assert!(
        matches!(&error, SourceError::Exchange(error) if matches!(**error, ExchangeError::Unreachable(_))),
        "{error}"
    );
    // It never went out: nothing may have been lost.
    assert!(world.vault.lock(&world.name).unwrap().journal().unwrap().is_none());
}

#[tokio::test]
async fn a_day_of_retry_after_is_told_at_once_and_to_the_next_process() {
    let fake = Fake::start(|_| Reply::Answer {
        status: 429,
        headers: "Retry-After: 86400\r\n",
        body: "Too many requests".into(),
    })
    .await;
    let world = World::new("spotify", &fake.base);
    let said = world.source().token().await.unwrap_err().to_string();
    let until = world.clock.now().wall().plus_seconds(86_400).to_string();
    assert!(said.contains(&until), "{said}");
    let said = world.source().token().await.unwrap_err().to_string();
    assert!(said.contains(&until), "{said}");
    assert_eq!(fake.token_requests(), 1);
    // A token that lives is given all the same.
    world.change(|credential| credential.access = Some(access("access-0", 3550, 3600)));
    assert_eq!(world.source().token().await.unwrap().token.expose(), "access-0");
    assert_eq!(fake.token_requests(), 1);
    world.clock.advance(86_401);
    world.source().token().await.unwrap_err();
    assert_eq!(fake.token_requests(), 2);
}

#[tokio::test]
async fn a_longer_life_is_asked_for_once() {
    let fake = Fake::start(|_| json(200, r#"{"access_token":"again","expires_in":900}"#)).await;
    let world = World::new("soundcharts", &fake.base);
    world.change(for_itself);
    let given = world.source().token_for(3000).await.unwrap();
    assert_eq!(given.token.token.expose(), "again");
    assert!(matches!(given.warning, Some(Warning::Short { remaining_seconds: 900, min_ttl_seconds: 3000 })));
    assert_eq!(fake.token_requests(), 1);
    let now = world.clock.now();
    assert!(live(&world.vault, &world.name, 0, now).unwrap().is_some());
    assert!(live(&world.vault, &world.name, 3000, now).unwrap().is_none());
}

#[tokio::test]
async fn who_has_no_patience_does_not_wait() {
    let fake = Fake::closed(|_| json(200, r#"{"access_token":"late","expires_in":900}"#)).await;
    let world = World::new("spotify", &fake.base);
    let source = world.source();
    let error = source.max_wait(Duration::ZERO).token().await.unwrap_err();
    assert!(matches!(error, SourceError::Patience { seconds: 0, .. }), "{error}");
    fake.open();
    assert_eq!(source.token().await.unwrap().token.expose(), "late");
}

const PATIENCE: Duration = Duration::from_millis(1);

#[tokio::test]
async fn a_busy_process_is_named() {
    let fake = Fake::closed(|_| json(500, "")).await;
    let world = World::new("spotify", &fake.base);
    let _locked = world.vault.lock(&world.name).unwrap();
    let said = world.source().max_wait(PATIENCE).token().await.unwrap_err().to_string();
    assert!(said.contains("another process"), "{said}");
}

#[tokio::test]
async fn a_slow_provider_is_named() {
    let fake = Fake::closed(|_| json(200, r#"{"access_token":"late","expires_in":900}"#)).await;
    let world = World::new("spotify", &fake.base);
    let source = world.source();
    let renewing = source.clone();
    let renewal = tokio::spawn(async move { renewing.token().await });
    fake.arrived().await;
    let said = source.max_wait(PATIENCE).token().await.unwrap_err().to_string();
    assert!(said.contains("Spotify Web API has not answered yet"), "{said}");
    fake.open();
    renewal.await.unwrap().unwrap();
}

/// A person who signs in is let try, and the provider's answer holds again.
#[tokio::test]
async fn a_lifted_cool_down_lets_one_request_through() {
    let fake = Fake::start(|_| Reply::Answer {
        status: 429,
        headers: "Retry-After: 4000000000\r\n",
        body: String::new(),
    })
    .await;
    let world = World::new("spotify", &fake.base);
    let source = world.source();
    let error = source.token().await.unwrap_err();
    assert!(
        matches!(&error, SourceError::Exchange(error)
            if matches!(**error, ExchangeError::RateLimited { seconds: 86_400, .. })),
        "{error}"
    );
    source.endpoint().lift_cool_down(&world.stored());
    world.source().token().await.unwrap_err();
    world.source().token().await.unwrap_err();
    assert_eq!(fake.token_requests(), 2);
}

#[tokio::test]
async fn the_keeper_of_the_active_grant_is_named() {
    let answer = r#"{"error":"duplicate_grant","error_description":"client 29 has multiple active grants"}"#;
    let fake = Fake::start(move |_| json(401, answer)).await;
    let world = World::new("bandcamp", &fake.base);
    let other = world.vault.lock(&CredentialName::new("elsewhere").unwrap()).unwrap();
    other.write(&world.stored()).unwrap();
    world.change(for_itself);
    let said = world.source().token().await.unwrap_err().to_string();
    assert!(said.contains("kept here as elsewhere"), "{said}");
}

/// Nothing is stored under the name, so that the name alone would not do.
#[tokio::test]
async fn the_cure_of_a_first_sign_in_is_whole() {
    let fake = Fake::start(|_| json(401, r#"{"error":"invalid_client"}"#)).await;
    let world = World::new("spotify", &fake.base);
    let login = "spotify --as mine --base-url http://127.0.0.1:1".to_owned();
    let endpoint = world.source().endpoint().clone().with_login(Some(login.clone()));
    let error = endpoint.send(&world.stored(), GrantRequest::ClientCredentials).await.unwrap_err();
    assert!(error.to_string().contains(&format!("stagedoor login {login} --client-secret-file")), "{error}");
}
