//! What effects wrote, questions read.

use stagedoor_protocol::app::Stage;
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::device::{Device, DeviceState};
use stagedoor_protocol::grant::{ActiveGrant, Again, Grant, Succession};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, DeviceId, GrantId, SessionId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::question::AccountStanding;
use stagedoor_protocol::{About, Effect, EpochOf, Facts, Question};
use stagedoor_store::CommitError;
use stagedoor_wire::ClientId;
use stagedoor_wire::pkce::Challenge;

use crate::world::{
    ACCOUNT, API, APP, NOW, OTHER_ACCOUNT, OTHER_APP, OTHER_TEAM, TEAM, World, allowed, client_id, code,
    device, grant, present, scopes, secret,
};

fn standing(id: AccountId, epoch: u32, listed: bool) -> Option<AccountStanding> {
    Some(AccountStanding { id, epoch, listed })
}

#[tokio::test]
async fn an_app_with_all_that_belongs_to_it() {
    let world = World::new().await;
    let effects = [
        Effect::AddSecret { app: APP, secret: secret(31) },
        Effect::AddSecret { app: APP, secret: secret(30) },
        Effect::LetActFor { app: APP, team: OTHER_TEAM },
        Effect::LetActFor { app: APP, team: OTHER_TEAM },
        Effect::LetActFor { app: APP, team: TEAM },
        Effect::SetStage { app: APP, stage: Stage::Approved },
        Effect::Raise { epoch: EpochOf::App(APP), at: NOW },
        Effect::Raise { epoch: EpochOf::Team(OTHER_TEAM), at: NOW },
    ];
    world.commit(effects).await.unwrap();
    let app = world.app(APP).await;
    assert_eq!((app.id, &app.client_id, &*app.name), (APP, &client_id(APP), "App 10"));
    assert_eq!((app.stage, app.public, app.epoch), (Stage::Approved, false, 1));
    let uris: Vec<&str> = app.redirect_uris.iter().map(|uri| uri.as_str()).collect();
    assert_eq!(uris, ["https://b.example/cb", "https://a.example/cb"], "in the order given");
    assert_eq!(app.secrets, [secret(30), secret(31)]);
    assert_eq!((app.owner.id, &*app.owner.name), (TEAM, "First"));
    let teams: Vec<_> = app.teams.iter().map(|team| (team.id, team.epoch)).collect();
    assert_eq!(teams, [(TEAM, 0), (OTHER_TEAM, 1)], "the owner first");

    world.commit([Effect::RemoveSecret { app: APP, secret: secret(30).id }]).await.unwrap();
    assert_eq!(world.app(APP).await.secrets, [secret(31)]);
    world.commit([Effect::RemoveSecret { app: AppId(99), secret: secret(31).id }]).await.unwrap();
    assert_eq!(world.app(APP).await.secrets, [secret(31)], "another app's");
    world.commit([Effect::RemoveSecrets { app: APP }]).await.unwrap();
    assert_eq!(world.app(APP).await.secrets, []);
}

#[tokio::test]
async fn nothing_where_there_is_nothing() {
    let world = World::new().await;
    for about in [
        About::ActiveGrant,
        About::Code(CodeId(1)),
        About::Grant(GrantId(1)),
        About::Device(DeviceId(1)),
        About::Account(AccountId(1)),
    ] {
        let Facts { app, active, code, consent, grant, again, device, account } = world.ask(about).await;
        assert!(app.is_some(), "{about:?}");
        assert!(active.is_none() && code.is_none() && grant.is_none(), "{about:?}");
        assert!(consent.is_none() && again == Again::default(), "{about:?}");
        assert!(device.is_none() && account.is_none(), "{about:?}");
    }
    let stranger = ClientId::new("stranger").unwrap();
    for (api, client_id) in [(API, &stranger), ("another", &client_id(APP))] {
        let question = Question { client_id, about: About::Account(ACCOUNT) };
        let facts = world.store.answer(api, &question).await.unwrap();
        assert!(facts.app.is_none() && facts.account.is_none());
    }
}

#[tokio::test]
async fn codes() {
    let world = World::new().await;
    let bound = Code { challenge: Some(Challenge([5; 32])), ..code(1) };
    world.commit([Effect::SaveCode(bound.clone())]).await.unwrap();
    let facts = world.ask(About::Code(CodeId(1))).await;
    assert_eq!(facts.code, Some(bound.clone()));
    assert_eq!((facts.grant, facts.account), (None, standing(ACCOUNT, 0, false)));
    assert_eq!(facts.consent, None);
    let of = |app, allowed| Effect::SaveConsent { app, account: ACCOUNT, scopes: scopes(allowed), at: NOW };
    world.commit([of(APP, "read"), of(OTHER_APP, "write")]).await.unwrap();
    assert_eq!(world.ask(About::Code(CodeId(1))).await.consent, Some(scopes("read")));
    world.commit([of(APP, "")]).await.unwrap();
    assert_eq!(
        world.ask(About::Code(CodeId(1))).await.consent,
        Some(scopes("")),
        "to nothing more than it is"
    );

    let effects = [
        Effect::RedeemCode { code: CodeId(1), grant: GrantId(2) },
        Effect::StartGrant(grant(2)),
        Effect::ListUser { app: APP, account: ACCOUNT, at_most: None },
    ];
    world.commit(effects).await.unwrap();
    let facts = world.ask(About::Code(CodeId(1))).await;
    assert_eq!(facts.code, Some(Code { state: CodeState::Redeemed(GrantId(2)), ..bound }));
    assert_eq!(facts.grant, Some(grant(2)));
    assert_eq!(facts.account, standing(ACCOUNT, 0, true));
}

