//! Tokens made and checked in process, as the token endpoint and the gateway do it.

use std::hint::black_box;

use anyhow::{Context, ensure};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use stagedoor_protocol::access_token::{AccessToken, Epochs, Standing};
use stagedoor_protocol::id::{AccountId, AppId, GrantId, TeamId};
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::{Effect, Rules};
use stagedoor_store::{Store, StoreOptions};
use stagedoor_wire::{ClientId, Dialect, Scopes};

use crate::pairs::Spread;
use crate::report::Figure;
use crate::{Setting, stopwatch, usage};

const OPERATIONS: u32 = 200_000;
/// Tokens that were ended one by one, for a check to look among.
const ENDED: u64 = 10_000;

/// Measures both kinds of token.
pub(crate) fn in_process(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let now = stopwatch::now();
    let mut random = StdRng::seed_from_u64(3);
    let rules = Rules {
        api: "spotify".into(),
        issuer: "".into(),
        dialect: Dialect::built_in("spotify").context("the dialect is missing")?.into(),
        token_format: TokenFormat::Opaque,
        keys: KeyRing::parse(&KeyRing::generate(now, &mut random))?.into(),
    };
    let store = Store::open(&setting.folder.join("tokens.db"), StoreOptions::default(), now)?;
    let ended =
        (0..ENDED).map(|nonce| Effect::EndToken { nonce: nonce + 1, expires: now.plus_seconds(3600) });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(store.commit(ended.collect()))?;

    let app = AccessToken {
        app: AppId(100_000_000_000_000_001),
        client_id: ClientId::new("5f2a1c9e8b7d4036a1e2c3d4f5061728")?,
        team: TeamId(5001),
        account: None,
        grant: None,
        epochs: Epochs { app: 3, team: 1, account: 0 },
        standing: Standing::Served,
        scopes: Scopes::none(),
        issued: now,
        expires: now.plus_seconds(3600),
        nonce: 0x5eed_5eed_5eed_5eed,
    };
    let person = AccessToken {
        account: Some(AccountId(7001)),
        grant: Some(GrantId(100_000_000_000_000_002)),
        scopes: Scopes::parse("user-read-email user-read-private playlist-read-private streaming")?,
        ..app.clone()
    };
    let mut figures = Vec::new();
    for (kind, token) in [("an app's token", app), ("a person's token with four scopes", person)] {
        let text = token.mint(&rules, now);
        let check = || {
            let token = AccessToken::verify(&rules, black_box(text.expose()), now).ok();
            token.is_some_and(|token| !store.has_ended(&token))
        };
        ensure!(check(), "the token does not pass");
        figures.push(nanoseconds(setting, &format!("check {kind}"), "≤ 1,000", || {
            black_box(check());
        })?);
        let mut mint = || AccessToken { nonce: random.next_u64(), ..token.clone() }.mint(&rules, now);
        figures.push(nanoseconds(setting, &format!("mint {kind}"), "–", || {
            black_box(mint());
        })?);
    }
    runtime.block_on(store.close());
    Ok(figures)
}

/// CPU time rather than wall time: what else the machine does is not in it.
fn nanoseconds(
    setting: &Setting,
    what: &str,
    target: &'static str,
    mut operation: impl FnMut(),
) -> anyhow::Result<Figure> {
    let mut round = || {
        let before = usage::thread_cpu_nanos()?;
        for _ in 0..OPERATIONS {
            operation();
        }
        Ok((usage::thread_cpu_nanos()? - before) / f64::from(OPERATIONS))
    };
    round()?;
    let rounds = (0..setting.pairs).map(|_| round()).collect::<anyhow::Result<Spread>>()?;
    Ok(Figure { what: format!("{what}, in process"), unit: "CPU ns", shown: rounds.show(0), target })
}
