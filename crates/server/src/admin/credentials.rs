//! Credentials of programs that call this API over the network. None can make another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::admin_credential::{self, AdminCredential, AdminScopes, Terms};
use stagedoor_protocol::id::CredentialId;

use super::accounts::read_name;
use super::answer::{Answer, Time};
use super::call::{self, Call};
use super::problem::Problem;
use crate::entropy;

/// A credential.
#[derive(Serialize, JsonSchema)]
pub(super) struct Credential {
    id: String,
    name: String,
    /// `read`, `write`, or both with a blank between them.
    scope: String,
    /// Id of the administrator's account it ends with; `null` where it was made on the server's machine.
    made_by: Option<String>,
    created: Time,
    expires: Time,
    /// The beginning of the day it was last used; `null` where it never was.
    last_used: Option<Time>,
    /// Its text, in the answer to the call that made it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let (page, limit) = Call::page(limit, cursor, CredentialId)?;
    let rows = call.store().admin_credentials(page).await?;
    Ok(Answer::page(rows, limit, |last| last.id.to_string(), view))
}

/// What a credential is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewCredential")]
pub(super) struct New {
    name: String,
    /// `read`, `write`, or both with a blank between them.
    scope: String,
    /// A time to come (RFC 3339); 90 days from now where it is left out, 400 at most.
    expires: Option<String>,
}

pub(super) async fn create(call: &Call<'_>) -> Result<Answer, Problem> {
    let new: New = call.body()?;
    let scopes = AdminScopes::parse(&new.scope)
        .ok_or_else(|| Problem::bad(format!("`{}` is no scope", new.scope), "give read, write, or both"))?;
    let expires = new.expires.as_deref().map(|text| call::time("expires", text)).transpose()?;
    let terms = Terms { name: read_name(&new.name)?, scopes, made_by: None, expires };
    let taken = call.store().admin_credential_by_name(&terms.name).await?.is_some();
    let decision = {
        let rng = &mut entropy::rng();
        admin_credential::create(terms, taken, call.keys()?, call.actor(), call.now(), rng)
    };
    let made = call.settle(decision).await?;
    let shown = Credential { credential: Some(made.text.expose().to_owned()), ..view(&made.stored) };
    Ok(Answer::created(shown).with_secrets(&["credential"]))
}

pub(super) async fn revoke(call: &Call<'_>) -> Result<Answer, Problem> {
    let named = call.named("credential");
    let found = match named.parse() {
        Ok(id) => call.store().admin_credential(CredentialId(id)).await?,
        Err(_) => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => call.store().admin_credential_by_name(named).await?,
    };
    let found = found.ok_or_else(|| {
        Problem::not_found("credential", named, "`stagedoor admin credential list` shows them")
    })?;
    call.settle(admin_credential::revoke(&found, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

fn view(credential: &AdminCredential) -> Credential {
    Credential {
        id: credential.id.to_string(),
        name: credential.name.clone(),
        scope: credential.scopes.as_str().to_owned(),
        made_by: credential.made_by.map(|account| account.to_string()),
        created: credential.created.into(),
        expires: credential.expires.into(),
        last_used: credential.last_used.map(|day| day.begins().into()),
        credential: None,
    }
}