#[tokio::test]
async fn grants() {
    let world = World::new().await;
    let own = Grant { account: None, confidential: false, ..grant(2) };
    world.commit([Effect::StartGrant(grant(1)), Effect::StartGrant(own.clone())]).await.unwrap();
    let at = NOW.plus_seconds(9);
    let adopted = Succession { presented: 7, at };
    let effects = [present(1, 0), Effect::Present { grant: GrantId(1), was: 1, now: adopted }];
    world.commit(effects).await.unwrap();
    let facts = world.ask(About::Grant(GrantId(1))).await;
    assert_eq!(facts.grant, Some(Grant { succession: adopted, ..grant(1) }));
    assert_eq!(facts.account, standing(ACCOUNT, 0, false));

    let facts = world.ask(About::Grant(GrantId(2))).await;
    assert_eq!((facts.grant, facts.account), (Some(own), None));

    let again =
        |generation| Effect::PresentAgain { grant: GrantId(1), now: Again { generation, in_a_row: 2 } };
    assert!(matches!(world.commit([again(6)]).await, Err(CommitError::Conflict)), "not the highest");
    world.commit([again(7)]).await.unwrap();
    assert!(matches!(world.commit([again(7)]).await, Err(CommitError::Conflict)), "noted already");
    let facts = world.ask(About::Grant(GrantId(1))).await;
    assert_eq!(facts.again, Again { generation: 7, in_a_row: 2 });
    assert_eq!(facts.grant, Some(Grant { succession: adopted, ..grant(1) }));

    world.commit([Effect::RevokeGrant { grant: GrantId(1), at }]).await.unwrap();
    let later = at.plus_seconds(1);
    world.commit([Effect::RevokeGrant { grant: GrantId(1), at: later }]).await.unwrap();
    let revoked = world.ask(About::Grant(GrantId(1))).await.grant.unwrap().revoked;
    assert_eq!(revoked, Some(at), "the first revocation stands");
}

#[tokio::test]
async fn active_grants() {
    let world = World::new().await;
    let (first, second) = (grant_until(1, 60), grant_until(2, 90));
    let take = |was, now| Effect::TakeActiveGrant { app: APP, was, now };
    let extend = |now| Effect::ExtendActiveGrant { app: APP, now };
    let cases = [
        (take(None, first), Some(first)),
        (extend(grant_until(1, 70)), Some(grant_until(1, 70))),
        (extend(grant_until(1, 65)), Some(grant_until(1, 70))),
        (take(Some(grant_until(1, 70)), second), Some(second)),
    ];
    for (effect, active) in cases {
        let name = format!("{effect:?}");
        world.commit([effect]).await.unwrap();
        assert_eq!(world.ask(About::ActiveGrant).await.active, active, "{name}");
    }
    assert_eq!(world.ask(About::ActiveGrant).await.grant, None);
    world.commit([Effect::StartGrant(grant(2))]).await.unwrap();
    assert_eq!(world.ask(About::ActiveGrant).await.grant, Some(grant(2)), "with its row");
    let world = World::new().await;
    world.commit([extend(first)]).await.unwrap();
    assert_eq!(world.ask(About::ActiveGrant).await.active, Some(first), "where there was none");
}

fn grant_until(id: i64, seconds: i64) -> ActiveGrant {
    ActiveGrant { grant: GrantId(id), until: NOW.plus_seconds(seconds) }
}

