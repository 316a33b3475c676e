//! Killed at any point: a child process commits and prints what was acknowledged; whatever it printed is there after it
//! was killed, and nothing is redeemed twice. `STAGEDOOR_CRASH_ROUNDS` asks for more rounds.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;
use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::id::{CodeId, GrantId};
use stagedoor_protocol::{About, Effect, Question};
use stagedoor_store::{CommitError, Store};
use tokio::task::JoinSet;

use crate::world::{API, APP, NOW, World, client_id, code, grant, open, present, token};

const DATABASE: &str = "STAGEDOOR_CRASH_DATABASE";
const FIRST_ID: &str = "STAGEDOOR_CRASH_FIRST_ID";
const ROUNDS: &str = "STAGEDOOR_CRASH_ROUNDS";
const IDS_PER_ROUND: i64 = 1_000_000;

/// What was acknowledged, as the child prints it. Code `n` is redeemed for grant `2n` or `2n + 1`.
#[derive(Debug, PartialEq, Eq, Hash, Clone, Copy)]
enum Acknowledged {
    Saved(i64),
    Redeemed(i64),
    Presented(i64, u32),
    Revoked(i64),
}

impl Acknowledged {
    fn print(self) {
        match self {
            Self::Saved(code) => println!("ack saved {code} 0"),
            Self::Redeemed(grant) => println!("ack redeemed {grant} 0"),
            Self::Presented(grant, generation) => println!("ack presented {grant} {generation}"),
            Self::Revoked(grant) => println!("ack revoked {grant} 0"),
        }
    }

    /// `None` for a line that is the test harness's own, or was cut off.
    fn read(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("ack ")?.split(' ');
        let (what, id, generation) = (words.next()?, words.next()?, words.next()?);
        let id = id.parse().ok()?;
        match what {
            "saved" => Some(Self::Saved(id)),
            "redeemed" => Some(Self::Redeemed(id)),
            "presented" => Some(Self::Presented(id, generation.parse().ok()?)),
            "revoked" => Some(Self::Revoked(id)),
            _ => None,
        }
    }
}

/// Not a test: the process that is killed. It commits until then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by nothing_acknowledged_is_lost_when_killed"]
async fn child() {
    let (Ok(path), Ok(first)) = (std::env::var(DATABASE), std::env::var(FIRST_ID)) else { return };
    let first: i64 = first.parse().unwrap();
    let store = open(Path::new(&path), NOW);
    let mut tasks = JoinSet::new();
    for offset in 0..8 {
        let store = store.clone();
        tasks.spawn(async move {
            for round in 0.. {
                one_code(&store, first + offset + 8 * round).await;
            }
        });
    }
    tasks.join_all().await;
}

/// A code's whole life: saved, redeemed by two at once, its grant used and in some cases revoked.
async fn one_code(store: &Store, id: i64) {
    store.commit(vec![Effect::SaveCode(code(id))]).await.unwrap();
    Acknowledged::Saved(id).print();
    let redeem = |grant_id| {
        let redeem = Effect::RedeemCode { code: CodeId(id), grant: GrantId(grant_id) };
        store.commit(vec![redeem, Effect::StartGrant(grant(grant_id))])
    };
    let grant = match tokio::join!(redeem(2 * id), redeem(2 * id + 1)) {
        (Ok(()), Err(CommitError::Conflict)) => 2 * id,
        (Err(CommitError::Conflict), Ok(())) => 2 * id + 1,
        other => panic!("{other:?}"),
    };
    Acknowledged::Redeemed(grant).print();
    for generation in 0..2 {
        store.commit(vec![present(grant, generation)]).await.unwrap();
        Acknowledged::Presented(grant, generation + 1).print();
    }
    if id % 3 == 0 {
        store.commit(vec![Effect::RevokeGrant { grant: GrantId(grant), at: NOW }]).await.unwrap();
        Acknowledged::Revoked(grant).print();
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_killed() {
    let rounds = std::env::var(ROUNDS).map_or(10, |rounds| rounds.parse().unwrap());
    let mut random = Random(0x5eed);
    let mut world = World::new().await;
    for round in 1..=rounds {
        world.store.close().await;
        let child = start_child(&world.path(), round * IDS_PER_ROUND);
        let acknowledged = kill_after(child, 1 + random.below(400));
        world.store = open(&world.path(), NOW);
        check(&world.store, &acknowledged).await;
        world.store.close().await;
        check_file(&world.path());
    }
}

fn start_child(database: &Path, first_id: i64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::child", "--nocapture"])
        .env(DATABASE, database)
        .env(FIRST_ID, first_id.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the child once it has printed `lines`; what it printed until it died counts too.
fn kill_after(mut child: Child, lines: usize) -> HashSet<Acknowledged> {
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut acknowledged = HashSet::new();
    let mut read = |line: String| acknowledged.extend(Acknowledged::read(&line));
    output.by_ref().take(lines).for_each(&mut read);
    child.kill().unwrap();
    child.wait().unwrap();
    output.for_each(&mut read);
    assert!(acknowledged.len() + 4 >= lines, "the child ended by itself");
    acknowledged
}

async fn check(store: &Store, acknowledged: &HashSet<Acknowledged>) {
    for &done in acknowledged {
        match done {
            Acknowledged::Saved(id) => check_code(store, id).await,
            Acknowledged::Redeemed(id) => {
                let redeemed = CodeState::Redeemed(GrantId(id));
                assert_eq!(find_code(store, id / 2).await.unwrap().state, redeemed, "{done:?}");
                assert!(find_generation(store, id).await.is_some(), "{done:?}");
            }
            Acknowledged::Presented(id, generation) => {
                assert!(find_generation(store, id).await >= Some(generation), "{done:?}");
            }
            Acknowledged::Revoked(id) => {
                let token = AccessToken { grant: Some(GrantId(id)), ..token(1) };
                assert!(store.has_ended(&token), "{done:?}");
            }
        }
    }
}

/// A saved code is there and started no grant, or the one it names; then it starts no other.
async fn check_code(store: &Store, id: i64) {
    let state = find_code(store, id).await.unwrap().state;
    for grant_id in [2 * id, 2 * id + 1] {
        let started = state == CodeState::Redeemed(GrantId(grant_id));
        assert_eq!(find_generation(store, grant_id).await.is_some(), started, "grant {grant_id}");
    }
    if state != CodeState::Unused {
        let again = Effect::RedeemCode { code: CodeId(id), grant: GrantId(2 * id) };
        assert!(matches!(store.commit(vec![again]).await, Err(CommitError::Conflict)), "code {id}");
    }
}

async fn find_code(store: &Store, id: i64) -> Option<Code> {
    let question = Question { client_id: &client_id(APP), about: About::Code(CodeId(id)) };
    store.answer(API, &question).await.unwrap().code
}

async fn find_generation(store: &Store, id: i64) -> Option<u32> {
    let question = Question { client_id: &client_id(APP), about: About::Grant(GrantId(id)) };
    store.answer(API, &question).await.unwrap().grant.map(|grant| grant.succession.presented)
}

fn check_file(path: &Path) {
    let connection = Connection::open(path).unwrap();
    let verdict: String = connection.pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let strays = connection.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap();
    assert!(!strays, "a row refers to one that is not there");
}

/// splitmix64: the same points in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
