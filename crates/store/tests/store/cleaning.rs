//! Rows that are over go, in small batches.

use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::decision::AuditEntry;
use stagedoor_protocol::grant::Grant;
use stagedoor_protocol::id::{AccountId, CodeId, DeviceId, GrantId, SessionId};
use stagedoor_protocol::idempotency::{CallName, Fingerprint, KEPT_SECONDS, KeptAnswer};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::{About, Effect, EpochOf, Subject, Timestamp};
use stagedoor_store::{Cleaned, Over, OverGrants};

use crate::world::{ACCOUNT, API, APP, NOW, World, code, device, grant, over};

/// The longest that an access token may live by any configuration, and the leeway of clocks.
const TOKEN_SECONDS: i64 = 86_400 + 5;

fn session(id: i64, seconds: i64) -> Effect {
    let (id, expires) = (SessionId(id), NOW.plus_seconds(seconds));
    Effect::StartSession { id, hash: [0; 32], account: ACCOUNT, epoch: 0, browser: None, at: NOW, expires }
}

fn later(seconds: i64) -> Timestamp {
    NOW.plus_seconds(seconds)
}

#[tokio::test]
async fn what_is_over_goes_and_the_rest_stays() {
    let world = World::new().await;
    let (mut long_code, mut long_device) = (code(2), device(2));
    let never = later(9_000_000);
    (long_code.expires, long_device.expires) = (never, never);
    let effects = [
        Effect::SaveCode(code(1)),
        Effect::SaveCode(long_code),
        session(1, 60),
        session(2, 9_000_000),
        Effect::StartDevice(device(1)),
        Effect::StartDevice(long_device),
        Effect::EndToken { nonce: 1, expires: later(60) },
        Effect::EndToken { nonce: u64::MAX, expires: never },
        Effect::StartGrant(grant(1)),
        Effect::StartGrant(grant(2)),
        Effect::RevokeGrant { grant: GrantId(1), at: NOW },
    ];
    world.commit(effects).await.unwrap();
    assert_eq!(world.store.clean(over(NOW), 100).await.unwrap().rows, 0);
    // Just over: a revoked grant must outlast every token that may still be presented.
    assert_eq!(world.store.clean(over(later(900)), 100).await.unwrap().rows, 4);
    assert!(world.ask(About::Grant(GrantId(1))).await.grant.is_some());
    let past = later(TOKEN_SECONDS + 1);
    assert_eq!(world.store.clean(over(past), 100).await.unwrap().rows, 1);
    assert_eq!(world.store.clean(over(past), 100).await.unwrap().rows, 0);

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
    let mut cleaned = Vec::new();
    for _ in 0..5 {
        let Cleaned { rows, more } = world.store.clean(over(later(700)), 3).await.unwrap();
        cleaned.push((rows, more));
    }
    assert_eq!(cleaned, [(3, true), (3, true), (3, true), (1, false), (0, false)]);
}

#[tokio::test]
async fn grants_that_an_epoch_ended_go_a_few_at_a_time() {
    let world = World::new().await;
    world.commit((1..=6).map(|id| Effect::StartGrant(grant(id)))).await.unwrap();
    world.commit([Effect::Raise { epoch: EpochOf::App(APP), at: NOW }]).await.unwrap();
    let epochs = Epochs { app: 1, team: 0, account: 0 };
    world.commit([Effect::StartGrant(Grant { epochs, ..grant(7) })]).await.unwrap();

    assert_eq!(
        world.store.clean(over(later(60)), 100).await.unwrap(),
        Cleaned::default(),
        "its tokens may still be presented"
    );
    let past = later(TOKEN_SECONDS + 1);
    let clean = || async { world.store.clean(over(past), 4).await.unwrap().rows };
    assert_eq!(clean().await, 4);
    world.commit((1..=4).map(|id| Effect::SaveCode(code(id)))).await.unwrap();
    assert_eq!(clean().await, 4, "codes take the whole batch, and the search stays where it was");
    assert_eq!([clean().await, clean().await, clean().await], [2, 0, 0]);
    assert!(world.ask(About::Grant(GrantId(7))).await.grant.is_some());
}

