//! A refresh token is never lost: not by a broken connection, not by a caller who went away, not by a provider's fault.

use stagedoor_client::credential::Flow;
use stagedoor_client::renew::SignInReason;
use stagedoor_client::source::{SourceError, Warning};
use stagedoor_wire::Secret;

use crate::chain::Chain;
use crate::fake::{Fake, Reply, json};
use crate::world::{World, access, for_itself};

#[tokio::test]
async fn a_dropped_answer_is_asked_for_again() {
    let chain = Chain::new(true);
    chain.drop_answers(1);
    let answering = chain.clone();
    let fake = Fake::start(move |request| answering.answer(request)).await;
    let world = World::new("standard", &fake.base);
    let token = world.source().token().await.unwrap();
    assert_eq!((token.token.expose(), fake.token_requests()), ("access-2", 2));
    assert_eq!(world.stored().refresh.unwrap().token.expose(), "refresh-2");
}

/// The next process knows of the exchange that broke off, and sends the same token again.
#[tokio::test]
async fn several_dropped_answers_are_asked_for_by_the_next_process() {
    let chain = Chain::new(true);
    chain.drop_answers(2);
    let answering = chain.clone();
    let fake = Fake::start(move |request| answering.answer(request)).await;
    let world = World::new("standard", &fake.base);
    let error = world.source().token().await.unwrap_err();
    assert!(error.is_passing(), "{error}");
    assert_eq!(world.vault.lock(&world.name).unwrap().journal().unwrap().unwrap().sent, 2);
    assert_eq!(world.source().token().await.unwrap().token.expose(), "access-2");
    assert!(!chain.is_revoked());
    assert!(world.vault.lock(&world.name).unwrap().journal().unwrap().is_none());
}

#[tokio::test]
async fn a_strict_server_is_not_asked_again_while_the_token_lives() {
    let chain = Chain::new(false);
    chain.drop_answers(1);
    let answering = chain.clone();
    let fake = Fake::start(move |request| answering.answer(request)).await;
    let world = World::new("strict", &fake.base);
    world.change(|credential| credential.access = Some(access("access-0", 3550, 3600)));
    let given = world.source().token_for(0).await.unwrap();
    assert_eq!(given.token.token.expose(), "access-0");
    assert!(matches!(given.warning, Some(Warning::NotRenewed { .. })));
    // Another process, before the end: the refresh token stays where it is.
    assert_eq!(world.source().token().await.unwrap().token.expose(), "access-0");
    assert_eq!((fake.token_requests(), chain.is_revoked()), (1, false));
    // After the end it is sent once more; the loss is told with its cure.
    world.clock.advance(60);
    let error = world.source().token().await.unwrap_err();
    assert!(matches!(error, SourceError::AnswerLost { .. }), "{error}");
    assert!(error.to_string().contains("`stagedoor login mine`"), "{error}");
    assert_eq!(fake.token_requests(), 2);
    assert_eq!(world.stored().set_aside[0].token.expose(), "refresh-1");
}

