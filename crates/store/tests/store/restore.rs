//! What lives on in a restored database and what ends.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use stagedoor_protocol::access_token::{AccessToken, Epochs};
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::app::App;
use stagedoor_protocol::device::DeviceState;
use stagedoor_protocol::grant::{ActiveGrant, Grant};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, CredentialId, DeviceId, GrantId, SessionId, TeamId};
use stagedoor_protocol::keys::{KeyFingerprint, KeyId};
use stagedoor_protocol::{About, Effect, EpochOf, Timestamp};
use stagedoor_store::StoreError;
use stagedoor_store::backup::{self, BackupError, BackupFile, GrantAtRisk, Restored};
use tempfile::TempDir;

use crate::backup::{take, take_at};
use crate::keys::credential;
use crate::world::{
    ACCOUNT, APP, NOW, OTHER_APP, OTHER_TEAM, TEAM, World, allowed, code, create_account, create_app,
    create_team, device, grant, open, present, secret, token,
};

const LATER: Timestamp = Timestamp(NOW.0 + 1_000_000);

pub(crate) fn restore(backup: &Path, database: &Path) -> Result<Restored, BackupError> {
    let former = database.with_extension("former");
    BackupFile::open(backup)?.restore(database, &former, LATER, &mut |_| ())
}

/// A world, and where its backup goes.
async fn world() -> (World, PathBuf) {
    let world = World::new().await;
    let backup = world.path().with_file_name("backup.db");
    (world, backup)
}

/// The same database after it was restored.
async fn restored(mut world: World, backup: &Path) -> World {
    world.store.close().await;
    restore(backup, &world.path()).unwrap();
    world.store = open(&world.path(), LATER);
    world
}

fn epochs_of(app: &App, account: u32) -> Epochs {
    Epochs { app: app.epoch, team: app.owner.epoch, account }
}

async fn account_epoch(world: &World) -> u32 {
    world.ask(About::Account(ACCOUNT)).await.account.unwrap().epoch
}

#[tokio::test]
async fn tokens_from_before_are_over_whosever_they_are() {
    let (world, backup) = world().await;
    take(&world.path(), &backup).unwrap();
    // Unknown to the backup: an app of a team and a person that came later, and epochs that rose meanwhile.
    let (team, app, account) = (TeamId(5), AppId(15), AccountId(25));
    world
        .commit([
            create_team(team, "New"),
            create_app(app, team, None),
            create_account(account, "new@example.com"),
        ])
        .await
        .unwrap();
    for _ in 0..3 {
        world.commit([Effect::Raise { epoch: EpochOf::App(APP), at: NOW }]).await.unwrap();
    }
    let of_new = AccessToken { app, team, account: Some(account), grant: None, ..token(1) };
    let of_app_alone = AccessToken { account: None, grant: None, ..of_new.clone() };
    let raised = AccessToken { epochs: epochs_of(&*world.app(APP).await, 0), ..token(2) };
    let of_own_team = AccessToken { app: OTHER_APP, team: OTHER_TEAM, ..token(3) };
    let before = [of_new, of_app_alone, raised, of_own_team];
    for token in &before {
        assert!(!world.store.has_ended(token), "{token:?}");
    }

    let mut world = restored(world, &backup).await;
    for restarted in [false, true] {
        for token in &before {
            assert!(world.store.has_ended(token), "{token:?}, restarted: {restarted}");
        }
        // Long after: nothing depends on how long ago it was.
        world.reopen(LATER.plus_seconds(1_000_000)).await;
    }
}

#[tokio::test]
async fn what_is_made_afterwards_lives() {
    let (world, backup) = world().await;
    take(&world.path(), &backup).unwrap();
    let world = restored(world, &backup).await;
    let app = world.app(APP).await;
    let account = account_epoch(&world).await;
    assert!(!world.store.has_ended(&AccessToken { epochs: epochs_of(&app, account), ..token(1) }));
    assert!(!world.store.has_ended(&AccessToken { epochs: epochs_of(&app, 0), account: None, ..token(1) }));

    let (team, id, account) = (TeamId(5), AppId(15), AccountId(25));
    world
        .commit([
            create_team(team, "New"),
            create_app(id, team, None),
            create_account(account, "new@example.com"),
        ])
        .await
        .unwrap();
    let app = world.app(id).await;
    let person = world.store.account_by_email("new@example.com").await.unwrap().unwrap();
    let epochs = epochs_of(&app, person.epoch);
    assert!(epochs.app > 0 && epochs.team > 0 && epochs.account > 0, "{epochs:?}");
    let token = AccessToken { app: id, team, account: Some(account), epochs, ..token(1) };
    assert!(!world.store.has_ended(&token));
    world.commit([Effect::Raise { epoch: EpochOf::App(id), at: LATER }]).await.unwrap();
    assert!(world.store.has_ended(&token));
}

