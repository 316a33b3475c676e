//! An app's secrets. Their text is in one answer alone: that of the call that made it.

use serde::Deserialize;
use serde_json::{Value, json};
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::{self, AppRecord, SecretTerms};
use stagedoor_protocol::client_secret::{NewSecret, StoredSecret};
use stagedoor_protocol::id::SecretId;

use super::accounts::read_name;
use super::answer::Answer;
use super::call::{self, Call};
use super::problem::Problem;
use crate::entropy;

/// All of them: an app has a handful.
pub(super) fn list(record: &AppRecord) -> Result<Answer, Problem> {
    let items: Vec<_> = record.app.secrets.iter().map(view).collect();
    Ok(Answer::ok(json!({ "items": items, "next": null })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    expires: Option<String>,
}

pub(super) async fn add(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    let new: New = call.body()?;
    let name = read_name(&new.name)?;
    let expires = new.expires.as_deref().map(|text| call::time("expires", text)).transpose()?;
    if expires.is_some_and(|expires| expires <= call.now()) {
        return Err(Objection::EndInThePast.into());
    }
    let (rules, terms) = (&call.api(&record.api)?.rules, SecretTerms { name: &name, expires });
    let decision = app::add_secret(rules, &record.app, terms, call.actor(), call.now(), &mut entropy::rng());
    Ok(once(&call.settle(decision).await?))
}

pub(super) async fn remove(call: &Call<'_>, record: &AppRecord, secret: &str) -> Result<Answer, Problem> {
    let id = secret.parse().map(SecretId).ok();
    let Some(stored) = record.app.secrets.iter().find(|own| Some(own.id) == id) else {
        return Err(Problem::not_found("secret", secret, "`stagedoor admin secret list` shows them"));
    };
    call.settle(app::remove_secret(record.app.id, stored.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

/// Ends everything the app was given, and gives it one new secret.
pub(super) async fn regenerate(call: &Call<'_>, record: &AppRecord) -> Result<Answer, Problem> {
    if record.app.public {
        let cure = "suspend it, or end its grants";
        return Err(Problem::conflict("public-app", "a public app has no secret to regenerate", cure));
    }
    let rules = &call.api(&record.api)?.rules;
    let decision = app::regenerate(rules, &record.app, call.actor(), call.now(), &mut entropy::rng());
    Ok(once(&call.settle(decision).await?))
}

fn once(new: &NewSecret) -> Answer {
    let mut shown = view(&new.stored);
    shown["secret"] = new.text.expose().into();
    Answer::created(shown)
}

fn view(secret: &StoredSecret) -> Value {
    json!({
        "id": secret.id.to_string(),
        "name": secret.name,
        "created": secret.created.to_string(),
        "expires": secret.expires.map(|expires| expires.to_string()),
        "last_used": secret.last_used.map(|used| used.to_string()),
    })
}
