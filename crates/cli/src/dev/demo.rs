//! The demo state, and the credentials in it that are printed.

use anyhow::Context;
use stagedoor_protocol::admin_credential::{self, AdminScopes, NewAdminCredential, Terms};
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_server::state_file::{AppEntry, Named, StateFile};
use stagedoor_wire::dialect::{ClientIdForm, RedirectRule};
use stagedoor_wire::{ClientId, RedirectUri, Secret};

use super::apis::{Mount, Mounts};

const STATE: &str = include_str!("demo.toml");

/// The person who signs in.
pub(super) const EMAIL: &str = "fan@example.com";
/// Their password; the state file holds its hash.
pub(super) const PASSWORD: &str = "listen-first";

/// Who develops apps: an owner of both teams.
pub(super) const DEVELOPER: (&str, &str) = ("developer@example.com", "sound-check");
/// Who administers the server.
pub(super) const ADMINISTRATOR: (&str, &str) = ("admin@example.com", "house-lights");

/// Good for the admin API.
pub(super) const ADMIN_CREDENTIAL: &str = "sdm_AAAAAAAAG71kZW1vLWFkbWluLXRva2Vu";

/// The credential's row, under the keys there are.
pub(super) fn admin_credential(keys: &KeyRing, now: Timestamp) -> anyhow::Result<Effect> {
    let handle = admin_credential::read(ADMIN_CREDENTIAL).context("the demo admin credential is none")?;
    let scopes = AdminScopes::parse("read write").context("the demo admin credential has no scopes")?;
    let expires = Some(now.plus_seconds(admin_credential::MOST_DAYS * 24 * 3600));
    let terms = Terms { name: "demo".to_owned(), scopes, made_by: None, expires };
    let stored = NewAdminCredential::of(&handle, terms, keys, now).stored;
    Ok(Effect::Administer(Change::AddCredential(stored)))
}

/// The demo state, with a client for each dialect of the user's own.
pub(super) fn state(mounts: &Mounts) -> anyhow::Result<StateFile> {
    let mut state = StateFile::parse(STATE)?;
    for mount in &mounts.own {
        state.app.push(own_app(mount)?);
    }
    Ok(state)
}

/// The apps of an API in the order of the file.
pub(super) fn apps<'a>(state: &'a StateFile, api: &str) -> anyhow::Result<Vec<&'a AppEntry>> {
    let apps: Vec<_> = state.app.iter().filter(|app| app.api == api).collect();
    anyhow::ensure!(!apps.is_empty(), "the demo state has no app for {api}");
    Ok(apps)
}

/// An app's secret in clear.
pub(super) fn secret(app: &AppEntry) -> anyhow::Result<&str> {
    let secret = app.secrets.first().with_context(|| format!("demo app {} has no secret", app.client_id))?;
    Ok(secret.expose())
}

fn own_app(mount: &Mount) -> anyhow::Result<AppEntry> {
    let client_id = match mount.dialect.apps.client_id {
        ClientIdForm::Decimal => "1",
        ClientIdForm::Hex32 => "d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0",
    };
    Ok(AppEntry {
        api: mount.name.clone(),
        client_id: ClientId::new(client_id)?,
        secrets: vec![Secret::new("demo-secret")],
        name: format!("Demo app of {}", mount.dialect.title),
        description: String::new(),
        website: String::new(),
        purpose: String::new(),
        terms: None,
        stage: stagedoor_protocol::app::Stage::Approved,
        team: Named::Id(stagedoor_protocol::id::TeamId(5001)),
        acts_for: Vec::new(),
        public: false,
        redirect_uris: own_redirect_uris(mount)?,
        users: Vec::new(),
    })
}

/// Where the tools and frameworks people use listen; on an address without a port any port will do.
fn own_redirect_uris(mount: &Mount) -> anyhow::Result<Vec<RedirectUri>> {
    let Some(rules) = &mount.dialect.authorization else { return Ok(Vec::new()) };
    let addresses = [
        "http://127.0.0.1:3000/callback",
        "http://127.0.0.1/callback",
        "http://127.0.0.1",
        "http://[::1]/callback",
        "https://app.example/callback",
    ];
    let names: &[&str] = match rules.redirect_uris {
        RedirectRule::HttpsOrLoopback => {
            &["http://localhost:3000/callback", "http://localhost:8888/callback"]
        }
        RedirectRule::HttpsOrLoopbackAddress => &[],
    };
    addresses.iter().chain(names).map(|text| Ok(RedirectUri::parse(text)?)).collect()
}
