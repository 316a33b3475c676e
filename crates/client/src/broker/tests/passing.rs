//! What passes, and what does not.

use std::sync::atomic::Ordering;

use super::caller::{get, post, told};
use super::world::World;
use crate::credential::{CredentialName, Flow};
use stagedoor_wire::Secret;

#[tokio::test]
async fn a_call_with_the_token_put_in() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let mut request = post("/own/v1/things?q=a%2Fb&q=c", "{\"a\":1}");
    for (name, value) in [
        ("authorization", "Bearer callers-own"),
        ("cookie", "a=b"),
        ("x-stagedoor-fault", "500"),
        ("x-http-method-override", "DELETE"),
        ("accept", "text/csv"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let told = broker.ask(request).await;
    assert_eq!((told.status.as_u16(), told.text()), (200, "echo"));
    assert_eq!((told.header("x-own"), told.header("set-cookie")), (Some("kept"), None));
    assert_eq!(told.header("access-control-allow-origin"), None);

    let (line, headers, body) = world.provider.seen();
    assert_eq!((line.as_str(), &body[..]), ("POST /v1/things?q=a%2Fb&q=c", &b"{\"a\":1}"[..]));
    let address = world.provider.address.to_string();
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "authorization", "content-length", "host"]);
    assert_eq!(
        (&headers["authorization"], &headers["host"]),
        (&"Bearer live-0".parse().unwrap(), &address.parse().unwrap())
    );
    broker.stop().await;
}

#[tokio::test]
async fn redirects_go_to_the_caller() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let told = broker.ask(get("/own/redirect")).await;
    assert_eq!((told.status.as_u16(), told.header("location")), (302, Some("https://elsewhere.example/x")));
    assert_eq!(world.provider.api_requests(), 1);
    broker.stop().await;
}

#[tokio::test]
async fn a_legacy_key_where_no_token_is_to_be_had() {
    let world = World::new().await;
    let mut credential = world.credential("app");
    credential.provider.dialect = "soundcharts".into();
    credential.legacy_key = Some(("id".into(), Secret::new("key")));
    (credential.access, credential.refresh, credential.client_secret) = (None, None, None);
    credential.flow = Flow::ClientCredentials;
    world.store("old", &credential);
    let broker = world.run(&[]).await;
    assert_eq!(broker.ask(get("/old/api")).await.text(), "echo");
    let (_, headers, _) = world.provider.seen();
    assert_eq!(
        (&headers["x-app-id"], &headers["x-api-key"]),
        (&"id".parse().unwrap(), &"key".parse().unwrap())
    );
    assert_eq!(headers.get("authorization"), None);
    broker.stop().await;
}

/// Another login under the same name, and a logout, are seen without a restart.
#[tokio::test]
async fn the_vault_is_the_truth() {
    let (world, elsewhere) = (World::new().await, World::new().await);
    let broker = world.run(&[]).await;
    assert_eq!(broker.ask(get("/own/x")).await.text(), "echo");

    world.store("own", &elsewhere.credential("app"));
    world.clock.advance(1);
    assert_eq!(broker.ask(get("/own/y")).await.text(), "echo");
    assert_eq!((world.provider.api_requests(), elsewhere.provider.api_requests()), (1, 1));

    // Another account with the same provider.
    let mut other = elsewhere.credential("app");
    elsewhere.provider.accept_only("another-accounts");
    other.access.as_mut().unwrap().token = Secret::new("another-accounts");
    world.store("own", &other);
    world.clock.advance(1);
    assert_eq!(broker.ask(get("/own/z")).await.text(), "echo");
    assert_eq!(elsewhere.provider.token_requests(), 0);

    world.vault.lock(&CredentialName::new("own").unwrap()).unwrap().remove().unwrap();
    world.clock.advance(1);
    let gone = broker.ask(get("/own/x")).await;
    assert_eq!((gone.status.as_u16(), gone.error().as_str()), (404, "unknown_credential"));
    broker.stop().await;
}

#[tokio::test]
async fn what_is_in_flight_is_finished_and_the_socket_goes_first() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let socket = broker.socket.clone();
    let mut connection = broker.connect().await;
    let answer =
        tokio::spawn(async move { told(connection.send_request(get("/own/gate")).await.unwrap()).await });
    while world.provider.api_requests() == 0 {
        tokio::task::yield_now().await;
    }
    let ended = broker.tell();
    while socket.exists() {
        tokio::task::yield_now().await;
    }
    assert!(!ended.is_finished());
    world.provider.state.gate.add_permits(1);
    assert_eq!(answer.await.unwrap().text(), "opened");
    ended.await.unwrap();
    assert_eq!(world.provider.state.api_requests.load(Ordering::SeqCst), 1);
}
