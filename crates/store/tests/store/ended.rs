//! Tokens that end before they expire, now and after a restart.

use stagedoor_protocol::access_token::{AccessToken, Epochs};
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::code::CodeState;
use stagedoor_protocol::device::DeviceState;
use stagedoor_protocol::grant::Grant;
use stagedoor_protocol::id::{AppId, CodeId, DeviceId, GrantId};
use stagedoor_protocol::{About, Effect, EpochOf};
use stagedoor_store::CommitError;

use crate::world::{
    ACCOUNT, APP, LONGEST_TOKEN_SECONDS, NOW, OTHER_ACCOUNT, OTHER_APP, TEAM, World, allowed, code, device,
    grant, over, token,
};

fn raise(epoch: EpochOf) -> Effect {
    Effect::Raise { epoch, at: NOW }
}

fn under(epochs: [u32; 3]) -> AccessToken {
    let [app, team, account] = epochs;
    AccessToken { epochs: Epochs { app, team, account }, ..token(7) }
}

#[tokio::test]
async fn each_end_ends_the_tokens_that_hang_on_it() {
    let of_other_app = AccessToken { app: OTHER_APP, ..token(7) };
    let of_other_person = AccessToken { account: Some(OTHER_ACCOUNT), ..token(7) };
    let of_other_grant = AccessToken { grant: Some(GrantId(2)), ..token(7) };
    let without_grant = AccessToken { grant: None, ..token(7) };
    let cases = [
        (raise(EpochOf::App(APP)), of_other_app, under([1, 0, 0])),
        (raise(EpochOf::Team(TEAM)), under([0, 1, 0]), under([0, 1, 0])),
        (raise(EpochOf::Account(ACCOUNT)), of_other_person, under([0, 0, 1])),
        (Effect::RevokeGrant { grant: GrantId(1), at: NOW }, of_other_grant.clone(), without_grant),
        (
            Effect::RevokeGrantsOf { app: APP, account: ACCOUNT, at: NOW },
            of_other_grant,
            token_of_other_team(),
        ),
        (Effect::EndToken { nonce: 7, expires: NOW.plus_seconds(60) }, token(8), token(0)),
    ];
    for (effect, alive, also_alive) in cases {
        let name = format!("{effect:?}");
        let mut world = World::new().await;
        world.commit([Effect::StartGrant(grant(1))]).await.unwrap();
        assert!(!world.store.has_ended(&token(7)), "{name}");
        world.commit([effect]).await.unwrap();
        for restarted in [false, true] {
            assert!(world.store.has_ended(&token(7)), "{name}, restarted: {restarted}");
            assert!(!world.store.has_ended(&alive), "{name}, restarted: {restarted}");
            assert!(!world.store.has_ended(&also_alive), "{name}, restarted: {restarted}");
            world.reopen(NOW.plus_seconds(30)).await;
        }
    }
}

fn token_of_other_team() -> AccessToken {
    AccessToken { grant: Some(GrantId(3)), ..token(7) }
}

#[tokio::test]
async fn a_conflict_ends_nothing() {
    let world = World::new().await;
    let job = [
        raise(EpochOf::App(APP)),
        Effect::RevokeGrant { grant: GrantId(1), at: NOW },
        Effect::EndToken { nonce: 7, expires: NOW.plus_seconds(60) },
        raise(EpochOf::App(AppId(99))),
    ];
    assert!(matches!(world.commit(job).await, Err(CommitError::Conflict)));
    assert!(!world.store.has_ended(&token(7)));
}

#[tokio::test]
async fn what_was_ended_only_longer_ago_than_a_token_lives_is_forgotten() {
    let mut world = World::new().await;
    let effects = [
        raise(EpochOf::App(APP)),
        Effect::StartGrant(grant(1)),
        Effect::RevokeGrant { grant: GrantId(1), at: NOW },
        Effect::EndToken { nonce: 7, expires: NOW.plus_seconds(60) },
    ];
    world.commit(effects).await.unwrap();
    let by_app = AccessToken { grant: None, ..token(8) };
    let by_grant = AccessToken { app: OTHER_APP, ..token(8) };
    let by_nonce = AccessToken { app: OTHER_APP, grant: None, ..token(7) };
    let ended = |world: &World| [&by_app, &by_grant, &by_nonce].map(|token| world.store.has_ended(token));

    // Five seconds of leeway: clocks differ.
    let last = NOW.plus_seconds(i64::from(LONGEST_TOKEN_SECONDS) + 5);
    world.reopen(last).await;
    assert_eq!(ended(&world), [true, true, false]);
    world.store.clean(over(last), 100).await.unwrap();
    assert_eq!(ended(&world), [true, true, false]);
    world.store.clean(over(last.plus_seconds(1)), 100).await.unwrap();
    assert_eq!(ended(&world), [false, false, false]);
}

