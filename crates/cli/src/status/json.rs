//! The status for programs. It holds no secret.

use serde_json::{Value, json};
use stagedoor_client::clock::Moment;
use stagedoor_client::credential::Flow;
use stagedoor_client::renew::days_left;
use stagedoor_client::vault::{CoolDownKind, KeyPlace};
use stagedoor_client::{CredentialName, Vault};

use super::facts::{Facts, Need};
use crate::failure::Failure;
use crate::when::rfc3339;

pub(super) fn of(
    vault: &Vault,
    shown: &[(CredentialName, Result<Option<Facts>, Failure>)],
    now: Moment,
) -> String {
    let credentials: Vec<Value> = shown
        .iter()
        .filter_map(|(name, facts)| match facts {
            Ok(None) => None,
            Ok(Some(facts)) => Some(credential(name, facts, now)),
            Err(failure) => Some(json!({"name": name.as_str(), "error": failure.to_string()})),
        })
        .collect();
    let key = match vault.key_place() {
        KeyPlace::File => "file",
        KeyPlace::Keychain => "keychain",
        KeyPlace::Passphrase => "passphrase",
    };
    let vault = json!({"folder": vault.folder().to_string_lossy(), "key": key});
    format!("{}\n", json!({"vault": vault, "credentials": credentials}))
}

fn credential(name: &CredentialName, facts: &Facts, now: Moment) -> Value {
    let stored = &facts.credential;
    let flow = match stored.flow {
        Flow::ClientCredentials => "client_credentials",
        Flow::AuthorizationCode => "authorization_code",
        Flow::Device => "device_code",
    };
    let scopes = stored.access.as_ref().and_then(|access| access.scopes.as_ref()).or(stored.scopes.as_ref());
    let access = stored.access.as_ref().map(|_| {
        json!({
            "expires_in": facts.seconds,
            "expires_at": rfc3339(now.wall().plus_seconds(facts.seconds.into())),
        })
    });
    let refresh = stored.refresh.as_ref().map(|refresh| {
        json!({
            "authorized_at": rfc3339(refresh.authorized),
            "sign_in_due_at": facts.due.map(rfc3339),
            "days_left": facts.due.map(|due| days_left(due, now.wall())),
        })
    });
    let cool_downs = facts.cool_downs.iter().map(|(host, cool_down)| {
        let why = match cool_down.why {
            CoolDownKind::Rate => "rate",
            CoolDownKind::Quota => "quota",
        };
        let left = cool_down.remaining_seconds(now);
        json!({"host": host, "why": why, "seconds": left, "until": rfc3339(cool_down.until)})
    });
    json!({
        "name": name.as_str(),
        "provider": stored.provider.dialect,
        "accounts": facts.provider.accounts.to_string(),
        "api": facts.provider.api.to_string(),
        "client_id": stored.client_id.as_str(),
        "flow": flow,
        "team": stored.team,
        "scopes": scopes.map(|scopes| scopes.iter().collect::<Vec<_>>()),
        "legacy_key": stored.legacy_key.is_some(),
        "access_token": access,
        "refresh_token": refresh,
        "set_aside": stored.set_aside.len(),
        "interrupted_at": facts.interrupted.as_ref().map(|entry| rfc3339(entry.began.wall())),
        "cool_downs": cool_downs.collect::<Vec<_>>(),
        "sign_in_needed": facts.need(now, 0) == Need::SignIn,
    })
}