#[tokio::test]
async fn a_caller_who_goes_away_loses_nothing() {
    let chain = Chain::new(false);
    let fake = Fake::closed(move |request| chain.answer(request)).await;
    let world = World::new("strict", &fake.base);
    let source = world.source();
    let calling = source.clone();
    let caller = tokio::spawn(async move { calling.token().await });
    fake.arrived().await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    fake.open();
    assert_eq!(source.token().await.unwrap().token.expose(), "access-2");
    assert_eq!(fake.token_requests(), 1);
    assert_eq!(world.stored().refresh.unwrap().token.expose(), "refresh-2");
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_keeps_the_one_there_is() {
    let fake =
        Fake::start(|_| json(200, r#"{"access_token":"new","expires_in":3600,"refresh_token":null}"#)).await;
    let world = World::new("spotify", &fake.base);
    let authorized = world.stored().refresh.unwrap().authorized;
    world.source().token().await.unwrap();
    world.clock.advance(4000);
    world.source().token().await.unwrap();
    let refresh = world.stored().refresh.unwrap();
    assert_eq!((refresh.token.expose(), refresh.authorized), ("refresh-1", authorized));
}

#[tokio::test]
async fn a_new_refresh_token_leaves_the_authorization_where_it_was() {
    let chain = Chain::new(true);
    let fake = Fake::start(move |request| chain.answer(request)).await;
    let world = World::new("standard", &fake.base);
    let before = world.stored().refresh.unwrap();
    world.source().token().await.unwrap();
    let after = world.stored().refresh.unwrap();
    assert_eq!(after.authorized, before.authorized);
    assert!(after.received > before.received);
}

#[tokio::test]
async fn a_refused_refresh_token_is_set_aside_and_can_be_taken_back() {
    let fake = Fake::start(|_| {
        json(400, r#"{"error":"invalid_grant","error_description":"Refresh token revoked"}"#)
    })
    .await;
    let world = World::new("spotify", &fake.base);
    let error = world.source().token().await.unwrap_err();
    let SourceError::SignIn { reason: SignInReason::Refused { .. }, .. } = &error else { panic!("{error}") };
    let said = error.to_string();
    assert!(said.contains("Refresh token revoked") && said.contains("`stagedoor login mine`"), "{said}");
    let mut stored = world.stored();
    assert!(stored.refresh.is_none());
    assert_eq!(stored.set_aside[0].token.expose(), "refresh-1");
    assert!(stored.take_back_refresh());
    // Nothing is sent for it any more.
    world.source().token().await.unwrap_err();
    assert_eq!(fake.token_requests(), 1);
}

/// A provider's fault is no refusal: nothing changes.
#[tokio::test]
async fn a_fault_changes_nothing() {
    let fake = Fake::start(|_| json(503, r#"{"error":"invalid_grant"}"#)).await;
    let world = World::new("spotify", &fake.base);
    let error = world.source().token().await.unwrap_err();
    assert!(error.is_passing(), "{error}");
    assert_eq!(world.stored().refresh.unwrap().token.expose(), "refresh-1");
}

#[tokio::test]
async fn bandcamp_is_asked_once_and_refreshed_from_then_on() {
    let fake = Fake::start(|request| match request.field("grant_type").as_deref() {
        Some("client_credentials") => {
            json(200, r#"{"expires_in":3600,"access_token":"a1","refresh_token":"r1","ok":true}"#)
        }
        Some("refresh_token") => {
            json(200, r#"{"expires_in":3600,"access_token":"a2","refresh_token":"r2","ok":true}"#)
        }
        _ => Reply::HangUp,
    })
    .await;
    let world = World::new("bandcamp", &fake.base);
    world.change(for_itself);
    assert_eq!(world.source().token().await.unwrap().token.expose(), "a1");
    world.clock.advance(90_000);
    assert_eq!(world.source().token().await.unwrap().token.expose(), "a2");
    let grants: Vec<_> = fake.seen().iter().map(|request| request.field("grant_type").unwrap()).collect();
    assert_eq!(grants, ["client_credentials", "refresh_token"]);
}

/// The first answer of all got lost: sending again would ask for a second grant. The refusal that comes says what to do.
#[tokio::test]
async fn bandcamps_lost_first_answer_is_explained() {
    let duplicate =
        r#"{"error_description":"client 29 has multiple active grants","error":"duplicate_grant"}"#;
    let first = std::sync::atomic::AtomicBool::new(true);
    let fake = Fake::start(move |_| match first.swap(false, std::sync::atomic::Ordering::Relaxed) {
        true => Reply::HangUp,
        false => json(401, duplicate),
    })
    .await;
    let world = World::new("bandcamp", &fake.base);
    world.change(for_itself);
    world.source().token().await.unwrap_err();
    assert_eq!(fake.token_requests(), 1);
    let said = world.source().token().await.unwrap_err().to_string();
    assert!(said.contains("client 29 has multiple active grants"), "{said}");
    assert!(said.contains("`stagedoor login mine --client-secret-file FILE`"), "{said}");
    world.change(|credential| credential.take_up_secret(Secret::new("regenerated")));
    assert_eq!(world.stored().flow, Flow::ClientCredentials);
}

/// Where a refused refresh token belongs to the app itself, the app asks anew.
#[tokio::test]
async fn bandcamps_refused_refresh_token_is_replaced() {
    let fake = Fake::start(|request| match request.field("refresh_token") {
        Some(_) => json(400, r#"{"error":"invalid_refresh"}"#),
        None => json(200, r#"{"expires_in":3600,"access_token":"a1","refresh_token":"r1"}"#),
    })
    .await;
    let world = World::new("bandcamp", &fake.base);
    world.change(|credential| credential.flow = Flow::ClientCredentials);
    assert_eq!(world.source().token().await.unwrap().token.expose(), "a1");
    assert_eq!(world.stored().set_aside[0].token.expose(), "refresh-1");
}

/// RFC 9700 §4.9.1: what belongs to one provider is never shown to another, also when the name was signed in anew there.
#[tokio::test]
async fn a_name_that_moved_to_another_provider() {
    let chain = Chain::new(true);
    let answering = chain.clone();
    let (fake, other) =
        (Fake::start(move |request| answering.answer(request)).await, Fake::start(|_| json(500, "{}")).await);
    let world = World::new("standard", &fake.base);
    let source = world.source();
    world.change(|credential| {
        credential.provider.accounts = other.base.clone();
        credential.provider.api = other.base.clone();
    });
    for spent in [true, false] {
        if !spent {
            world.change(|credential| credential.access = Some(access("theirs", 0, 3600)));
        }
        assert!(matches!(source.token().await.unwrap_err(), SourceError::Elsewhere(_)));
    }
    assert_eq!((fake.token_requests(), other.token_requests()), (0, 0));
}
