//! What memory holds of apps and legacy keys, and when it lets go.

use stagedoor_protocol::app::Stage;
use stagedoor_protocol::id::GrantId;
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::{About, Effect, EpochOf, Question};

use crate::world::{
    ACCOUNT, API, APP, NOW, OTHER_APP, OTHER_TEAM, TEAM, World, client_id, code, grant, present, secret,
};

#[tokio::test]
async fn an_app_is_known_once_it_was_asked_for() {
    let world = World::new().await;
    assert!(!world.knows(APP));
    world.app(APP).await;
    assert!(world.knows(APP));
    assert!(!world.knows(OTHER_APP));
    let question = |about| world.store.known(API, &Question { client_id: &client_id(APP), about });
    assert!(question(About::ActiveGrant).is_none(), "only an app alone is answered from memory");
}

#[tokio::test]
async fn what_changes_an_app_makes_memory_forget_it() {
    let world = World::new().await;
    world.commit([Effect::LetActFor { app: APP, team: OTHER_TEAM }]).await.unwrap();
    let cases = [
        (Effect::AddSecret { app: APP, secret: secret(1) }, [true, false]),
        (Effect::RemoveSecret { app: APP, secret: secret(1).id }, [true, false]),
        (Effect::RemoveSecrets { app: APP }, [true, false]),
        (Effect::SetStage { app: APP, stage: Stage::Approved }, [true, false]),
        (Effect::LetActFor { app: OTHER_APP, team: TEAM }, [false, true]),
        (Effect::Raise { epoch: EpochOf::App(OTHER_APP), at: NOW }, [false, true]),
        (Effect::Raise { epoch: EpochOf::Team(TEAM), at: NOW }, [true, true]),
        (Effect::Raise { epoch: EpochOf::Team(OTHER_TEAM), at: NOW }, [true, false]),
        (Effect::Raise { epoch: EpochOf::Account(ACCOUNT), at: NOW }, [false, false]),
        (Effect::SaveCode(code(1)), [false, false]),
        (Effect::StartGrant(grant(1)), [false, false]),
        (present(1, 0), [false, false]),
        (Effect::RevokeGrant { grant: GrantId(1), at: NOW }, [false, false]),
    ];
    for (effect, forgotten) in cases {
        let name = format!("{effect:?}");
        world.app(APP).await;
        world.app(OTHER_APP).await;
        world.commit([effect]).await.unwrap();
        assert_eq!([APP, OTHER_APP].map(|app| !world.knows(app)), forgotten, "{name}");
    }
}

#[tokio::test]
async fn a_conflict_makes_memory_forget_nothing() {
    let world = World::new().await;
    world.app(APP).await;
    let job = [Effect::RemoveSecrets { app: APP }, present(1, 0)];
    world.commit(job).await.unwrap_err();
    assert!(world.knows(APP));
}

#[tokio::test]
async fn legacy_keys_are_known_present_or_missing() {
    let world = World::new().await;
    let known = || world.store.known_legacy_key(API, "legacy").map(|key| key.is_some());
    assert_eq!(known(), None);
    world.store.legacy_key(API, "legacy").await.unwrap();
    assert_eq!(known(), Some(false));
    let id = "legacy".to_owned();
    let add =
        Effect::AddLegacyKey { api: API.into(), id, app: APP, key: KeyId(1), hash: [0; 16], ends: None };
    world.commit([add]).await.unwrap();
    assert_eq!(known(), None);
    world.store.legacy_key(API, "legacy").await.unwrap();
    assert_eq!(known(), Some(true));
    world.commit([Effect::SetStage { app: APP, stage: Stage::Suspended }]).await.unwrap();
    assert_eq!(known(), None);
    let key = world.store.legacy_key(API, "legacy").await.unwrap().unwrap();
    assert_eq!(key.stage, Stage::Suspended);
}
