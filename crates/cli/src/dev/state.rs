//! What the user adds to the demo state: `--redirect-uri API=URI` and `--state FILE`.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use stagedoor_protocol::id::{AccountId, TeamId};
use stagedoor_server::state_file::{AppEntry, StateFile};
use stagedoor_server::{Clock, entropy};
use stagedoor_wire::dialect::RedirectRule;
use stagedoor_wire::{Dialect, RedirectUri};

use super::apis::Mounts;

/// A redirect URI for the demo apps of an API.
#[derive(Clone, Debug)]
pub(super) struct OwnRedirectUri {
    api: String,
    uri: RedirectUri,
}

impl FromStr for OwnRedirectUri {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (api, uri) = text
            .split_once('=')
            .ok_or("give the API and the URI, such as spotify=http://127.0.0.1:5173/callback")?;
        let uri = RedirectUri::parse(uri).map_err(|why| why.to_string())?;
        Ok(Self { api: api.to_owned(), uri })
    }
}

/// Registers the URIs for every app that stands in `state`.
pub(super) fn register(state: &mut StateFile, own: &[OwnRedirectUri], mounts: &Mounts) -> anyhow::Result<()> {
    for OwnRedirectUri { api, uri } in own {
        let told = format!("--redirect-uri {api}={}", uri.as_str());
        let Some(rule) = redirect_rule(dialect(mounts, api).context(told.clone())?) else {
            bail!("{told}: {api} sends nobody to a redirect URI; leave it out");
        };
        uri.check(rule).context(told)?;
        for app in state.app.iter_mut().filter(|app| app.api == *api) {
            if !app.redirect_uris.iter().any(|known| known.as_str() == uri.as_str()) {
                app.redirect_uris.push(uri.clone());
            }
        }
    }
    Ok(())
}

/// Adds what stands in the file.
pub(super) fn add(state: &mut StateFile, file: &Path, mounts: &Mounts) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let own = StateFile::parse(&text).with_context(|| file.display().to_string())?;
    merge(state, own, mounts).with_context(|| file.display().to_string())
}

fn merge(state: &mut StateFile, own: StateFile, mounts: &Mounts) -> anyhow::Result<()> {
    let now = Clock::default().now();
    for mut account in own.account {
        let id = *account.id.get_or_insert_with(|| AccountId::new(now, &mut entropy::rng()));
        let known = state.account.iter();
        let taken = known.clone().any(|known| known.id == account.id)
            || known.clone().any(|known| known.email.eq_ignore_ascii_case(&account.email));
        ensure!(!taken, "there is an account {id} or {} already; give yours others", account.email);
        state.account.push(account);
    }
    for mut team in own.team {
        let id = *team.id.get_or_insert_with(|| TeamId::new(now, &mut entropy::rng()));
        let known = state.team.iter();
        let taken = known.clone().any(|known| known.id == team.id)
            || known.clone().any(|known| known.name == team.name);
        ensure!(!taken, "there is a team {id} already, or one named {:?}; give yours others", team.name);
        state.team.push(team);
    }
    for app in own.app {
        check(state, &app, mounts).with_context(|| format!("app {}", app.client_id))?;
        state.app.push(app);
    }
    for key in own.legacy_key {
        let taken = state.legacy_key.iter().any(|known| known.api == key.api && known.id == key.id);
        ensure!(!taken, "there is a legacy key {} already; give yours another id", key.id);
        let offered = dialect(mounts, &key.api)?.legacy_keys.is_some();
        ensure!(offered, "legacy key {}: {} has no legacy keys; leave it out", key.id, key.api);
        state.legacy_key.push(key);
    }
    Ok(())
}

fn check(state: &StateFile, app: &AppEntry, mounts: &Mounts) -> anyhow::Result<()> {
    let dialect = dialect(mounts, &app.api)?;
    let taken = state.app.iter().any(|known| known.api == app.api && known.client_id == app.client_id);
    ensure!(!taken, "{} has an app of this client id already; give yours another", app.api);
    for team in std::iter::once(&app.team).chain(&app.acts_for) {
        let known = state.team.iter().any(|known| team.is(known.id.as_ref(), &known.name));
        ensure!(known, "there is no team {team}; add a [[team]], or take 5001, the demo's");
    }
    for user in &app.users {
        let known = state.account.iter().any(|known| user.is(known.id.as_ref(), &known.email));
        ensure!(known, "there is no account {user}; add an [[account]], or take 7001, the demo's");
    }
    for uri in &app.redirect_uris {
        let Some(rule) = redirect_rule(dialect) else {
            bail!("{} sends nobody to a redirect URI; leave out redirect_uris", app.api);
        };
        uri.check(rule).with_context(|| uri.as_str().to_owned())?;
    }
    Ok(())
}

fn dialect<'a>(mounts: &'a Mounts, api: &str) -> anyhow::Result<&'a Dialect> {
    let all = || mounts.built_in.iter().chain(&mounts.own);
    let found = all().find(|mount| mount.name == api).map(|mount| &mount.dialect);
    found.with_context(|| {
        let names: Vec<_> = all().map(|mount| mount.name.as_str()).collect();
        format!("there is no API named {api:?}; there are {}", names.join(", "))
    })
}

fn redirect_rule(dialect: &Dialect) -> Option<RedirectRule> {
    dialect.authorization.as_ref().map(|rules| rules.redirect_uris)
}