/// Where lifetimes were shorter for a while, tokens from before are good by their times again.
#[tokio::test]
async fn what_ended_is_known_again_when_tokens_live_longer_again() {
    let raised = [raise(EpochOf::App(APP)), raise(EpochOf::Team(TEAM)), raise(EpochOf::Account(ACCOUNT))];
    let revoked = [Effect::StartGrant(grant(1)), Effect::RevokeGrant { grant: GrantId(1), at: NOW }];
    for effects in raised.map(|raise| vec![raise]).into_iter().chain([revoked.into()]) {
        let name = format!("{effects:?}");
        let mut world = World::new().await;
        world.commit(effects).await.unwrap();
        let later = NOW.plus_seconds(i64::from(LONGEST_TOKEN_SECONDS) + 6);
        world.reopen(later).await;
        world.store.clean(over(later), 100).await.unwrap();
        assert!(!world.store.has_ended(&token(7)), "{name}");
        world.store.expect_tokens_of(LONGEST_TOKEN_SECONDS, later).unwrap();
        assert!(!world.store.has_ended(&token(7)), "{name}");
        world.store.expect_tokens_of(2 * LONGEST_TOKEN_SECONDS, later).unwrap();
        assert!(world.store.has_ended(&token(7)), "{name}");
        world.store.clean(over(later), 100).await.unwrap();
        assert!(world.store.has_ended(&token(7)), "{name}");
    }
}

/// Otherwise a code that a person had been given just before would start a grant under the new epoch.
#[tokio::test]
async fn codes_and_devices_not_yet_redeemed_end_too() {
    let cases = [
        (raise(EpochOf::App(APP)), true),
        (raise(EpochOf::Team(TEAM)), false),
        (raise(EpochOf::Account(ACCOUNT)), true),
        (Effect::RevokeGrantsOf { app: APP, account: ACCOUNT, at: NOW }, true),
    ];
    for (end, other_app_and_person_keep) in cases {
        let name = format!("{end:?}");
        let world = World::new().await;
        let mut of_another = code(2);
        (of_another.app, of_another.account) = (OTHER_APP, OTHER_ACCOUNT);
        let mut redeemed = code(3);
        redeemed.state = CodeState::Redeemed(GrantId(9));
        let effects = [
            Effect::SaveCode(code(1)),
            Effect::SaveCode(of_another),
            Effect::SaveCode(redeemed.clone()),
            Effect::StartDevice(device(1)),
            Effect::DecideDevice { device: DeviceId(1), was: DeviceState::Pending, now: allowed() },
        ];
        world.commit(effects).await.unwrap();
        world.commit([end]).await.unwrap();
        assert_eq!(world.ask(About::Code(CodeId(1))).await.code, None, "{name}");
        assert_eq!(world.ask(About::Code(CodeId(3))).await.code, Some(redeemed), "{name}");
        let device = world.ask(About::Device(DeviceId(1))).await.device.unwrap();
        assert_eq!(device.state, DeviceState::Denied, "{name}");
        let redeem =
            [Effect::RedeemCode { code: CodeId(1), grant: GrantId(1) }, Effect::StartGrant(grant(1))];
        assert!(matches!(world.commit(redeem).await, Err(CommitError::Conflict)), "{name}");
        let kept = world.ask(About::Code(CodeId(2))).await.code.is_some();
        assert_eq!(kept, other_app_and_person_keep, "{name}");
    }
}

#[tokio::test]
async fn a_persons_grants_for_one_app_end_and_no_others() {
    let world = World::new().await;
    let grants = [
        grant(1),
        Grant { app: OTHER_APP, ..grant(2) },
        Grant { account: Some(OTHER_ACCOUNT), ..grant(3) },
        Grant { account: None, ..grant(4) },
        grant(5),
    ];
    world.commit(grants.map(Effect::StartGrant)).await.unwrap();
    world.commit([Effect::RevokeGrantsOf { app: APP, account: ACCOUNT, at: NOW }]).await.unwrap();
    for (id, ended) in [(1, true), (2, false), (3, false), (4, false), (5, true)] {
        let grant = world.ask(About::Grant(GrantId(id))).await.grant.unwrap();
        assert_eq!(grant.revoked.is_some(), ended, "{id}");
        let token = AccessToken { grant: Some(GrantId(id)), ..token(7) };
        assert_eq!(world.store.has_ended(&token), ended, "{id}");
    }
}

/// An app that is gone had tokens; they stay over after a restart, until the longest of them would have expired.
#[tokio::test]
async fn tokens_of_a_removed_app_stay_ended() {
    let mut world = World::new().await;
    let remove = Effect::Administer(Change::RemoveApp { app: APP });
    world.commit([raise(EpochOf::App(APP)), remove]).await.unwrap();
    assert!(world.store.has_ended(&under([0, 0, 0])));
    world.reopen(NOW.plus_seconds(30)).await;
    assert!(world.store.has_ended(&under([0, 0, 0])));
}