#[tokio::test]
async fn devices() {
    let world = World::new().await;
    world.commit([Effect::StartDevice(device(1))]).await.unwrap();
    let facts = world.ask(About::Device(DeviceId(1))).await;
    assert_eq!((facts.device, facts.account), (Some(device(1)), None));
    let find = async |api, hashes: [&str; 2]| {
        world.store.device_by_user_code(api, hashes.map(str::to_owned).to_vec()).await.unwrap()
    };
    for hashes in [["CODE1", "CODE2"], ["CODE2", "CODE1"]] {
        let (found, app) = find(API, hashes).await.unwrap();
        assert_eq!((found, app.id), (device(1), APP));
    }
    assert!(find("another", ["CODE1", "CODE2"]).await.is_none());
    assert!(find(API, ["CODE2", "CODE3"]).await.is_none());

    let poll = Effect::PollDevice { device: DeviceId(1), at: NOW, interval_seconds: 10 };
    world.commit([poll]).await.unwrap();
    let polled = Device { polled: Some(NOW), interval_seconds: 10, ..device(1) };
    let mut was = DeviceState::Pending;
    for now in [DeviceState::Denied, allowed(), DeviceState::Redeemed { account: ACCOUNT, grant: GrantId(3) }]
    {
        world.commit([Effect::DecideDevice { device: DeviceId(1), was, now }]).await.unwrap();
        let device = world.ask(About::Device(DeviceId(1))).await.device;
        assert_eq!(device, Some(Device { state: now, ..polled.clone() }));
        was = now;
    }
    world.commit([Effect::StartGrant(grant(3))]).await.unwrap();
    let facts = world.ask(About::Device(DeviceId(1))).await;
    assert_eq!((facts.grant, facts.account), (Some(grant(3)), standing(ACCOUNT, 0, false)));
}

#[tokio::test]
async fn people() {
    let world = World::new().await;
    let list = |account| Effect::ListUser { app: APP, account, at_most: None };
    world.commit([list(ACCOUNT), list(OTHER_ACCOUNT)]).await.unwrap();
    let unlist = Effect::UnlistUser { app: APP, account: OTHER_ACCOUNT };
    world.commit([unlist, Effect::Raise { epoch: EpochOf::Account(ACCOUNT), at: NOW }]).await.unwrap();
    assert_eq!(world.ask(About::Account(ACCOUNT)).await.account, standing(ACCOUNT, 1, true));
    assert_eq!(world.ask(About::Account(OTHER_ACCOUNT)).await.account, standing(OTHER_ACCOUNT, 0, false));

    let account = world.store.account_by_email("Ada@Example.com").await.unwrap().unwrap();
    assert_eq!((account.id, &*account.email, &*account.name), (ACCOUNT, "ada@example.com", "Ada"));
    assert_eq!((&*account.password_hash, account.epoch), ("$argon2id$", 1));
    assert!(world.store.account_by_email("nobody@example.com").await.unwrap().is_none());
}

#[tokio::test]
async fn sessions() {
    let world = World::new().await;
    let (id, expires) = (SessionId(5), NOW.plus_seconds(60));
    let start = Effect::StartSession {
        id,
        hash: [3; 32],
        account: ACCOUNT,
        epoch: 0,
        browser: Some("Firefox on Linux".to_owned()),
        at: NOW,
        expires,
    };
    world.commit([start]).await.unwrap();
    let session = world.store.session(id).await.unwrap().unwrap();
    assert_eq!((session.id, session.hash, session.account.id), (id, [3; 32], ACCOUNT));
    assert_eq!((session.epoch, session.expires), (0, expires));
    world.commit([Effect::EndSession { id }, Effect::EndSession { id }]).await.unwrap();
    assert!(world.store.session(id).await.unwrap().is_none());
}

#[tokio::test]
async fn consents() {
    let world = World::new().await;
    let save = |text| Effect::SaveConsent { app: APP, account: ACCOUNT, scopes: scopes(text), at: NOW };
    for text in ["read", "read write"] {
        world.commit([save(text)]).await.unwrap();
        assert_eq!(world.store.consent(APP, ACCOUNT).await.unwrap(), Some(scopes(text)));
    }
    assert_eq!(world.store.consent(APP, OTHER_ACCOUNT).await.unwrap(), None);
    world.commit([Effect::EndConsent { app: APP, account: ACCOUNT }]).await.unwrap();
    assert_eq!(world.store.consent(APP, ACCOUNT).await.unwrap(), None);
}

#[tokio::test]
async fn legacy_keys() {
    let world = World::new().await;
    let (id, ends) = ("legacy".to_owned(), Some(NOW));
    let add = Effect::AddLegacyKey { api: API.into(), id, app: APP, key: KeyId(6), hash: [8; 16], ends };
    world.commit([add]).await.unwrap();
    let key = world.store.legacy_key(API, "legacy").await.unwrap().unwrap();
    assert_eq!((&*key.id, key.key, key.hash, key.app), ("legacy", KeyId(6), [8; 16], APP));
    assert_eq!((&key.client_id, key.stage), (&client_id(APP), Stage::Development));
    assert_eq!((key.team.id, &*key.team.name, key.ends), (TEAM, "First", ends));
    assert!(world.store.legacy_key("another", "legacy").await.unwrap().is_none());

    world.commit([Effect::RemoveLegacyKeys { app: OTHER_APP }]).await.unwrap();
    assert!(world.store.legacy_key(API, "legacy").await.unwrap().is_some(), "another app's");
    world.commit([Effect::RemoveLegacyKeys { app: APP }]).await.unwrap();
    assert!(world.store.legacy_key(API, "legacy").await.unwrap().is_none(), "also from memory");
}
