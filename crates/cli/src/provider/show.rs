//! What a dialect offers, in words.

use std::path::Path;

use serde_json::json;
use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::{RefreshEnd, WithoutSecret};

/// One line for each; whether it is one's own stands beside it.
pub(super) fn table(all: &[(Dialect, bool)]) -> String {
    let width = all.iter().map(|(dialect, _)| dialect.name.to_string().len()).max().unwrap_or_default();
    let line = |(dialect, own): &(Dialect, bool)| {
        let (name, mark) = (dialect.name.to_string(), if *own { ", yours" } else { "" });
        format!("{name:width$}  {}{mark}: {}\n", dialect.title, flows(dialect).join(", "))
    };
    all.iter().map(line).collect()
}

/// The same for programs.
pub(super) fn json(all: &[(Dialect, bool)]) -> String {
    let object = |(dialect, own): &(Dialect, bool)| {
        json!({
            "name": dialect.name.to_string(),
            "title": dialect.title,
            "own": own,
            "accounts": dialect.hosts.accounts,
            "api": dialect.hosts.api,
            "client_credentials": dialect.grants.client_credentials,
            "authorization_code": dialect.grants.authorization_code,
            "device_code": dialect.grants.device_code,
        })
    };
    format!("{}\n", all.iter().map(object).collect::<serde_json::Value>())
}

/// Everything a person needs to know before signing in.
pub(super) fn whole(dialect: &Dialect, file: Option<&Path>) -> String {
    let mut text = format!("{} ({})\n", dialect.title, dialect.name);
    let mut line = |label: &str, value: &str| text += &format!("  {label:16}{value}\n");
    line("accounts", &dialect.hosts.accounts);
    line("API", &dialect.hosts.api);
    line("sign-in", &flows(dialect).join(", "));
    line(
        "client secret",
        match dialect.client_authentication.without_secret {
            WithoutSecret::Nobody => "needed",
            WithoutSecret::PublicApps => "needed, but for apps registered as public",
            WithoutSecret::AnyAppWithPkce => "needed for the app itself; a person's consent works without",
        },
    );
    if dialect.apps.team_parameter {
        line("team", "--team names the team to act for");
    }
    if dialect.legacy_keys.is_some() {
        line("old API key", "--legacy-id and --legacy-key-file stand in for a token");
    }
    line(
        "stays signed in",
        match dialect.refresh_token.as_ref().map(|rules| rules.ends) {
            None => "the app asks anew each time",
            Some(RefreshEnd::Never) => "until revoked",
            Some(RefreshEnd::MonthsAfterAuthorization(_)) => "some months, then a person signs in again",
        },
    );
    let scopes: Vec<_> = dialect.scopes.known.iter().map(|scope| scope.name.as_str()).collect();
    if !scopes.is_empty() {
        line("scopes", &scopes.join(" "));
    }
    if let Some(file) = file {
        line("file", &file.display().to_string());
    }
    text
}

fn flows(dialect: &Dialect) -> Vec<&'static str> {
    let offered = [
        (dialect.grants.client_credentials, "the app itself (client credentials)"),
        (dialect.grants.authorization_code, "a person in a browser (code)"),
        (dialect.grants.device_code, "a person on another device (device)"),
    ];
    offered.into_iter().filter(|(is, _)| *is).map(|(_, text)| text).collect()
}