/// Restored twice from one backup, within one second: the epochs of the first time are over too.
#[tokio::test]
async fn a_second_time() {
    let (world, backup) = world().await;
    take(&world.path(), &backup).unwrap();
    let world = restored(world, &backup).await;
    let token =
        AccessToken { epochs: epochs_of(&*world.app(APP).await, account_epoch(&world).await), ..token(1) };
    assert!(!world.store.has_ended(&token));
    let second = world.path().with_file_name("second.db");
    take_at(&world.path(), &second, LATER).unwrap();
    std::fs::remove_file(world.path().with_extension("former")).unwrap();
    let world = restored(world, &second).await;
    assert!(world.store.has_ended(&token));
}

#[tokio::test]
async fn grants_go_on_and_dead_ones_stay_dead() {
    let (world, backup) = world().await;
    let of_app = Grant { account: None, ..grant(2) };
    let outgrown = Grant { team: OTHER_TEAM, ..grant(3) };
    world
        .commit([
            Effect::StartGrant(grant(1)),
            Effect::StartGrant(of_app),
            Effect::StartGrant(outgrown),
            Effect::StartGrant(grant(4)),
            Effect::Raise { epoch: EpochOf::Team(OTHER_TEAM), at: NOW },
            Effect::RevokeGrant { grant: GrantId(4), at: NOW },
            present(1, 0),
        ])
        .await
        .unwrap();
    take(&world.path(), &backup).unwrap();
    // Revoked since: the backup does not know.
    world.commit([present(1, 1), Effect::RevokeGrant { grant: GrantId(2), at: NOW }]).await.unwrap();

    let contents = BackupFile::open(&backup).unwrap().contents(1).unwrap();
    assert_eq!(contents.grants, 2);
    let by_app = &contents.grants_by_app;
    assert_eq!((by_app.len(), by_app[0].grants, &*by_app[0].client_id), (1, 2, "client-10"));
    let listed = GrantAtRisk {
        api: "api".to_owned(),
        client_id: "client-10".to_owned(),
        app: "App 10".to_owned(),
        account: None,
        since: NOW,
        refreshed: None,
    };
    assert_eq!(contents.last_grants, [listed]);

    let world = restored(world, &backup).await;
    let app = world.app(APP).await;
    for (id, account, is_alive) in [(1, account_epoch(&world).await, true), (2, 0, true), (3, 0, false)] {
        let found = world.ask(About::Grant(GrantId(id))).await.grant.unwrap();
        let team = if id == 3 { u32::MAX } else { app.owner.epoch };
        let known = Epochs { app: app.epoch, team, account };
        assert_eq!(!found.epochs.are_behind(known), is_alive, "grant {id}");
        assert_eq!(found.revoked, None);
    }
    assert_eq!(world.ask(About::Grant(GrantId(1))).await.grant.unwrap().succession.presented, 1);
    assert!(world.ask(About::Grant(GrantId(4))).await.grant.unwrap().revoked.is_some());
}

