//! A server with many grants: written straight into its store, for signing in so often would take longer than measuring.

use std::path::Path;

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::app::App;
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::{AccountId, GrantId};
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::{KeyRing, Purpose};
use stagedoor_protocol::session::Account;
use stagedoor_protocol::{About, Effect, Question, Rules, Timestamp, refresh_token};
use stagedoor_store::{Store, StoreOptions};
use stagedoor_wire::{ClientId, Dialect, Scopes, Secret};

use crate::Setting;
use crate::child::Pinned;
use crate::stopwatch;

pub(super) const API: &str = "standard";
const AT_A_TIME: usize = 500;

/// Starts the server over `folder` with so many grants of one app and person; returns their first refresh tokens.
pub(super) fn prepare(
    setting: &Setting,
    folder: &Path,
    count: usize,
) -> anyhow::Result<(Pinned, Vec<Secret>)> {
    let first = Pinned::stagedoor(setting, folder)?;
    let told = |name| first.text(&format!("/apis/{API}/{name}")).map(str::to_owned);
    let (client_id, email) = (ClientId::new(&told("client_id")?)?, told("user/email")?);
    drop(first);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tokens = runtime.block_on(fill(folder, &client_id, &email, count))?;
    Ok((Pinned::stagedoor(setting, folder)?, tokens))
}

async fn fill(folder: &Path, client_id: &ClientId, email: &str, count: usize) -> anyhow::Result<Vec<Secret>> {
    let now = stopwatch::now();
    let rules = Rules {
        api: API.into(),
        issuer: "".into(),
        dialect: Dialect::built_in(API).context("the dialect is missing")?.into(),
        token_format: TokenFormat::Opaque,
        keys: KeyRing::parse(&std::fs::read_to_string(folder.join("stagedoor.key"))?)?.into(),
    };
    let store = Store::open(&folder.join("stagedoor.db"), StoreOptions::default(), now)?;
    let question = Question { client_id, about: About::App };
    let app = store.answer(API, &question).await?.app.context("the demo app is missing")?;
    let account = store.account_by_email(email).await?.context("the demo account is missing")?;
    let mut random = StdRng::seed_from_u64(2);
    // A millisecond apart, so that ids grow as they do in life.
    let times = (0..count).map(|at| Timestamp(now.0 - (count - at) as i64));
    let grants: Vec<Grant> = times.map(|at| grant(&rules, &app, &account, at, &mut random)).collect();
    for some in grants.chunks(AT_A_TIME) {
        store.commit(some.iter().cloned().map(Effect::StartGrant).collect()).await?;
    }
    store.close().await;
    Ok(grants.iter().map(|grant| refresh_token::derive(&rules, grant, 1)).collect())
}

fn grant(rules: &Rules, app: &App, account: &Account, at: Timestamp, random: &mut StdRng) -> Grant {
    let mut salt = [0; 16];
    random.fill_bytes(&mut salt);
    Grant {
        id: GrantId::new(at, random),
        app: app.id,
        team: app.owner.id,
        account: Some(AccountId(account.id.0)),
        scopes: ["read", "profile"].into_iter().collect::<Scopes>(),
        epochs: Epochs { app: app.epoch, team: app.owner.epoch, account: account.epoch },
        salt,
        key: rules.keys.active(Purpose::RefreshToken, at),
        confidential: true,
        authorized: at,
        succession: Succession { presented: 0, at },
        revoked: None,
    }
}
