//! What rests on keys of the key file.

use stagedoor_protocol::admin_credential::{AdminCredential, AdminScopes};
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::client_secret::{Sealed, StoredSecret};
use stagedoor_protocol::grant::Grant;
use stagedoor_protocol::id::{CredentialId, GrantId};
use stagedoor_protocol::keys::{KeyId, KeyUses};
use stagedoor_protocol::{About, Effect, EpochOf};
use stagedoor_store::key_uses;
use tempfile::TempDir;

use crate::world::{API, APP, NOW, OTHER_APP, World, grant, secret, token};

const KEY: KeyId = KeyId(41);
const OTHER_KEY: KeyId = KeyId(42);

fn under(key: KeyId, id: i64) -> Grant {
    Grant { key, ..grant(id) }
}

fn legacy_key(id: &str, key: KeyId) -> Effect {
    Effect::AddLegacyKey { api: API.into(), id: id.into(), app: APP, key, hash: [7; 16], ends: None }
}

pub(crate) fn credential(id: i64, key: KeyId) -> AdminCredential {
    AdminCredential {
        id: CredentialId(id),
        name: format!("credential {id}"),
        scopes: AdminScopes::parse("read write").unwrap(),
        made_by: None,
        key,
        hash: [7; 16],
        created: NOW,
        expires: NOW.plus_seconds(60),
        last_used: None,
    }
}

fn add(app: stagedoor_protocol::id::AppId, secret: StoredSecret) -> Effect {
    Effect::AddSecret { app, secret }
}

/// Two grants, a secret, one to view and a legacy key under the key; as much besides that is over or another key's.
async fn world() -> World {
    let world = World::new().await;
    let sealed = |key| Some(Sealed { key, bytes: vec![1; 40] });
    let effects = [
        Effect::StartGrant(under(KEY, 1)),
        Effect::StartGrant(under(KEY, 2)),
        Effect::StartGrant(under(KEY, 3)),
        Effect::StartGrant(Grant { app: OTHER_APP, ..under(KEY, 4) }),
        Effect::StartGrant(under(OTHER_KEY, 5)),
        Effect::RevokeGrant { grant: GrantId(3), at: NOW },
        Effect::Raise { epoch: EpochOf::App(OTHER_APP), at: NOW },
        add(APP, StoredSecret { key: KEY, sealed: None, expires: None, ..secret(31) }),
        add(APP, StoredSecret { key: KEY, sealed: None, expires: Some(NOW), ..secret(32) }),
        add(APP, StoredSecret { key: OTHER_KEY, sealed: sealed(KEY), expires: None, ..secret(33) }),
        legacy_key("one", KEY),
        legacy_key("two", OTHER_KEY),
        Effect::Administer(Change::AddCredential(credential(51, KEY))),
    ];
    world.commit(effects).await.unwrap();
    world
}

#[tokio::test]
async fn are_counted_beside_a_running_server() {
    let world = world().await;
    let uses = key_uses(&world.path(), NOW).unwrap();
    assert_eq!(uses[&KEY], KeyUses { grants: 2, secrets: 1, legacy_keys: 1, credentials: 1, sealed: 1 });
    assert_eq!(
        uses[&OTHER_KEY],
        KeyUses { grants: 1, secrets: 1, legacy_keys: 1, credentials: 0, sealed: 0 }
    );
}

#[test]
fn nothing_where_there_is_no_database() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("none.db");
    assert!(key_uses(&path, NOW).unwrap().is_empty());
    assert!(!path.exists(), "none is made");
    std::fs::write(&path, "").unwrap();
    assert!(key_uses(&path, NOW).unwrap().is_empty());
}

#[tokio::test]
async fn end_with_the_key() {
    let mut world = world().await;
    // Memory holds both as they are.
    world.app(APP).await;
    world.store.legacy_key(API, "one").await.unwrap().unwrap();
    world.commit([Effect::EndAllUnder { key: KEY, at: NOW }]).await.unwrap();

    let uses = key_uses(&world.path(), NOW).unwrap();
    assert_eq!(uses.get(&KEY), None);
    assert_eq!(
        uses[&OTHER_KEY],
        KeyUses { grants: 1, secrets: 1, legacy_keys: 1, credentials: 0, sealed: 0 }
    );
    let secrets = &world.app(APP).await.secrets;
    assert!(secrets.iter().all(|secret| secret.key != KEY && secret.sealed.is_none()));
    assert!(secrets.iter().any(|secret| secret.key == OTHER_KEY), "it only cannot be viewed any more");
    assert!(world.store.legacy_key(API, "one").await.unwrap().is_none());
    assert!(world.store.legacy_key(API, "two").await.unwrap().is_some());
    for restarted in [false, true] {
        assert!(world.store.has_ended(&token(7)), "its grant was under the key, restarted: {restarted}");
        assert!(world.ask(About::Grant(GrantId(1))).await.grant.unwrap().revoked.is_some());
        assert!(world.ask(About::Grant(GrantId(5))).await.grant.unwrap().revoked.is_none());
        world.reopen(NOW.plus_seconds(30)).await;
    }
}