#[tokio::test]
async fn codes_devices_and_sessions_are_void() {
    let (world, backup) = world().await;
    let session = Effect::StartSession {
        id: SessionId(1),
        hash: [1; 32],
        account: ACCOUNT,
        epoch: 0,
        browser: None,
        at: NOW,
        expires: LATER,
    };
    let active = ActiveGrant { grant: GrantId(1), until: LATER };
    let decide = |id, now| Effect::DecideDevice { device: DeviceId(id), was: DeviceState::Pending, now };
    let redeemed = DeviceState::Redeemed { account: ACCOUNT, grant: GrantId(1) };
    world
        .commit([
            Effect::SaveCode(code(1)),
            Effect::SaveCode(code(2)),
            Effect::RedeemCode { code: CodeId(2), grant: GrantId(1) },
            Effect::StartGrant(grant(1)),
            session,
            Effect::TakeActiveGrant { app: APP, was: None, now: active },
            Effect::StartDevice(device(1)),
            Effect::StartDevice(device(2)),
            decide(2, allowed()),
            Effect::StartDevice(device(3)),
            decide(3, redeemed),
        ])
        .await
        .unwrap();
    take(&world.path(), &backup).unwrap();
    let contents = BackupFile::open(&backup).unwrap().contents(9).unwrap();
    assert_eq!((contents.codes, contents.devices, contents.sessions), (1, 2, 1));
    assert_eq!((contents.teams, contents.apps, contents.accounts), (2, 2, 2));
    assert_eq!((contents.taken, contents.newest), (Some(NOW), Some(NOW)));

    let world = restored(world, &backup).await;
    assert!(world.ask(About::Code(CodeId(1))).await.code.is_none());
    assert!(world.ask(About::Code(CodeId(2))).await.code.is_some(), "its second use still ends its grant");
    assert!(world.store.session(SessionId(1)).await.unwrap().is_none());
    assert!(world.ask(About::ActiveGrant).await.active.is_none());
    for (id, state) in [(1, DeviceState::Denied), (2, DeviceState::Denied), (3, redeemed)] {
        assert_eq!(world.ask(About::Device(DeviceId(id))).await.device.unwrap().state, state, "device {id}");
    }
}

/// The former database is kept whole, also what a killed server left in its log.
#[tokio::test]
async fn the_former_database_is_kept() {
    let (world, backup) = world().await;
    take(&world.path(), &backup).unwrap();
    world.commit([Effect::SaveCode(code(1))]).await.unwrap();
    let killed = TempDir::new().unwrap();
    let database = killed.path().join("store.db");
    for suffix in ["", "-wal"] {
        let from = format!("{}{suffix}", world.path().display());
        std::fs::copy(from, format!("{}{suffix}", database.display())).unwrap();
    }
    let done = restore(&backup, &database).unwrap();
    let former = done.former.unwrap();
    let codes = |file: &Path| -> i64 {
        let file = Connection::open(file).unwrap();
        file.query_row("SELECT count(*) FROM codes", [], |row| row.get(0)).unwrap()
    };
    assert_eq!((codes(&former), codes(&database)), (1, 0));
    open(&database, LATER).close().await;

    let again = restore(&backup, &database);
    assert!(matches!(again, Err(BackupError::File { .. })), "the name is taken: {again:?}");
    assert_eq!(codes(&former), 1);
}

/// What is there may be damaged beyond reading: that is why one restores.
#[tokio::test]
async fn in_place_of_what_cannot_be_read() {
    let (world, backup) = world().await;
    take(&world.path(), &backup).unwrap();
    world.store.close().await;
    std::fs::write(world.path(), "damaged").unwrap();
    std::fs::write(world.path().with_file_name("store.db-wal"), "log").unwrap();
    let former = restore(&backup, &world.path()).unwrap().former.unwrap();
    assert_eq!(std::fs::read(&former).unwrap(), b"damaged");
    let log = format!("{}-wal", former.display());
    assert!(!world.path().with_file_name("store.db-wal").exists());
    assert!(!Path::new(&log).exists() || std::fs::read(&log).unwrap() == b"log");
    open(&world.path(), LATER).close().await;
}

