//! `[[api]]`: one protected API.

mod instead;
mod lifetimes;
mod limits;
mod mount;
mod team_kind;
mod terms;
mod token_format;
mod upstream;

use std::path::PathBuf;

use serde::Deserialize;
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::name;
use stagedoor_protocol::team::TeamKind;
use stagedoor_wire::Dialect;
use stagedoor_wire::strict_toml::{FileError, nearest};
use url::Url;

use super::check::Check;
use super::server::ServerConfiguration;
use crate::{ExampleCall, NeededScope, Terms};
use instead::Instead;
use team_kind::TeamKindName;
use token_format::{AlgorithmName, TokenFormatName};
pub(super) use token_format::{check_keys, missing_key};
pub use upstream::Upstream;

/// One protected API; the section is written once for each. It lies at a `path`, at a `host`, or at both.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a section, [[api]]")]
pub(super) struct ApiSection {
    /// Its name, by which apps and tokens belong to it: lower-case letters, digits and hyphens. Do not change it later.
    name: String,
    /// What people read in its place, on pages and when they consent; the dialect's where it is not written.
    title: Option<String>,
    /// A built-in dialect: `standard`, `bandcamp`, `spotify`, `spotify-ads` or `soundcharts`.
    dialect: Option<String>,
    /// A dialect file of your own instead; [Dialects](dialects.md) says how to write one.
    dialect_file: Option<PathBuf>,
    /// Path that everything of it lies under, such as `/catalogue`, or `/` for all. What stands behind it does not see it.
    path: Option<String>,
    /// Host name that leads to it, such as `api.example.com`. Scheme and port are those of the server's `url`.
    host: Option<String>,
    /// Where calls go that may pass: an address such as `http://127.0.0.1:9000/v1`.
    upstream: String,
    /// How long it may take to answer, and then for every next piece of the answer.
    #[serde(default = "upstream::default_seconds")]
    upstream_seconds: u32,
    /// Paths of the API whose calls need a scope.
    #[serde(default)]
    scopes: Vec<ScopeSection>,
    /// The form of access tokens.
    #[serde(default)]
    token_format: TokenFormatName,
    /// How JWTs are signed; `"ES256"` where it is not written.
    jwt_algorithm: Option<AlgorithmName>,
    /// The kinds of teams that may have apps: any of `label`, `band`, `partner` and `company`; all where it is left out.
    #[serde(default)]
    serves: Vec<TeamKindName>,
    /// A call that works with a new app's token, as method and path such as `GET /charts`: the dashboard shows it under *Try it*.
    example_call: Option<String>,
    /// Address of the terms that developers accept before they get an app.
    terms: Option<String>,
    /// Which version of them that is, such as `2026-11`; an app remembers it.
    terms_version: Option<String>,
    /// Lifetimes instead of the dialect's.
    #[serde(default)]
    lifetimes: lifetimes::LifetimesSection,
    /// Limits instead of the dialect's.
    #[serde(default)]
    limits: limits::LimitsSection,
}

/// A path whose calls need a scope.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a table such as { path = \"/reports\", scope = \"read\" }")]
struct ScopeSection {
    /// The path and all below it, as the API knows it.
    path: String,
    /// A scope the dialect knows.
    scope: String,
}

/// One API, checked.
#[derive(Clone, Debug)]
pub struct ApiConfiguration {
    pub name: String,
    /// With what the configuration says instead.
    pub dialect: Dialect,
    /// Path prefix without trailing slash; empty for all.
    pub path: String,
    /// Lower case.
    pub host: Option<String>,
    pub upstream: Upstream,
    pub needed_scopes: Vec<NeededScope>,
    pub token_format: TokenFormat,
    /// None named are all.
    pub serves: Vec<TeamKind>,
    pub terms: Option<Terms>,
    pub example_call: Option<ExampleCall>,
}

impl ApiConfiguration {
    /// How it is reached, without its path, when the server is reached at `server_origin`.
    pub fn origin(&self, server_origin: &str) -> String {
        let (Some(_), Ok(mut url)) = (&self.host, Url::parse(server_origin)) else {
            return server_origin.to_owned();
        };
        match url.set_host(self.host.as_deref()) {
            Ok(()) => url.origin().ascii_serialization(),
            Err(_) => server_origin.to_owned(),
        }
    }
}

