//! Rows that are over go, in small batches.

use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::grant::Grant;
use stagedoor_protocol::id::{CodeId, DeviceId, GrantId, SessionId};
use stagedoor_protocol::{About, Effect, Subject, Timestamp};

use crate::world::{ACCOUNT, APP, LONGEST_TOKEN_SECONDS, NOW, World, code, device, grant};

fn session(id: i64, seconds: i64) -> Effect {
    let (id, expires) = (SessionId(id), NOW.plus_seconds(seconds));
    Effect::StartSession { id, hash: [0; 32], account: ACCOUNT, epoch: 0, at: NOW, expires }
}

fn later(seconds: i64) -> Timestamp {
    NOW.plus_seconds(seconds)
}

#[tokio::test]
async fn what_is_over_goes_and_the_rest_stays() {
    let world = World::new().await;
    let (mut long_code, mut long_device) = (code(2), device(2));
    (long_code.expires, long_device.expires) = (later(9000), later(9000));
    let effects = [
        Effect::SaveCode(code(1)),
        Effect::SaveCode(long_code),
        session(1, 60),
        session(2, 9000),
        Effect::StartDevice(device(1)),
        Effect::StartDevice(long_device),
        Effect::EndToken { nonce: 1, expires: later(60) },
        Effect::EndToken { nonce: u64::MAX, expires: later(9000) },
        Effect::StartGrant(grant(1)),
        Effect::StartGrant(grant(2)),
        Effect::RevokeGrant { grant: GrantId(1), at: NOW },
    ];
    world.commit(effects).await.unwrap();
    assert_eq!(world.store.clean(NOW, 100).await.unwrap(), 0);
    // Just over: a revoked grant must outlast every token that may still be presented.
    assert_eq!(world.store.clean(later(900), 100).await.unwrap(), 4);
    assert!(world.ask(About::Grant(GrantId(1))).await.grant.is_some());
    let past = later(i64::from(LONGEST_TOKEN_SECONDS) + 6);
    assert_eq!(world.store.clean(past, 100).await.unwrap(), 1);
    assert_eq!(world.store.clean(past, 100).await.unwrap(), 0);

    for (id, stays) in [(1, false), (2, true)] {
        assert_eq!(world.ask(About::Code(CodeId(id))).await.code.is_some(), stays, "code {id}");
        assert_eq!(world.ask(About::Device(DeviceId(id))).await.device.is_some(), stays, "device {id}");
        assert_eq!(world.ask(About::Grant(GrantId(id))).await.grant.is_some(), stays, "grant {id}");
        assert_eq!(world.store.session(SessionId(id)).await.unwrap().is_some(), stays, "session {id}");
    }
}

#[tokio::test]
async fn at_most_so_many_at_a_time() {
    let world = World::new().await;
    world.commit((1..=5).map(|id| Effect::SaveCode(code(id)))).await.unwrap();
    world.commit((1..=5).map(|id| session(id, 60))).await.unwrap();
    let mut deleted = Vec::new();
    for _ in 0..5 {
        deleted.push(world.store.clean(later(700), 3).await.unwrap());
    }
    assert_eq!(deleted, [3, 3, 3, 1, 0]);
}

#[tokio::test]
async fn grants_that_an_epoch_ended_go_a_few_at_a_time() {
    let world = World::new().await;
    world.commit((1..=6).map(|id| Effect::StartGrant(grant(id)))).await.unwrap();
    world.commit([Effect::Raise { subject: Subject::App(APP), at: NOW }]).await.unwrap();
    let epochs = Epochs { app: 1, team: 0, account: 0 };
    world.commit([Effect::StartGrant(Grant { epochs, ..grant(7) })]).await.unwrap();

    assert_eq!(world.store.clean(later(60), 100).await.unwrap(), 0, "its tokens may still be presented");
    let past = later(i64::from(LONGEST_TOKEN_SECONDS) + 6);
    let clean = || async { world.store.clean(past, 4).await.unwrap() };
    assert_eq!(clean().await, 0, "the search had come to the end and begins anew");
    assert_eq!(clean().await, 4);
    world.commit((1..=4).map(|id| Effect::SaveCode(code(id)))).await.unwrap();
    assert_eq!(clean().await, 4, "codes take the whole batch, and the search stays where it was");
    assert_eq!([clean().await, clean().await, clean().await], [2, 0, 0]);
    assert!(world.ask(About::Grant(GrantId(7))).await.grant.is_some());
}
