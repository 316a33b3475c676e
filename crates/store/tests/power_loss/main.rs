//! The power goes at any point: what the store had acknowledged is there afterwards, and nothing is redeemed twice.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod disk;
mod recording_vfs;

use std::path::Path;
use std::sync::atomic::Ordering;

use disk::{Disk, Fate};
use recording_vfs::{Event, Recording, record};
use rusqlite::Connection;
use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::app::{NewApp, Stage};
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::{AccountId, AppId, CodeId, GrantId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::{About, Effect, Facts, Question, Timestamp};
use stagedoor_store::{CommitError, Store, StoreError, StoreOptions};
use stagedoor_wire::{ClientId, Scopes};
use tempfile::TempDir;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const API: &str = "api";
const DATABASE: &str = "store.db";
/// Enough for the log to be emptied into the database several times.
const CODES: usize = 400;
/// Each code is saved, redeemed, and its grant presented: three commits.
const STEPS: usize = 3;

#[tokio::test]
async fn nothing_acknowledged_is_lost() {
    let folder = TempDir::new().unwrap();
    let recording = record(folder.path());
    let store = open(folder.path());
    store.commit(first_rows()).await.unwrap();
    recording.acknowledge(0);
    for number in 0..CODES * STEPS {
        store.commit(step(number)).await.unwrap();
        recording.acknowledge(number + 1);
    }
    store.close().await;

    let events = recording.events.lock().unwrap().clone();
    let checkpoints = events.windows(2).filter(|pair| begins_checkpoint(pair)).count();
    assert!(checkpoints >= 3, "only {checkpoints} checkpoints");
    let mut random = Random(0x5eed);
    let points = points(&events, &mut random);
    let (mut disk, mut acknowledged, mut at_risk) = (Disk::with_empty(DATABASE), None, 0);
    for (position, event) in events.iter().enumerate() {
        disk.happen(event);
        if let Event::Acknowledged(number) = event {
            acknowledged = Some(*number);
        }
        if points.contains(&position) {
            at_risk += usize::from(disk.at_risk() > 0);
            lose_power(&disk, acknowledged, || Fate::Lost).await;
            lose_power(&disk, acknowledged, || random.fate()).await;
        }
    }
    assert!(at_risk > points.len() / 4, "the power went where nothing was at risk: {at_risk} times only");
}

/// A write to the database file right after something else: a checkpoint has begun.
fn begins_checkpoint(pair: &[Event]) -> bool {
    let writes = |event: &Event| matches!(event, Event::Write { file, .. } if **file == *DATABASE);
    !writes(&pair[0]) && writes(&pair[1])
}

/// Where the power goes: anywhere, and around the beginning and end of checkpoints.
fn points(events: &[Event], random: &mut Random) -> Vec<usize> {
    let mut points: Vec<usize> = (0..40).map(|_| random.below(events.len())).collect();
    for (position, pair) in events.windows(2).enumerate() {
        let ends = matches!(&pair[0], Event::Sync { file } if **file == *DATABASE);
        if ends || begins_checkpoint(pair) {
            points.extend([0, 1, 2, 3, 5, 9].map(|behind| position + behind));
            points.push(position + random.below(200));
        }
    }
    points
}

async fn lose_power(disk: &Disk, acknowledged: Option<usize>, fate: impl FnMut() -> Fate) {
    let folder = TempDir::new().unwrap();
    disk.lose_power(folder.path(), fate);
    let store = open(folder.path());
    if let Some(acknowledged) = acknowledged {
        cannot_be_done_again(&store, acknowledged).await;
    }
    store.close().await;
    let database = Connection::open(folder.path().join(DATABASE)).unwrap();
    let verdict: String = database.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    if let Some(acknowledged) = acknowledged {
        are_done(&database, acknowledged);
    }
}

/// Whether the first `acknowledged` steps are done.
fn are_done(database: &Connection, acknowledged: usize) {
    for (behind, done) in [
        "SELECT count(*) FROM codes WHERE id < ?",
        "SELECT count(*) FROM codes c JOIN grants g ON g.id = c.grant_id WHERE c.id = g.id AND c.id < ?",
        "SELECT count(*) FROM grants WHERE presented = 1 AND id < ?",
    ]
    .into_iter()
    .enumerate()
    {
        let expected = ((acknowledged + STEPS - 1 - behind) / STEPS) as i64;
        let found: i64 = database.query_row(done, [expected], |row| row.get(0)).unwrap();
        assert_eq!(found, expected, "after {acknowledged} steps: {done}");
    }
}

/// Whether the last of the first `acknowledged` steps are refused when they come again.
async fn cannot_be_done_again(store: &Store, acknowledged: usize) {
    for number in acknowledged.saturating_sub(3 * STEPS)..acknowledged {
        let again = store.commit(step(number)).await;
        assert!(matches!(again, Err(CommitError::Conflict)), "step {number}: {again:?}");
    }
}

async fn ask(store: &Store, about: About) -> Facts {
    store.answer(API, &Question { client_id: &client_id(), about }).await.unwrap()
}

#[tokio::test]
async fn a_disk_that_fails_is_unavailable_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let recording = record(folder.path());
    let mut store = open(folder.path());
    store.commit(first_rows()).await.unwrap();
    store.commit(step(0)).await.unwrap();
    let faults: [fn(&Recording, bool); 2] = [
        |disk, fails| disk.syncs_fail.store(fails, Ordering::Relaxed),
        |disk, fails| disk.writes_fail.store(fails, Ordering::Relaxed),
    ];
    for (fault, number) in faults.into_iter().zip([1, 2]) {
        fault(&recording, true);
        let (one, other) = tokio::join!(store.commit(step(number)), store.commit(step(STEPS * 9)));
        for told in [one, other] {
            assert!(matches!(told, Err(CommitError::Unavailable(StoreError::Unavailable(_)))), "{told:?}");
        }
        assert!(ask(&store, About::Code(CodeId(0))).await.code.is_some(), "reading goes on");
        assert!(ask(&store, About::Code(CodeId(9))).await.code.is_none());
        fault(&recording, false);
        store.commit(step(number)).await.unwrap();
        store.close().await;
        are_done(&Connection::open(folder.path().join(DATABASE)).unwrap(), number + 1);
        store = open(folder.path());
        cannot_be_done_again(&store, number + 1).await;
    }
}