impl ApiSection {
    /// `at`: which of the sections it is, from 0.
    pub(super) fn typed(
        self,
        at: usize,
        server: Option<&ServerConfiguration>,
        check: &mut Check<'_>,
    ) -> Option<ApiConfiguration> {
        let place = |key: &str| format!("api.{at}.{key}");
        let is_name = !self.name.is_empty()
            && self
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_name {
            check.wrong(
                &place("name"),
                "`name` is lower-case letters, digits and hyphens, such as \"catalogue\"",
            );
        }
        let path = mount::path(self.path.as_deref(), self.host.is_some(), at, check);
        let host = mount::host(self.host.as_deref(), server, at, check);
        let upstream = Upstream::read(&self.upstream, self.upstream_seconds, server, at, check);
        let body_bytes = self.limits.body_bytes;
        let mut dialect = dialect(self.dialect.as_deref(), self.dialect_file, at, check)?;
        if let Some(title) = self.title {
            match name::parse(&title) {
                Ok(title) => dialect.title = title,
                Err(_) => check.wrong(&place("title"), "`title` is 1 to 100 characters, on one line"),
            }
        }
        let mut instead = Instead { dialect: &mut dialect, at, check };
        self.lifetimes.apply(&mut instead);
        self.limits.apply(&mut instead);
        let needed_scopes = needed_scopes(self.scopes, &dialect, at, check);
        let token_format = token_format::read(self.token_format, self.jwt_algorithm, &dialect, at, check);
        let terms = terms::read(self.terms, self.terms_version, at, check);
        let example_call = example_call(self.example_call.as_deref(), at, check);
        is_name.then_some(ApiConfiguration {
            name: self.name,
            dialect,
            path: path?,
            host: host?,
            upstream: Upstream { body_bytes, ..upstream? },
            needed_scopes,
            token_format: token_format?,
            serves: self.serves.into_iter().map(TeamKindName::kind).collect(),
            terms: terms?,
            example_call: example_call?,
        })
    }
}

fn example_call(text: Option<&str>, at: usize, check: &mut Check<'_>) -> Option<Option<ExampleCall>> {
    let Some(text) = text else { return Some(None) };
    let message =
        "`example_call` is a method and a path without odd characters, such as \"GET /charts\"".to_owned();
    check.needed(ExampleCall::parse(text), &format!("api.{at}.example_call"), message).map(Some)
}

fn dialect(name: Option<&str>, file: Option<PathBuf>, at: usize, check: &mut Check<'_>) -> Option<Dialect> {
    let (name, file) = match (name, file) {
        (Some(name), None) => (name, None),
        (None, Some(file)) => ("", Some(check.path(&file))),
        (Some(_), Some(_)) => {
            let message = "there are `dialect` and `dialect_file`: keep one of them";
            check.wrong(&format!("api.{at}.dialect_file"), message);
            return None;
        }
        (None, None) => {
            let message =
                "`dialect` is missing: write \"standard\", or name a file of your own in `dialect_file`";
            check.wrong(&format!("api.{at}"), message);
            return None;
        }
    };
    let Some(file) = file else {
        let meant = match nearest(name, Dialect::built_in_names()) {
            Some(nearest) => format!("did you mean \"{nearest}\"?"),
            None => "a file of your own is named in `dialect_file`".to_owned(),
        };
        let message = format!("there is no built-in dialect \"{name}\"; {meant}");
        return check.needed(Dialect::built_in(name), &format!("api.{at}.dialect"), message);
    };
    let place = format!("api.{at}.dialect_file");
    let shown = file.display().to_string();
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            check.wrong(&place, format!("cannot read {shown}: {error}; name a dialect file"));
            return None;
        }
    };
    let read: Result<Dialect, FileError> = Dialect::parse(&shown, &text);
    read.map_err(|mistake| check.note(mistake)).ok()
}

fn needed_scopes(
    scopes: Vec<ScopeSection>,
    dialect: &Dialect,
    at: usize,
    check: &mut Check<'_>,
) -> Vec<NeededScope> {
    let known = || dialect.scopes.known.iter().map(|scope| scope.name.as_str());
    for (index, ScopeSection { path, scope }) in scopes.iter().enumerate() {
        let place = format!("api.{at}.scopes.{index}");
        if !path.starts_with('/') {
            check.wrong(
                &format!("{place}.path"),
                format!("the path \"{path}\" has to begin with /: write \"/{path}\""),
            );
        }
        if !known().any(|name| name == scope) {
            check.wrong(&format!("{place}.scope"), unknown_scope(scope, &known().collect::<Vec<_>>()));
        }
    }
    scopes.into_iter().map(|ScopeSection { path, scope }| NeededScope { prefix: path, scope }).collect()
}

fn unknown_scope(scope: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("the dialect has no scopes, so there is no \"{scope}\": leave `scopes` out");
    }
    let meant = nearest(scope, known.iter().copied());
    let meant = meant.map_or(String::new(), |meant| format!("; did you mean \"{meant}\"?"));
    format!("the dialect knows no scope \"{scope}\": write one of {}{meant}", known.join(", "))
}
