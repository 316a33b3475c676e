//! 429: told to all at once, and remembered.

use super::caller::get;
use super::world::World;

#[tokio::test]
async fn one_for_each_client_id_and_beyond_a_restart() {
    let world = World::new().await;
    world.store("same-app", &world.credential("app"));
    world.store("other-app", &world.credential("other"));
    let broker = world.run(&[]).await;
    for name in ["own", "same-app", "other-app"] {
        assert_eq!(broker.ask(get(&format!("/{name}/x"))).await.text(), "echo");
    }
    let told = broker.ask(get("/own/limited")).await;
    assert_eq!(
        (told.status.as_u16(), told.header("retry-after"), told.text()),
        (429, Some("86400"), "slow down")
    );
    let asked = world.provider.api_requests();

    world.clock.advance(400);
    for name in ["own", "same-app"] {
        let told = broker.ask(get(&format!("/{name}/x"))).await;
        assert_eq!((told.status.as_u16(), told.error().as_str()), (429, "cooling_down"), "{name}");
        assert_eq!(told.header("retry-after"), Some("86000"));
        // The wall clock's time at its end.
        assert!(told.text().contains("2026-09-01T00:00:00Z"), "{}", told.text());
    }
    assert_eq!(world.provider.api_requests(), asked);
    assert_eq!(broker.ask(get("/other-app/x")).await.text(), "echo");
    let metrics = broker.ask(get("/_broker/metrics")).await;
    for line in ["cool_downs_total{credential=\"own\"} 1", "cool_down_seconds{credential=\"same-app\"} 86000"]
    {
        assert!(metrics.text().contains(&format!("stagedoor_broker_{line}\n")), "{line}: {}", metrics.text());
    }
    broker.stop().await;

    let broker = world.run(&[]).await;
    assert_eq!(broker.ask(get("/own/x")).await.header("retry-after"), Some("86000"));
    world.clock.advance(86_000);
    assert_eq!(broker.ask(get("/own/x")).await.status.as_u16(), 200);
    broker.stop().await;
}

/// What another process was told counts too.
#[tokio::test]
async fn another_processs() {
    use crate::vault::{CoolDown, CoolDownKey, CoolDownKind};
    let world = World::new().await;
    let broker = world.run(&[]).await;
    assert_eq!(broker.ask(get("/own/x")).await.text(), "echo");
    let (credential, now) = (world.credential("app"), world.clock.now());
    let key = CoolDownKey::new(&credential.provider.api, &credential.client_id);
    let until = now.wall().plus_seconds(60);
    let cool_down = CoolDown { until, since: now, seconds: 60, why: CoolDownKind::Quota };
    world.vault.set_cool_down(&key, &cool_down).unwrap();
    world.clock.advance(1);
    assert_eq!(broker.ask(get("/own/x")).await.header("retry-after"), Some("59"));
    broker.stop().await;
}

/// A 429 whose body never ends is told from its head.
#[tokio::test]
async fn a_body_that_drips() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let told = broker.ask(get("/own/limited-dripping")).await;
    assert_eq!((told.status.as_u16(), told.error().as_str()), (429, "cooling_down"));
    assert_eq!(told.header("retry-after"), Some("86400"));
    assert_eq!(broker.ask(get("/own/x")).await.error(), "cooling_down");
    broker.stop().await;
}