/// Once their last access token has expired too, and only those of the API whose rule it is.
#[tokio::test]
async fn grants_that_ended_by_time_go() {
    let world = World::new().await;
    let old = |id, seconds| Grant { authorized: later(seconds), ..grant(id) };
    world.commit([old(1, 0), old(2, 100), old(3, 200)].map(Effect::StartGrant)).await.unwrap();
    let clean = |api: &str, before: i64| {
        let grants = vec![OverGrants { api: api.into(), authorized_before: later(before) }];
        let store = world.store.clone();
        async move {
            let all = Over { now: later(before), grants };
            let mut deleted = 0;
            // Once round: the search may have stood anywhere.
            for _ in 0..3 {
                deleted += store.clean(all.clone(), 2).await.unwrap().rows;
            }
            deleted
        }
    };
    assert_eq!(clean("another", 9_000_000).await, 0);
    assert_eq!(clean(API, TOKEN_SECONDS).await, 0, "what it issued last may still live");
    assert_eq!(clean(API, TOKEN_SECONDS + 101).await, 2);
    assert!(world.ask(About::Grant(GrantId(3))).await.grant.is_some());
    assert_eq!(clean(API, TOKEN_SECONDS + 201).await, 1);
}

#[tokio::test]
async fn the_audit_log_goes_back_four_hundred_days() {
    let world = World::new().await;
    let days = |days: i64| days * 24 * 3600;
    let line = |at| Effect::Audit(AuditEntry::new(at, "ada", "signed in", Subject::App(APP)));
    world.commit([line(NOW), line(later(days(1))), line(later(days(300)))]).await.unwrap();
    let clean = async |now| world.store.clean(over(now), 100).await.unwrap().rows;
    assert_eq!(clean(later(days(400))).await, 0);
    assert_eq!(clean(later(days(400) + 1)).await, 1);
    assert_eq!(clean(later(days(699))).await, 1);
    assert_eq!(clean(later(days(701))).await, 1);
}

/// Whoever registered with an e-mail and never confirmed it is forgotten.
#[tokio::test]
async fn the_unconfirmed_go_after_a_week() {
    let world = World::new().await;
    let id = AccountId(30);
    let (email, name, password_hash) = ("new@example.com".to_owned(), "Nia".to_owned(), "x".to_owned());
    let unconfirmed = Effect::Administer(Change::SetAccountConfirmed { account: id, confirmed: false });
    world
        .commit([Effect::CreateAccount { id, email, name, password_hash, at: NOW }, unconfirmed])
        .await
        .unwrap();
    let week = 7 * 24 * 3600;
    for (seconds, rows) in [(week, 0), (week + 1, 1), (2 * week, 0)] {
        assert_eq!(world.store.clean(over(later(seconds)), 100).await.unwrap().rows, rows, "{seconds}");
    }
    assert!(world.store.account(id).await.unwrap().is_none());
    assert!(world.store.account(ACCOUNT).await.unwrap().is_some());
}

#[tokio::test]
async fn all_sessions_of_a_person_but_one() {
    let world = World::new().await;
    world.commit([session(1, 60), session(2, 60), session(3, 30)]).await.unwrap();
    let ids = async |seconds| {
        let sessions = world.store.sessions(ACCOUNT, later(seconds), 10).await.unwrap();
        sessions.iter().map(|session| session.id.0).collect::<Vec<_>>()
    };
    assert_eq!((ids(0).await, ids(30).await), (vec![3, 2, 1], vec![2, 1]));
    world.commit([Effect::EndOtherSessions { account: ACCOUNT, than: SessionId(2) }]).await.unwrap();
    assert_eq!(ids(0).await, [2]);
    world.commit([Effect::Raise { epoch: EpochOf::Account(ACCOUNT), at: NOW }]).await.unwrap();
    assert!(ids(0).await.is_empty());
}

/// A key for a call may be used again after a day, and until then not.
#[tokio::test]
async fn answers_are_kept_for_a_day() {
    let world = World::new().await;
    let name = |key: &str| CallName { caller: "credential:1".into(), key: key.into() };
    let request = Fingerprint { key: KeyId(1), tag: [7; 16] };
    let begin = |key: &str, at| Effect::BeginCall { name: name(key), request, at };
    let answer = KeptAnswer { status: 200, body: "{}".into() };
    world.commit([begin("first", NOW), begin("second", later(60))]).await.unwrap();
    world.commit([Effect::KeepAnswer { name: name("first"), answer }]).await.unwrap();
    assert_eq!(world.store.clean(over(later(KEPT_SECONDS - 1)), 100).await.unwrap().rows, 0);
    assert!(world.store.begun_call(&name("first")).await.unwrap().unwrap().answer.is_some());
    assert_eq!(world.store.clean(over(later(KEPT_SECONDS)), 100).await.unwrap().rows, 1);
    assert_eq!(world.store.begun_call(&name("first")).await.unwrap(), None);
    assert!(world.store.begun_call(&name("second")).await.unwrap().is_some());
}
