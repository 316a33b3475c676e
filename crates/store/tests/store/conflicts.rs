//! Effects that expect something: when it is not so, nothing of the decision is done.

use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::decision::AuditEntry;
use stagedoor_protocol::device::DeviceState;
use stagedoor_protocol::grant::ActiveGrant;
use stagedoor_protocol::id::{AccountId, AppId, CodeId, DeviceId, GrantId, SessionId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::{About, Effect, EpochOf, Subject};
use stagedoor_store::CommitError;

use crate::world::{
    ACCOUNT, API, APP, NOW, OTHER_ACCOUNT, OTHER_APP, TEAM, World, allowed, code, create_account, create_app,
    create_team, device, grant, present, scopes, secret,
};

fn redeem(code: i64) -> Effect {
    Effect::RedeemCode { code: CodeId(code), grant: GrantId(9) }
}

fn active(grant: i64, seconds: i64) -> ActiveGrant {
    ActiveGrant { grant: GrantId(grant), until: NOW.plus_seconds(seconds) }
}

fn take(was: Option<ActiveGrant>) -> Effect {
    Effect::TakeActiveGrant { app: APP, was, now: active(9, 99) }
}

fn decide(device: i64, was: DeviceState) -> Effect {
    Effect::DecideDevice { device: DeviceId(device), was, now: DeviceState::Denied }
}

fn session(id: i64, account: AccountId) -> Effect {
    let id = SessionId(id);
    Effect::StartSession { id, hash: [0; 32], account, epoch: 0, browser: None, at: NOW, expires: NOW }
}

fn legacy_key() -> Effect {
    let id = "legacy".to_owned();
    Effect::AddLegacyKey { api: API.into(), id, app: APP, key: KeyId(1), hash: [0; 16], ends: None }
}

/// What has happened before each case.
fn before() -> Vec<Effect> {
    vec![
        Effect::SaveCode(code(1)),
        Effect::SaveCode(code(2)),
        redeem(2),
        Effect::StartGrant(grant(1)),
        present(1, 0),
        Effect::StartGrant(grant(2)),
        Effect::RevokeGrant { grant: GrantId(2), at: NOW },
        Effect::TakeActiveGrant { app: APP, was: None, now: active(1, 60) },
        Effect::StartDevice(device(1)),
        Effect::StartDevice(device(2)),
        Effect::DecideDevice { device: DeviceId(2), was: DeviceState::Pending, now: allowed() },
        Effect::AddSecret { app: APP, secret: secret(1) },
        session(1, ACCOUNT),
        legacy_key(),
    ]
}

fn cases() -> Vec<Effect> {
    let nobody = AccountId(99);
    let no_app = AppId(99);
    let epochs = Epochs { app: 1, team: 2, account: 3 };
    let other_allowed = DeviceState::Allowed { account: OTHER_ACCOUNT, at: NOW, epochs };
    let later_allowed = DeviceState::Allowed { account: ACCOUNT, at: NOW.plus_seconds(1), epochs };
    let mut same_user_code = device(3);
    same_user_code.user_code_hash = device(1).user_code_hash;
    vec![
        redeem(2),
        redeem(3),
        present(1, 0),
        present(1, 5),
        present(2, 0),
        present(3, 0),
        take(None),
        take(Some(active(1, 61))),
        take(Some(active(2, 60))),
        Effect::TakeActiveGrant { app: OTHER_APP, was: Some(active(1, 60)), now: active(2, 60) },
        Effect::ExtendActiveGrant { app: APP, now: active(2, 99) },
        decide(1, DeviceState::Denied),
        decide(2, DeviceState::Pending),
        decide(2, other_allowed),
        decide(2, later_allowed),
        decide(3, DeviceState::Pending),
        Effect::PollDevice { device: DeviceId(3), at: NOW, interval_seconds: 5 },
        Effect::SaveCode(code(1)),
        Effect::StartGrant(grant(1)),
        Effect::StartDevice(device(1)),
        Effect::StartDevice(same_user_code),
        Effect::AddSecret { app: APP, secret: secret(1) },
        Effect::AddSecret { app: no_app, secret: secret(2) },
        session(1, ACCOUNT),
        session(2, nobody),
        legacy_key(),
        create_team(TEAM, "Again"),
        create_account(ACCOUNT, "new@example.com"),
        create_account(nobody, "ada@example.com"),
        create_app(APP, TEAM, None),
        create_app(no_app, TeamId(99), None),
        Effect::LetActFor { app: APP, team: TeamId(99) },
        Effect::SetStage { app: no_app, stage: Stage::Approved },
        Effect::ListUser { app: APP, account: nobody, at_most: None },
        Effect::SaveConsent { app: APP, account: nobody, scopes: scopes("read"), at: NOW },
        Effect::Raise { epoch: EpochOf::App(no_app), at: NOW },
        Effect::Raise { epoch: EpochOf::Team(TeamId(99)), at: NOW },
        Effect::Raise { epoch: EpochOf::Account(nobody), at: NOW },
    ]
}

#[tokio::test]
async fn each_is_a_conflict() {
    let world = World::new().await;
    world.commit(before()).await.unwrap();
    for effect in cases() {
        let name = format!("{effect:?}");
        let committed = world.commit([effect]).await;
        assert!(matches!(committed, Err(CommitError::Conflict)), "{name}: {committed:?}");
    }
}

#[tokio::test]
async fn what_came_before_a_conflict_is_undone() {
    let world = World::new().await;
    world.commit(before()).await.unwrap();
    for effect in cases() {
        let name = format!("{effect:?}");
        let audit = AuditEntry::new(NOW, "test", "undone", Subject::App(APP));
        let job = [
            redeem(1),
            present(1, 1),
            Effect::AddSecret { app: APP, secret: secret(7) },
            Effect::Audit(audit),
            effect,
        ];
        let committed = world.commit(job).await;
        assert!(matches!(committed, Err(CommitError::Conflict)), "{name}: {committed:?}");
    }
    assert_eq!(world.ask(About::Code(CodeId(1))).await.code, Some(code(1)));
    assert_eq!(world.ask(About::Grant(GrantId(1))).await.grant.unwrap().succession.presented, 1);
    assert_eq!(world.app(APP).await.secrets, [secret(1)]);
    assert_eq!(world.ask(About::ActiveGrant).await.active, Some(active(1, 60)));
}

#[tokio::test]
async fn apps_of_a_team_are_limited_per_api() {
    let world = World::new().await;
    let two = create_app(AppId(12), TEAM, Some(2));
    assert!(matches!(world.commit([two]).await, Err(CommitError::LimitReached)));
    let Effect::CreateApp { id, client_id, new, stage, at_most, at, .. } =
        create_app(AppId(12), TEAM, Some(1))
    else {
        unreachable!()
    };
    let elsewhere = Effect::CreateApp { api: "another".into(), id, client_id, new, stage, at_most, at };
    world.commit([elsewhere]).await.unwrap();
    world.commit([create_app(AppId(13), TEAM, Some(3))]).await.unwrap();
}

#[tokio::test]
async fn people_on_a_list_are_limited_and_count_once() {
    let world = World::new().await;
    let list = |account| Effect::ListUser { app: APP, account, at_most: Some(1) };
    world.commit([list(ACCOUNT)]).await.unwrap();
    world.commit([list(ACCOUNT)]).await.unwrap();
    assert!(matches!(world.commit([list(OTHER_ACCOUNT)]).await, Err(CommitError::LimitReached)));
    world.commit([Effect::UnlistUser { app: APP, account: ACCOUNT }]).await.unwrap();
    world.commit([list(OTHER_ACCOUNT)]).await.unwrap();
}
