//! An app's legacy keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stagedoor_protocol::administration::LegacyKeyName;
use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::legacy_key::{self, LegacyKeyRecord, NewLegacyKey};
use stagedoor_store::Page;
use stagedoor_wire::Secret;

use super::answer::{Answer, Time};
use super::apps;
use super::call::{self, Call};
use super::problem::Problem;
use crate::entropy;

/// Longest id and key, in characters: they cross the network in headers.
const MAX_CHARS: usize = 128;

/// A legacy key.
#[derive(Serialize, JsonSchema)]
pub(super) struct LegacyKey {
    id: String,
    /// When it ends; `null` where it does not by itself.
    ends: Option<Time>,
    /// Its text, in the answer to the call that made it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

pub(super) async fn list(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &apps::of(call).await?;
    let [limit, cursor] = call.query(["limit", "cursor"])?;
    let limit = Call::limit(limit)?;
    let page = Page { behind: cursor.map(str::to_owned), limit: limit + 1 };
    let rows = call.store().legacy_keys(record.app.id, page).await?;
    Ok(Answer::page(rows, limit, |last| last.name.id.clone(), view))
}

/// What a legacy key is made of.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewLegacyKey")]
pub(super) struct New {
    /// Made where it is left out.
    id: Option<String>,
    /// One that exists already, in an older system.
    #[schemars(with = "Option<String>")]
    key: Option<Secret>,
    ends: Option<String>,
}

pub(super) async fn add(call: &Call<'_>) -> Result<Answer, Problem> {
    let record = &apps::of(call).await?;
    let new: New = call.body()?;
    let rules = &call.api(&record.api)?.rules;
    if rules.dialect.legacy_keys.is_none() {
        let detail = format!("{} takes no legacy keys", record.api);
        return Err(Problem::conflict("no-legacy-keys", detail, "give the app a secret"));
    }
    if let Some(id) = &new.id {
        check("id", id)?;
    }
    if let Some(key) = &new.key {
        check("key", key.expose())?;
    }
    let taken = match &new.id {
        Some(id) => call.store().legacy_key_record(&name(record, id)).await?.is_some(),
        None => false,
    };
    let ends = new.ends.as_deref().map(|text| call::time("ends", text)).transpose()?;
    let new = NewLegacyKey { id: new.id, key: new.key, ends };
    let decision = {
        let rng = &mut entropy::rng();
        legacy_key::add(rules, record.app.id, new, taken, call.actor(), call.now(), rng)
    };
    let added = call.settle(decision).await?;
    let key = Some(added.key.expose().to_owned());
    Ok(Answer::created(LegacyKey { id: added.id, ends: ends.map(Time::from), key }).with_secrets(&["key"]))
}

/// When a legacy key ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LegacyKeyEnd")]
pub(super) struct End {
    /// `null`: not by itself.
    ends: Option<String>,
}

pub(super) async fn set_end(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, key) = (&apps::of(call).await?, call.named("key"));
    let (found, End { ends }) = (find(call, record, key).await?, call.body()?);
    let ends = ends.as_deref().map(|text| call::time("ends", text)).transpose()?;
    call.settle(legacy_key::set_end(&found, ends, call.actor(), call.now())).await?;
    Ok(Answer::ok(view(&find(call, record, key).await?)))
}

pub(super) async fn remove(call: &Call<'_>) -> Result<Answer, Problem> {
    let (record, key) = (&apps::of(call).await?, call.named("key"));
    let found = find(call, record, key).await?;
    call.settle(legacy_key::remove(&found, call.actor(), call.now())).await?;
    Ok(Answer::done())
}

async fn find(call: &Call<'_>, record: &AppRecord, key: &str) -> Result<LegacyKeyRecord, Problem> {
    let found = call.store().legacy_key_record(&name(record, key)).await?;
    let own = found.filter(|found| found.app == record.app.id);
    own.ok_or_else(|| Problem::not_found("legacy key", key, "`stagedoor admin legacy-key list` shows them"))
}

fn name(record: &AppRecord, id: &str) -> LegacyKeyName {
    LegacyKeyName { api: record.api.clone(), id: id.to_owned() }
}

fn check(name: &str, text: &str) -> Result<(), Problem> {
    let fits = (1..=MAX_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let detail = format!("`{name}` has to fit into a header");
    if fits { Ok(()) } else { Err(Problem::bad(detail, "1 to 128 visible ASCII characters without blanks")) }
}

fn view(record: &LegacyKeyRecord) -> LegacyKey {
    LegacyKey { id: record.name.id.clone(), ends: record.ends.map(Time::from), key: None }
}
