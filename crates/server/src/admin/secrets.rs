//! An app's secrets. Their text is in one answer alone: that of the call that made it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::{self, SecretTerms};
use stagedoor_protocol::client_secret::{NewSecret, StoredSecret};
use stagedoor_protocol::id::SecretId;

use super::accounts::read_name;
use super::answer::{Answer, List, Time};
use super::apps;
use super::call::{self, Call};
use super::problem::Problem;
use crate::entropy;

/// An app's secret.
#[derive(Serialize, JsonSchema)]
pub(super) struct AppSecret {
    id: String,
    name: String,
    created: Time,
    /// `null` where it does not expire.
    expires: Option<Time>,
    /// About when; `null` where it never was.
    last_used: Option<Time>,
    /// Its text, in the answer to the call that made it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// All of them: an app has a handful.
pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = apps::of(call).await?;
    Ok(Answer::ok(List::whole(record.app.secrets.iter().map(view).collect())))
}

/// What a secret is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewSecret")]
pub(super) struct New {
    name: String,
    /// A time to come (RFC 3339); it does not expire where it is left out.
    expires: Option<String>,
}

pub(super) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &apps::of(call).await?;
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

pub(super) async fn remove(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, secret) = (&apps::of(call).await?, call.named("secret"));
    let id = secret.parse().map(SecretId).ok();
    let Some(stored) = record.app.secrets.iter().find(|own| Some(own.id) == id) else {
        return Err(Problem::not_found("secret", secret, "`stagedoor admin secret list` shows them"));
    };
    call.settle(app::remove_secret(record.app.id, stored.id, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

/// Ends everything the app was given, and gives it one new secret.
pub(super) async fn regenerate(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &apps::of(call).await?;
    if record.app.public {
        let cure = "suspend it, or end its grants";
        return Err(Problem::conflict("public-app", "a public app has no secret to regenerate", cure));
    }
    let rules = &call.api(&record.api)?.rules;
    let decision = app::regenerate(rules, &record.app, call.actor(), call.now(), &mut entropy::rng());
    Ok(once(&call.settle(decision).await?))
}

fn once(new: &NewSecret) -> Answer {
    let shown = AppSecret { secret: Some(new.text.expose().to_owned()), ..view(&new.stored) };
    Answer::created(shown).with_secrets(&["secret"])
}

fn view(secret: &StoredSecret) -> AppSecret {
    AppSecret {
        id: secret.id.to_string(),
        name: secret.name.clone(),
        created: secret.created.into(),
        expires: secret.expires.map(Time::from),
        last_used: secret.last_used.map(Time::from),
        secret: None,
    }
}