/// The effects of one step.
fn step(number: usize) -> Vec<Effect> {
    let id = (number / STEPS) as i64;
    match number % STEPS {
        0 => vec![Effect::SaveCode(code(id))],
        1 => {
            let redeem = Effect::RedeemCode { code: CodeId(id), grant: GrantId(id) };
            vec![redeem, Effect::StartGrant(grant(id))]
        }
        _ => {
            let now = Succession { presented: 1, at: NOW };
            vec![Effect::Present { grant: GrantId(id), was: 0, now }]
        }
    }
}

fn open(folder: &Path) -> Store {
    Store::open(&folder.join(DATABASE), StoreOptions::default(), NOW).unwrap()
}

fn client_id() -> ClientId {
    ClientId::new("client").unwrap()
}

fn first_rows() -> Vec<Effect> {
    let (team, name) = (TeamId(1), String::new());
    let (description, redirect_uris) = (String::new(), Vec::new());
    let new = Box::new(NewApp {
        team,
        name,
        description,
        purpose: String::new(),
        terms: None,
        redirect_uris,
        public: false,
    });
    let (id, stage, at_most) = (AppId(1), Stage::Approved, None);
    let (email, name, password_hash) = (String::new(), String::new(), String::new());
    vec![
        Effect::CreateTeam { id: team, name: String::new(), kind: TeamKind::Label, at: NOW },
        Effect::CreateApp { api: API.into(), id, client_id: client_id(), new, stage, at_most, at: NOW },
        Effect::CreateAccount { id: AccountId(1), email, name, password_hash, at: NOW },
    ]
}

fn code(id: i64) -> Code {
    Code {
        id: CodeId(id),
        hash: [0; 32],
        app: AppId(1),
        account: AccountId(1),
        redirect_uri: "https://app.example/callback".to_owned(),
        challenge: None,
        scopes: Scopes::none(),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        authorized: NOW,
        expires: NOW,
        state: CodeState::Unused,
    }
}

fn grant(id: i64) -> Grant {
    Grant {
        id: GrantId(id),
        app: AppId(1),
        team: TeamId(1),
        account: Some(AccountId(1)),
        scopes: Scopes::none(),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        salt: [0; 16],
        key: KeyId(1),
        confidential: true,
        authorized: NOW,
        succession: Succession { presented: 0, at: NOW },
        revoked: None,
    }
}

/// splitmix64: the same losses in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn fate(&mut self) -> Fate {
        [Fate::Lost, Fate::Kept, Fate::FirstHalf, Fate::LastHalf][self.below(4)]
    }
}
