//! The APIs that `dev` mounts: the five built-in dialects and those of the user.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use stagedoor_protocol::team::TeamKind;
use stagedoor_sandbox::{self as sandbox, Catalogue, Person};
use stagedoor_server::state_file::StateFile;
use stagedoor_server::{ApiSettings, NeededScope, Upstream};
use stagedoor_wire::Dialect;

/// What stands behind a mount.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resources {
    Bandcamp,
    Spotify,
    SpotifyAds,
    Soundcharts,
    WhoAmI,
}

/// One mounted API.
pub(super) struct Mount {
    pub(super) name: String,
    pub(super) dialect: Dialect,
    resources: Resources,
    /// Kinds of teams that the API is for, where its provider says so: all where it is empty.
    serves: &'static [TeamKind],
}

impl Mount {
    /// Whether nothing stands behind it that its provider documents: then `/whoami` does.
    pub(super) fn has_no_resources(&self) -> bool {
        self.resources == Resources::WhoAmI
    }
}

/// All mounted APIs.
pub(super) struct Mounts {
    /// Scheme, host and port.
    pub(super) origin: String,
    pub(super) built_in: Vec<Mount>,
    pub(super) own: Vec<Mount>,
    unlimited: bool,
    catalogue: Arc<Catalogue>,
}

impl Mounts {
    /// Where the dashboard is.
    pub(super) fn dashboard_url(&self) -> String {
        match self.dashboard_origin() {
            origin if origin == self.origin => format!("{origin}{}", stagedoor_server::dashboard::BASE),
            origin => origin,
        }
    }

    /// What people reach the dashboard by, and what its links in mails name: `localhost` where that leads here, so that its
    /// cookies are not those of the APIs' pages.
    pub(super) fn dashboard_origin(&self) -> String {
        match self.origin.rsplit_once(':') {
            Some(("http://127.0.0.1" | "http://[::1]", port)) => format!("http://localhost:{port}"),
            _ => self.origin.clone(),
        }
    }

    /// The built-in APIs and one for each file.
    pub(super) fn read(origin: &str, files: &[PathBuf], unlimited: bool) -> anyhow::Result<Self> {
        let built_in = [
            ("bandcamp", Resources::Bandcamp, &[TeamKind::Label, TeamKind::Band][..]),
            ("spotify", Resources::Spotify, &[]),
            ("spotify-ads", Resources::SpotifyAds, &[]),
            ("soundcharts", Resources::Soundcharts, &[]),
            ("standard", Resources::WhoAmI, &[]),
        ];
        let built_in = built_in
            .into_iter()
            .map(|(name, resources, serves)| {
                let dialect = Dialect::built_in(name).context("a built-in dialect is missing")?;
                Ok(Mount { name: name.to_owned(), dialect, resources, serves })
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        let mut own: Vec<Mount> = Vec::new();
        for file in files {
            let text =
                std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let dialect = Dialect::parse(&file.display().to_string(), &text)?;
            let name = dialect.name.to_string();
            if built_in.iter().chain(&own).any(|mount| mount.name == name) {
                bail!("{}: there is a dialect named {name} already; give yours another name", file.display());
            }
            own.push(Mount { name, dialect, resources: Resources::WhoAmI, serves: &[] });
        }
        Ok(Self { origin: origin.to_owned(), built_in, own, unlimited, catalogue: Catalogue::bundled() })
    }

    /// The longest lifetime of an access token, in seconds.
    pub(super) fn longest_token_seconds(&self) -> u32 {
        let all = self.built_in.iter().chain(&self.own);
        all.map(|mount| mount.dialect.access_token.seconds).max().unwrap_or_default()
    }

    /// Whom the API with this name is for.
    pub(super) fn serves(&self, name: &str) -> Vec<TeamKind> {
        let mount = self.built_in.iter().chain(&self.own).find(|mount| mount.name == name);
        mount.map(|mount| mount.serves.to_vec()).unwrap_or_default()
    }

    /// What the server is told of each.
    pub(super) fn settings(&self, state: &StateFile) -> Vec<ApiSettings> {
        self.built_in.iter().chain(&self.own).map(|mount| self.setting(mount, state)).collect()
    }

    fn setting(&self, mount: &Mount, state: &StateFile) -> ApiSettings {
        let path = format!("/{}", mount.name);
        let profile = NeededScope { prefix: "/profile".to_owned(), scope: "profile".to_owned() };
        ApiSettings {
            upstream: Upstream::Service(self.upstream(
                mount.resources,
                &format!("{}{path}", self.origin),
                state,
            )),
            name: mount.name.clone(),
            mount: path,
            origin: self.origin.clone(),
            dialect: mount.dialect.clone(),
            needed_scopes: if mount.has_no_resources() { vec![profile] } else { Vec::new() },
            unlimited: self.unlimited,
        }
    }

    fn upstream(&self, resources: Resources, base_url: &str, state: &StateFile) -> axum::Router {
        match resources {
            Resources::Bandcamp => sandbox::bandcamp(&self.catalogue),
            Resources::Spotify => sandbox::spotify(&self.catalogue, base_url, people(state)),
            Resources::SpotifyAds => sandbox::spotify_ads(&self.catalogue),
            Resources::Soundcharts => sandbox::soundcharts(&self.catalogue),
            Resources::WhoAmI => sandbox::whoami(),
        }
    }
}

fn people(state: &StateFile) -> Vec<Person> {
    let person = |account: &stagedoor_server::state_file::AccountEntry| {
        Some(Person {
            account: account.id?.to_string(),
            display_name: account.name.clone(),
            email: account.email.clone(),
            country: "SE".to_owned(),
        })
    };
    state.account.iter().filter_map(person).collect()
}