#[tokio::test]
async fn from_an_older_version() {
    let folder = TempDir::new().unwrap();
    let (old, database) = (folder.path().join("old.db"), folder.path().join("store.db"));
    let connection = Connection::open(&old).unwrap();
    connection.execute_batch(include_str!("../../migrations/0001_first.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    connection
        .execute("INSERT INTO teams (id, name, kind, created) VALUES (1, 'First', 'label', 0)", [])
        .unwrap();
    connection.close().unwrap();
    assert_eq!(restore(&old, &database).unwrap(), Restored { former: None });
    let store = open(&database, LATER);
    store.commit(vec![create_app(APP, TEAM, None)]).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn what_is_refused() {
    let (world, backup) = world().await;
    take(&world.path(), &backup).unwrap();
    world.store.close().await;
    let before = std::fs::read(world.path()).unwrap();
    let other = world.path().with_file_name("other");
    let refused = || restore(&other, &world.path()).unwrap_err();

    assert!(matches!(refused(), BackupError::NoBackup(_)));
    std::fs::write(&other, "a text that is long enough to be more than the head of a file ".repeat(9))
        .unwrap();
    assert!(matches!(refused(), BackupError::NotStagedoor(_)));

    std::fs::remove_file(&other).unwrap();
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE apps (id)").unwrap();
    assert!(matches!(refused(), BackupError::NotStagedoor(_)), "no version");
    Connection::open(&other).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(refused(), BackupError::NotStagedoor(_)), "not the tables of that version");

    std::fs::copy(&backup, &other).unwrap();
    Connection::open(&other).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let newer = refused();
    assert!(
        matches!(newer, BackupError::Store { error: StoreError::NewerDatabase { found: 4711, .. }, .. }),
        "{newer:?}"
    );

    let ahead = LATER.plus_seconds(61);
    std::fs::remove_file(&other).unwrap();
    take_at(&world.path(), &other, ahead).unwrap();
    assert!(matches!(refused(), BackupError::ClockBehind { newest } if newest == ahead));

    assert_eq!(std::fs::read(world.path()).unwrap(), before);
    assert!(!world.path().with_extension("former").exists());
}

#[tokio::test]
async fn damage_is_found() {
    let (world, backup) = world().await;
    let codes = (1..200).map(|id| Effect::SaveCode(code(id)));
    world.commit(codes).await.unwrap();
    take(&world.path(), &backup).unwrap();
    assert!(BackupFile::open(&backup).unwrap().check(&mut |_| ()).is_ok());

    let mut bytes = std::fs::read(&backup).unwrap();
    let file = Connection::open(&backup).unwrap();
    let page: i64 = file
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'codes'", [], |row| row.get(0))
        .unwrap();
    drop(file);
    let at = (page as usize - 1) * 4096;
    bytes[at..at + 4096].fill(0x5a);
    std::fs::write(&backup, bytes).unwrap();
    let checked = BackupFile::open(&backup).unwrap().check(&mut |_| ());
    assert!(matches!(checked, Err(BackupError::Damaged { .. })), "{checked:?}");

    // A backup of a damaged database is not taken.
    let again = take(&backup, &backup.with_file_name("again.db"));
    assert!(again.is_err(), "{again:?}");
}

#[tokio::test]
async fn other_keys_are_noticed() {
    let (world, backup) = world().await;
    let (secret, legacy) = (secret(1), KeyId(9));
    let add_key = Effect::AddLegacyKey {
        api: "api".into(),
        id: "legacy".to_owned(),
        app: APP,
        key: legacy,
        hash: [1; 16],
        ends: None,
    };
    world.commit([Effect::AddSecret { app: APP, secret }, add_key]).await.unwrap();
    let key = |id, tag| KeyFingerprint { id: KeyId(id), tag: [tag; 16] };
    // The secret's hash is under key 3, what it was sealed with is key 4.
    let then = vec![key(3, 3), key(4, 4), key(9, 9), key(5, 5)];
    backup::take(&world.path(), &backup, false, then.clone(), NOW, &mut |_| ()).unwrap();
    let missing = |ring: &[KeyFingerprint]| -> Vec<(u16, u32)> {
        let missing = BackupFile::open(&backup).unwrap().missing_keys(ring).unwrap();
        missing.into_iter().map(|used| (used.id.0, used.rows)).collect()
    };
    assert_eq!(missing(&then), []);
    assert_eq!(missing(&then[..3]), [], "nothing rests on the fifth");
    assert_eq!(missing(&then[1..]), [(3, 1)]);
    assert_eq!(missing(&[key(3, 3), key(4, 7), key(9, 9)]), [(4, 1)], "another key of that id");
    assert_eq!(missing(&[]), [(3, 1), (4, 1), (9, 1)]);
}

/// One that was revoked since the backup would be good again.
#[tokio::test]
async fn credentials_that_administer_are_void() {
    let (world, backup) = world().await;
    world.commit([Effect::Administer(Change::AddCredential(credential(1, KeyId(41))))]).await.unwrap();
    take(&world.path(), &backup).unwrap();
    assert!(world.store.admin_credential(CredentialId(1)).await.unwrap().is_some());
    let world = restored(world, &backup).await;
    assert!(world.store.admin_credential(CredentialId(1)).await.unwrap().is_none());
}
