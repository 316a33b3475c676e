//! temp
use stagedoor_protocol::access_token::{AccessToken, Epochs, Standing};
use stagedoor_protocol::app::{NewApp, Stage};
use stagedoor_protocol::code::{Code, CodeState};
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::*;
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::team::TeamKind;
use stagedoor_protocol::*;
use stagedoor_store::*;
use stagedoor_wire::{ClientId, Scopes};
use std::time::Instant;
const NOW: Timestamp = Timestamp(1_800_000_000_000);
fn client_id() -> ClientId {
    ClientId::new("client").unwrap()
}
fn first_rows() -> Vec<Effect> {
    let (team, name) = (TeamId(1), String::new());
    let new =
        Box::new(NewApp { team, name, description: String::new(), redirect_uris: vec![], public: false });
    vec![
        Effect::CreateTeam { id: team, name: String::new(), kind: TeamKind::Label, at: NOW },
        Effect::CreateApp {
            api: "api".into(),
            id: AppId(1),
            client_id: client_id(),
            new,
            stage: Stage::Approved,
            at_most: None,
            at: NOW,
        },
        Effect::CreateAccount {
            id: AccountId(1),
            email: "".into(),
            name: "".into(),
            password_hash: "".into(),
            at: NOW,
        },
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
        scopes: Scopes::parse("user-read-private user-read-email").unwrap(),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        salt: [0; 16],
        key: KeyId(1),
        confidential: true,
        authorized: NOW,
        succession: Succession { presented: 0, at: NOW },
        revoked: None,
    }
}
async fn many<F, Fut>(name: &str, tasks: i64, each: i64, f: F)
where
    F: Fn(i64, i64) -> Fut + Send + Sync + Clone + 'static,
    Fut: Future<Output = ()> + Send,
{
    let t = Instant::now();
    let mut set = tokio::task::JoinSet::new();
    for task in 0..tasks {
        let f = f.clone();
        set.spawn(async move {
            for i in 0..each {
                f(task, i).await;
            }
        });
    }
    set.join_all().await;
    let n = (tasks * each) as f64;
    println!("{name}: {:.0}/s", n / t.elapsed().as_secs_f64());
}
fn main() {
    let workers: usize = std::env::args().nth(1).map_or(1, |w| w.parse().unwrap());
    let dir = std::path::PathBuf::from(std::env::args().nth(2).unwrap_or("/tmp/rate".into()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    // fdatasync
    {
        use std::io::Write;
        let mut f = std::fs::File::create(dir.join("f")).unwrap();
        let t = Instant::now();
        for _ in 0..200 {
            f.write_all(&[0; 4096]).unwrap();
            f.sync_data().unwrap();
        }
        println!("fdatasync {:?}", t.elapsed() / 200);
    }
    let rt =
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap();
    rt.block_on(async {
        let store = Store::open(&dir.join("db"), StoreOptions::default(), NOW).unwrap();
        store.commit(first_rows()).await.unwrap();
        let n: i64 = 2000;
        let s = store.clone();
        many("StartGrant (new rows, savepointless? multi)", 64, n / 4, move |t, i| {
            let s = s.clone();
            async move {
                s.commit(vec![Effect::StartGrant(grant(((i * 64 + t + 1) << 20) + 77 * t))]).await.unwrap();
            }
        })
        .await;
        for _ in 0..3 {
            let s = store.clone();
            static ROUND: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);
            let round = ROUND.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            many("Present x64", 64, n, move |t, i| {
                let s = s.clone();
                async move {
                    let id = ((i % (2000 / 4)) * 64 + t + 1 << 20) + 77 * t;
                    let _ = id;
                    let was = (round * 4 + i / 500) as u32;
                    s.commit(vec![Effect::Present {
                        grant: GrantId(id),
                        was,
                        now: Succession { presented: was + 1, at: NOW },
                    }])
                    .await
                    .unwrap();
                }
            })
            .await;
        }
        let s = store.clone();
        many("answer(Grant) x64", 64, n, move |t, i| {
            let s = s.clone();
            async move {
                let id = ((i % (2000 / 4)) * 64 + t + 1 << 20) + 77 * t;
                let c = client_id();
                assert!(
                    s.answer("api", &Question { client_id: &c, about: About::Grant(GrantId(id)) })
                        .await
                        .unwrap()
                        .grant
                        .is_some()
                );
            }
        })
        .await;
        let s = store.clone();
        many("answer+Present x64", 64, n, move |t, i| {
            let s = s.clone();
            async move {
                let id = ((i % (2000 / 4)) * 64 + t + 1 << 20) + 77 * t;
                let c = client_id();
                let g = s
                    .answer("api", &Question { client_id: &c, about: About::Grant(GrantId(id)) })
                    .await
                    .unwrap()
                    .grant
                    .unwrap();
                let was = g.succession.presented;
                s.commit(vec![Effect::Present {
                    grant: GrantId(id),
                    was,
                    now: Succession { presented: was + 1, at: NOW },
                }])
                .await
                .unwrap();
            }
        })
        .await;
        let s = store.clone();
        many("SaveCode x64", 64, n, move |t, i| {
            let s = s.clone();
            async move {
                s.commit(vec![Effect::SaveCode(code(((i * 64 + t + 1) << 20) + 77 * t))]).await.unwrap();
            }
        })
        .await;
        let s = store.clone();
        many("Redeem+StartGrant x64", 64, n, move |t, i| {
            let s = s.clone();
            async move {
                let id = ((i * 64 + t + 1) << 20) + 77 * t;
                s.commit(vec![
                    Effect::RedeemCode { code: CodeId(id), grant: GrantId(id + (1 << 50)) },
                    Effect::StartGrant(grant(id + (1 << 50))),
                ])
                .await
                .unwrap();
            }
        })
        .await;
        let s = store.clone();
        many("Present x1", 1, 2000, move |t, i| {
            let s = s.clone();
            async move {
                let id = ((i % 500) * 64 + t + 2 << 20) + 77 * (t + 1);
                let c = client_id();
                let g = s
                    .answer("api", &Question { client_id: &c, about: About::Grant(GrantId(id)) })
                    .await
                    .unwrap()
                    .grant
                    .unwrap();
                let was = g.succession.presented;
                s.commit(vec![Effect::Present {
                    grant: GrantId(id),
                    was,
                    now: Succession { presented: was + 1, at: NOW },
                }])
                .await
                .unwrap();
            }
        })
        .await;
        let token = AccessToken {
            app: AppId(1),
            client_id: client_id(),
            team: TeamId(1),
            account: Some(AccountId(1)),
            grant: Some(GrantId(1)),
            epochs: Epochs { app: 0, team: 0, account: 0 },
            standing: Standing::Served,
            scopes: Scopes::none(),
            issued: NOW,
            expires: NOW,
            nonce: 7,
        };
        let t = Instant::now();
        let mut x = 0;
        for _ in 0..1_000_000 {
            x += std::hint::black_box(&store).has_ended(std::hint::black_box(&token)) as u32;
        }
        println!("has_ended empty {:?} {x}", t.elapsed() / 1_000_000);
        for i in 0..2000 {
            store
                .commit(vec![
                    Effect::RevokeGrant { grant: GrantId(100 + i), at: NOW },
                    Effect::EndToken { nonce: i as u64 + 100, expires: NOW },
                ])
                .await
                .unwrap();
        }
        let t = Instant::now();
        let mut x = 0;
        for _ in 0..1_000_000 {
            x += std::hint::black_box(&store).has_ended(std::hint::black_box(&token)) as u32;
        }
        println!("has_ended 4000 {:?} {x}", t.elapsed() / 1_000_000);
        let c = client_id();
        store.answer("api", &Question { client_id: &c, about: About::App }).await.unwrap();
        let t = Instant::now();
        let mut x = 0;
        for _ in 0..1_000_000 {
            x += std::hint::black_box(&store)
                .known("api", &Question { client_id: &c, about: About::App })
                .is_some() as u32;
        }
        println!("known {:?} {x}", t.elapsed() / 1_000_000);
        println!("wal {:?}", std::fs::metadata(dir.join("db-wal")).unwrap().len());
        store.close().await;
    });
}
