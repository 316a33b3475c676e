//! A state as a file. The same state always gives the same text.

use std::fmt::Write as _;

use stagedoor_protocol::keys::KeyRing;
use stagedoor_protocol::legacy_key::LegacyKeyRecord;

use super::StateFileError;
use super::current::{Current, CurrentApp, CurrentTeam};
use super::plan::hex;

const HEAD: &str = "# The state of a Stagedoor server, as `stagedoor export` wrote it; `stagedoor apply` brings a server to it.
# Client secrets, passwords and what was issued are not in it. Legacy keys are, as hashes: they are of use under the same key
# file alone.
";

/// The file; `keys` are what hashes rest on. Teams need names of their own, for apps name them so.
pub fn write(current: &Current, keys: &KeyRing) -> Result<String, StateFileError> {
    let twice = current.teams.windows(2).find(|pair| pair[0].record.name == pair[1].record.name);
    if let Some(pair) = twice {
        let entry = format!("team {}", pair[0].record.name);
        return Err(StateFileError::entry(entry, "two teams have this name: give one of them another"));
    }
    let mut text = HEAD.to_owned();
    for account in &current.accounts {
        text.push_str("\n[[account]]\n");
        line(&mut text, "email", &quoted(account.email.as_str()));
        line(&mut text, "name", &quoted(&account.name));
        flag(&mut text, "administrator", account.administrator);
        flag(&mut text, "suspended", account.suspended);
    }
    current.teams.iter().for_each(|team| write_team(&mut text, team));
    current.apps.iter().for_each(|app| write_app(&mut text, current, app));
    for app in &current.apps {
        for key in &app.legacy_keys {
            write_legacy_key(&mut text, app, key, keys);
        }
    }
    Ok(text)
}

fn write_team(text: &mut String, team: &CurrentTeam) {
    text.push_str("\n[[team]]\n");
    line(text, "name", &quoted(&team.record.name));
    line(text, "kind", &quoted(team.record.kind.as_str()));
    let member = |member: &stagedoor_protocol::team::Member| {
        format!("{{ account = {}, role = {} }}", quoted(member.email.as_str()), quoted(member.role.as_str()))
    };
    list(text, "members", team.members.iter().map(member));
}

fn write_app(text: &mut String, current: &Current, own: &CurrentApp) {
    let (record, app) = (&own.record, &own.record.app);
    text.push_str("\n[[app]]\n");
    line(text, "api", &quoted(&record.api));
    line(text, "client_id", &quoted(app.client_id.as_str()));
    line(text, "name", &quoted(&app.name));
    line(text, "description", &quoted(&record.description));
    for (key, value) in [("website", &record.website), ("purpose", &record.purpose)] {
        if !value.is_empty() {
            line(text, key, &quoted(value));
        }
    }
    if let Some(version) = &record.terms {
        line(text, "terms", &quoted(version));
    }
    line(text, "stage", &quoted(app.stage.as_str()));
    line(text, "team", &quoted(&app.owner.name));
    let mut others: Vec<_> = app.teams.iter().filter(|team| team.id != app.owner.id).collect();
    others.sort_by(|a, b| a.name.cmp(&b.name));
    list(text, "acts_for", others.iter().map(|team| quoted(&team.name)));
    flag(text, "public", app.public);
    list(text, "redirect_uris", app.redirect_uris.iter().map(|uri| quoted(uri.as_str())));
    let emails = current.emails();
    let mut users: Vec<_> = own.users.iter().filter_map(|id| emails.get(id)).collect();
    users.sort();
    list(text, "users", users.into_iter().map(|email| quoted(email)));
}

fn write_legacy_key(text: &mut String, app: &CurrentApp, key: &LegacyKeyRecord, keys: &KeyRing) {
    text.push_str("\n[[legacy_key]]\n");
    line(text, "api", &quoted(&key.name.api));
    line(text, "id", &quoted(&key.name.id));
    line(text, "client_id", &quoted(app.record.app.client_id.as_str()));
    line(text, "hash", &quoted(&hex(&key.hash)));
    line(text, "key_id", &key.key.0.to_string());
    if let Some(own) = keys.fingerprints().iter().find(|own| own.id == key.key) {
        line(text, "key_fingerprint", &quoted(&hex(&own.tag)));
    }
    if let Some(ends) = key.ends {
        line(text, "ends", &quoted(&ends.to_string()));
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {value}");
}

/// Written where it is so.
fn flag(text: &mut String, key: &str, is_so: bool) {
    if is_so {
        line(text, key, "true");
    }
}

/// One line each, so that a comparison of two files shows what changed. An empty one is left out.
fn list(text: &mut String, key: &str, values: impl Iterator<Item = String>) {
    let lines: String = values.map(|value| format!("  {value},\n")).collect();
    if !lines.is_empty() {
        line(text, key, &format!("[\n{lines}]"));
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
