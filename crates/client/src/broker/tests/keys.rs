//! The TCP port: nobody without a key, and no key at the provider.

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use stagedoor_wire::Timestamp;

use super::caller::get;
use super::world::World;
use crate::broker::applications;
use crate::credential::CredentialName;

fn keyed(path: &str, key: &str) -> Request<Full<Bytes>> {
    let mut request = get(path);
    request.headers_mut().insert("x-stagedoor-key", key.parse().unwrap());
    request
}

#[tokio::test]
async fn a_key_for_each_application() {
    let world = World::new().await;
    world.store("other", &world.credential("app"));
    let name = |text: &str| CredentialName::new(text).unwrap();
    let add = |app: &str, names| {
        let key = applications::add(world.vault_folder(), &name(app), names, Timestamp(0)).unwrap();
        key.expose().to_owned()
    };
    let broker = world.run(&[]).await;
    let told = broker.ask_by_port(get("/own/x")).await;
    assert_eq!((told.status.as_u16(), told.error().as_str()), (401, "key_missing"));
    assert_eq!(broker.ask_by_port(keyed("/own/x", "guess")).await.error(), "key_unknown");

    let key = add("player", Some(vec![name("own")]));
    let mut twice = keyed("/own/x", &key);
    twice.headers_mut().append("x-stagedoor-key", "guess".parse().unwrap());
    assert_eq!(broker.ask_by_port(twice).await.error(), "key_repeated");
    assert_eq!(broker.ask_by_port(keyed("/own/x", &key)).await.text(), "echo");
    assert!(!world.provider.seen().1.contains_key("x-stagedoor-key"));
    for path in ["/other/x", "/_broker/token/own", "/_broker/status", "/_broker/metrics"] {
        let told = broker.ask_by_port(keyed(path, &key)).await;
        assert_eq!(told.status.as_u16(), 403, "{path}: {}", told.text());
    }
    // On the socket a key says who asks, and keeps its limits.
    assert_eq!(broker.ask(keyed("/other/x", &key)).await.error(), "key_not_for_this");
    assert_eq!(broker.ask(keyed("/own/x", "guess")).await.error(), "key_unknown");

    applications::remove(world.vault_folder(), "player").unwrap();
    assert_eq!(broker.ask_by_port(keyed("/own/x", &key)).await.error(), "key_unknown");
    broker.stop().await;
}
