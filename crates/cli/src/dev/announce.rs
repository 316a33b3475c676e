//! What `dev` says when it is ready: one line of JSON, or what to paste.

use std::io::Write;

use serde_json::{Map, Value, json};
use stagedoor_server::dev::Home;
use stagedoor_server::state_file::{StateFile, TeamEntry};
use stagedoor_wire::Secret;

use super::apis::{Mount, Mounts};
use super::{demo, paste};

/// Prints it to stdout.
pub(super) fn announce(told: &Value, home: &Home, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{told}")?;
    } else {
        write!(out, "{}", paste::text(home))?;
    }
    Ok(out.flush()?)
}

/// Everything a program needs to use each API; all values are strings.
pub(super) fn facts(mounts: &Mounts, state: &StateFile) -> anyhow::Result<Value> {
    let mut apis = Map::new();
    for mount in mounts.built_in.iter().chain(&mounts.own) {
        apis.insert(mount.name.clone(), Value::Object(api(mounts, mount, state)?));
    }
    Ok(json!({"url": mounts.origin, "apis": apis, "dashboard": dashboard(mounts), "admin": admin(mounts)}))
}

/// Where developers sign in, and as whom.
fn dashboard(mounts: &Mounts) -> Value {
    let person = |(email, password): (&str, &str)| json!({"email": email, "password": password});
    json!({
        "url": mounts.dashboard_url(),
        "developer": person(demo::DEVELOPER),
        "admin": person(demo::ADMINISTRATOR),
        "user": person((demo::EMAIL, demo::PASSWORD)),
    })
}

/// Where programs administer, and with what.
fn admin(mounts: &Mounts) -> Value {
    json!({
        "url": format!("{}{}", mounts.origin, stagedoor_server::admin::BASE),
        "credential": demo::ADMIN_CREDENTIAL,
    })
}

fn api(mounts: &Mounts, mount: &Mount, state: &StateFile) -> anyhow::Result<Map<String, Value>> {
    let base_url = format!("{}/{}", mounts.origin, mount.name);
    let endpoints = &mount.dialect.endpoints;
    let apps = demo::apps(state, &mount.name)?;
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("base_url", json!(base_url));
    if let Some(path) = &endpoints.authorize {
        tell("authorize_url", json!(format!("{base_url}{path}")));
        tell("redirect_uris", apps[0].redirect_uris.iter().map(|uri| uri.as_str()).collect());
        tell("user", json!({"email": demo::EMAIL, "password": demo::PASSWORD}));
    }
    tell("token_url", json!(format!("{base_url}{}", endpoints.token)));
    let others = [
        ("device_authorization_url", &endpoints.device_authorization),
        ("revocation_url", &endpoints.revocation),
        ("introspection_url", &endpoints.introspection),
        ("metadata_url", &endpoints.metadata),
    ];
    for (name, path) in others {
        if let Some(path) = path {
            tell(name, json!(format!("{base_url}{path}")));
        }
    }
    tell("client_id", json!(apps[0].client_id.as_str()));
    tell("client_secret", json!(demo::secret(apps[0])?));
    for app in &apps[1..] {
        if app.public {
            tell("pkce_client_id", json!(app.client_id.as_str()));
        } else {
            tell("unlisted_client_id", json!(app.client_id.as_str()));
            tell("unlisted_client_secret", json!(demo::secret(app)?));
        }
    }
    if mount.dialect.apps.team_parameter {
        let owns = |team: &&TeamEntry| apps[0].team.is(team.id.as_ref(), &team.name);
        let id = |team: &TeamEntry| team.id.map(|id| id.to_string());
        let own = state.team.iter().filter(owns);
        let foreign = state.team.iter().find(|team| !owns(team));
        tell("teams", own.map(|team| json!({"id": id(team), "name": team.name})).collect());
        tell("foreign_team_id", foreign.and_then(id).into());
    }
    if let Some(key) = state.legacy_key.iter().find(|key| key.api == mount.name) {
        let text = key.key.as_ref().map(Secret::expose);
        tell("legacy", json!({"app_id": key.id, "api_key": text}));
    }
    Ok(told)
}
