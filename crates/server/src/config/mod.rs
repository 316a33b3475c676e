//! The configuration, `stagedoor.toml`: what an operator writes, read strictly, becomes what the server is told. Each
//! section is one file: the struct that is written (the reference page is made from it), the one it becomes, and what
//! contradicts what. A mistake is told with file, line and cure, and all of them at once.
//!
//! No secret stands in it: secrets are in files or in the environment, and the configuration says where.

mod accounts;
mod admin;
mod api;
mod check;
mod database;
mod identity;
mod keys;
mod log;
mod mail;
mod metrics;
mod mounts;
mod network;
#[cfg(test)]
mod reference;
mod server;
#[cfg(test)]
mod tests;
mod traces;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use stagedoor_protocol::Timestamp;
use stagedoor_wire::strict_toml::{self, FileError};
use url::Url;

pub use accounts::Registration;
pub use admin::{AdminConfiguration, socket_of};
pub use api::{ApiConfiguration, Upstream};
pub(crate) use identity::Identity;
pub use keys::{KeyPlace, Keys};
pub use log::{LogFormat, LogLevel, LogSection};
pub use mail::MailConfiguration;
pub(crate) use mail::Security;
pub use metrics::MetricsConfiguration;
pub use network::Network;
pub use server::{ServerConfiguration, TlsConfiguration, TlsFiles};
pub use traces::TracesConfiguration;

use check::Check;

/// A commented file to begin with; `stagedoor init` writes it.
pub const TEMPLATE: &str = include_str!("template.toml");

/// What a server is told, checked.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// Where it listens and how it is reached.
    pub server: ServerConfiguration,
    /// The SQLite file.
    pub database: PathBuf,
    pub keys: Keys,
    pub log: LogSection,
    pub metrics: MetricsConfiguration,
    pub traces: Option<TracesConfiguration>,
    pub registration: Registration,
    /// None: no mails are sent.
    pub mail: Option<MailConfiguration>,
    pub admin: AdminConfiguration,
    /// At least one.
    pub apis: Vec<ApiConfiguration>,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    #[error("cannot read {}: {error}; `stagedoor init` writes one to begin with", path.display())]
    Unreadable { path: PathBuf, error: std::io::Error },
    /// At least one, in the order of the file.
    #[error("{}", .0.iter().map(FileError::to_string).collect::<Vec<_>>().join("\n"))]
    Mistakes(Vec<FileError>),
}

/// Whether APIs of JWTs must have a key already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SigningKeys {
    Needed,
    ToCome,
}

/// What may be written.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct File {
    /// Where the server listens and how it is reached.
    #[serde(default)]
    server: server::ServerSection,
    /// Where everything that lasts is kept.
    #[serde(default)]
    database: database::DatabaseSection,
    /// Where the keys are that tokens and secrets rest on. They never stand in this file.
    #[serde(default)]
    keys: keys::KeysSection,
    /// What is written to stderr.
    #[serde(default)]
    log: LogSection,
    /// Figures for Prometheus, at `/metrics`.
    #[serde(default)]
    metrics: metrics::MetricsSection,
    /// Traces for an OpenTelemetry collector. Left out, nothing is traced.
    traces: Option<traces::TracesSection>,
    /// People.
    #[serde(default)]
    accounts: accounts::AccountsSection,
    /// How mails are sent: to confirm an e-mail, and to set a forgotten password. Left out, none are.
    mail: Option<mail::MailSection>,
    /// Where the server is administered.
    #[serde(default)]
    admin: admin::AdminSection,
    /// One protected API; the section is written once for each.
    #[serde(default)]
    api: Vec<api::ApiSection>,
}

impl Configuration {
    /// Reads a file and the files it names, and checks all of it. Blocks.
    pub fn read(path: &Path) -> Result<Self, ConfigurationError> {
        Self::read_with(path, SigningKeys::Needed)
    }

    /// The same for whoever is about to add keys: those that sign may be missing.
    pub fn read_for_keys(path: &Path) -> Result<Self, ConfigurationError> {
        Self::read_with(path, SigningKeys::ToCome)
    }

    fn read_with(path: &Path, signing_keys: SigningKeys) -> Result<Self, ConfigurationError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigurationError::Unreadable { path: path.to_owned(), error })?;
        let name = path.display().to_string();
        let file: File =
            strict_toml::read(&name, &text).map_err(|error| ConfigurationError::Mistakes(vec![error]))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut check = Check::new(&name, &text, folder);
        let configuration = file.typed(signing_keys, &mut check);
        match (check.mistakes(), configuration) {
            (mistakes, Some(configuration)) if mistakes.is_empty() => Ok(configuration),
            (mistakes, _) => Err(ConfigurationError::Mistakes(mistakes)),
        }
    }

    /// The same with keys that were read again; an error is what an operator reads.
    pub(crate) fn with_keys(&self, keys: Keys) -> Result<Self, String> {
        match self.apis.iter().find_map(|api| api::missing_key(&keys.ring, api)) {
            Some(message) => Err(message),
            None => Ok(Self { keys, ..self.clone() }),
        }
    }

    /// What will go wrong though it can be served.
    pub fn warnings(&self, now: Timestamp) -> Vec<String> {
        let Some(TlsConfiguration { files, certificate, .. }) = &self.server.tls else { return Vec::new() };
        let url = self.server.url.as_deref().and_then(|url| Url::parse(url).ok());
        let own = url.as_ref().and_then(Url::host_str);
        let hosts: Vec<&str> =
            own.into_iter().chain(self.apis.iter().filter_map(|api| api.host.as_deref())).collect();
        let file = files.certificate.display();
        certificate.warnings(&hosts, now).iter().map(|warning| format!("{file}: {warning}")).collect()
    }

    /// Logs the same.
    pub fn warn(&self, now: Timestamp) {
        for warning in self.warnings(now) {
            tracing::warn!(warning, "somebody should see to this");
        }
    }

    /// The longest lifetime of an access token, in seconds.
    pub fn longest_token_seconds(&self) -> u32 {
        self.apis.iter().map(|api| api.dialect.access_token.seconds).max().unwrap_or_default()
    }
}

impl File {
    /// `None` only with a mistake noted.
    fn typed(self, signing_keys: SigningKeys, check: &mut Check<'_>) -> Option<Configuration> {
        accounts::check(&self, check);
        if self.api.is_empty() {
            check.wrong("api", "there is no [[api]]: say which API this server stands in front of");
        }
        let server = self.server.typed(check);
        let metrics = self.metrics.typed(server.as_ref(), check);
        let traces = self.traces.map(|traces| traces.typed(check));
        let mail = self.mail.map(|mail| mail.typed(check));
        let database = self.database.typed(check);
        let own_admin_path = self.admin.own_path();
        let admin = database.as_deref().map(|database| self.admin.typed(database, check));
        let keys = self.keys.typed(check);
        let apis: Vec<Option<ApiConfiguration>> =
            self.api.into_iter().enumerate().map(|(at, api)| api.typed(at, server.as_ref(), check)).collect();
        mounts::check(&apis, own_admin_path, check);
        if let (Some(keys), SigningKeys::Needed) = (&keys, signing_keys) {
            api::check_keys(&keys.ring, &apis, check);
        }
        Some(Configuration {
            server: server?,
            database: database?,
            keys: keys?,
            log: self.log,
            metrics: metrics?,
            traces: match traces {
                Some(traces) => Some(traces?),
                None => None,
            },
            registration: self.accounts.registration,
            mail: match mail {
                Some(mail) => Some(mail?),
                None => None,
            },
            admin: admin.flatten()?,
            apis: apis.into_iter().collect::<Option<_>>()?,
        })
    }
}
