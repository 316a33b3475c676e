//! What an app's developer sees of its usage: figures with a reading each, plots with the same in tables and CSV, and why it was
//! refused. It is a part of a page, to be framed by the dashboard.

mod blocks;
mod period;
mod reading;
mod reason;
mod table;
#[cfg(test)]
mod tests;

use askama::Template;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::id::AppId;
use stagedoor_protocol::usage::{Day, TOKEN};
use stagedoor_store::{ActiveUsers, RefusalRow, Store, StoreError, Usage};
use stagedoor_wire::dialect::{Limit, Users};
use url::form_urlencoded::Serializer;

use super::words;
use crate::api::Api;
use blocks::{Block, Share};
pub use period::Period;
use reading::Figure;

/// Refusals that are shown.
const REFUSALS: usize = 20;

/// What an address asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub period: Period,
    /// Of one endpoint alone, by its name.
    pub endpoint: Option<String>,
}

/// What is known of an app's usage, and of the API's terms for it.
pub struct Known {
    asked: Asked,
    now: Timestamp,
    terms: Terms,
    usage: Usage,
    before: Option<(Usage, &'static str)>,
    users: ActiveUsers,
    refusals: Vec<RefusalRow>,
}

/// What the API allows the app.
struct Terms {
    stage: Stage,
    limit: Limit,
    is_limited: bool,
    quota: Option<u64>,
    token_seconds: u32,
    users_allowed: Option<u32>,
}

impl Asked {
    /// From the fields `period` and `endpoint` of a query.
    pub fn read<'a>(field: impl Fn(&str) -> Option<&'a str>) -> Self {
        let period = field("period").map(Period::read).unwrap_or_default();
        Self { period, endpoint: field("endpoint").filter(|text| !text.is_empty()).map(str::to_owned) }
    }
}

impl Known {
    /// Asks the store.
    pub async fn ask(
        api: &Api,
        store: &Store,
        record: &AppRecord,
        asked: Asked,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let (app, period, month) = (record.app.id, asked.period, Day(Day::of(now).0 - 29));
        let (first, last, _) = period.days(now);
        let mut asked = asked;
        // All at once: who waits together is answered together.
        let only = asked.endpoint.as_deref();
        let (usage, before, users, refusals) = tokio::try_join!(
            store.usage(app, period.span(now), only),
            usage_before(store, app, period, only, now),
            store.active_users(app, month, last, first),
            store.refusals(app, first, last, REFUSALS),
        )?;
        if asked.endpoint.as_ref().is_some_and(|only| usage.endpoints.iter().all(|own| own.endpoint != *only))
        {
            // One that it did not call is not shown as if it had.
            asked.endpoint = None;
            return Box::pin(Self::ask(api, store, record, asked, now)).await;
        }
        Ok(Self { terms: Terms::of(api, record), usage, before, users, refusals, asked, now })
    }

    /// The part of the page that lies at `path`: HTML. The CSV is at the same path with `.csv` behind it.
    pub fn html(&self, path: &str) -> String {
        let part = UsagePart::of(self, path);
        part.render().unwrap_or_else(|error| {
            tracing::error!(%error, "usage not rendered");
            "<p>The usage cannot be shown right now.</p>".to_owned()
        })
    }

    /// The figures of a plot as CSV. `of`: `requests`, `endpoints`, `tokens` or `users`.
    pub fn csv(&self, of: &str) -> Option<String> {
        let slots = || self.asked.period.filled(self.now, &self.usage.slots);
        let table = match of {
            "requests" => blocks::requests(self, &slots()).table,
            "endpoints" => blocks::endpoints(&self.usage.endpoints),
            "tokens" => blocks::tokens(self, &slots()).table,
            "users" => blocks::users(self).table,
            _ => return None,
        };
        Some(table.csv())
    }
}

async fn usage_before(
    store: &Store,
    app: AppId,
    period: Period,
    only: Option<&str>,
    now: Timestamp,
) -> Result<Option<(Usage, &'static str)>, StoreError> {
    let Some((span, name)) = period.before(now) else { return Ok(None) };
    Ok(Some((store.usage(app, span, only).await?, name)))
}

impl Terms {
    fn of(api: &Api, record: &AppRecord) -> Self {
        let dialect = api.dialect();
        Self {
            stage: record.app.stage,
            limit: dialect.limits.api,
            is_limited: api.limits.is_some(),
            quota: dialect.limits.quota.as_ref().map(|quota| quota.calls),
            token_seconds: dialect.access_token.seconds,
            users_allowed: match dialect.apps.users {
                Users::Anyone => None,
                Users::Listed(users) => Some(users),
            },
        }
    }

    fn limit_an_hour(&self) -> Option<u64> {
        self.is_limited.then(|| u64::from(self.limit.per_minute) * 60)
    }
}

#[derive(Template)]
#[template(path = "usage.html")]
struct UsagePart {
    periods: Vec<Link>,
    figures: [Figure; 4],
    blocks: Vec<Block>,
    shares: Vec<(Share, String)>,
    /// The rest of the endpoints, in the CSV.
    more_endpoints: usize,
    /// Where all endpoints are shown, when one is.
    all_endpoints: Option<String>,
    refusals: Vec<Refusal>,
    refused_when: &'static str,
    /// What each CSV's address begins with.
    csv: String,
    is_empty: bool,
    period: &'static str,
}

struct Link {
    says: &'static str,
    address: String,
    is_here: bool,
}

struct Refusal {
    title: &'static str,
    advice: String,
    endpoint: String,
    times: String,
    last: String,
    request_id: String,
}

impl UsagePart {
    fn of(known: &Known, path: &str) -> Self {
        let Asked { period, endpoint } = &known.asked;
        let slots = period.filled(known.now, &known.usage.slots);
        let is_empty = known.usage.slots.is_empty();
        let mut blocks = Vec::new();
        if !is_empty {
            blocks.extend([blocks::requests(known, &slots), blocks::tokens(known, &slots)]);
        }
        if !known.users.by_day.is_empty() {
            blocks.push(blocks::users(known));
        }
        let address = |period: &Period, endpoint: Option<&str>| {
            let mut query = Serializer::for_suffix(format!("{path}?"), path.len() + 1);
            query.append_pair("period", period.key());
            if let Some(endpoint) = endpoint {
                query.append_pair("endpoint", endpoint);
            }
            query.finish()
        };
        let shares = blocks::shares(&known.usage.endpoints).into_iter();
        let csv = address(period, endpoint.as_deref()).replacen('?', ".csv?", 1);
        let period_link = |own: &Period| Link {
            says: own.name(),
            address: address(own, endpoint.as_deref()),
            is_here: own == period,
        };
        Self {
            periods: Period::ALL.iter().map(period_link).collect(),
            figures: reading::figures(known, &slots),
            more_endpoints: known.usage.endpoints.len().saturating_sub(shares.len()),
            shares: shares
                .map(|own| (address(period, Some(&own.endpoint)), own))
                .map(|(a, b)| (b, a))
                .collect(),
            all_endpoints: endpoint.is_some().then(|| address(period, None)),
            refusals: known.refusals.iter().map(|row| Refusal::of(row, known)).collect(),
            refused_when: period.days(known.now).2,
            blocks,
            csv,
            is_empty,
            period: period.name(),
        }
    }
}

impl Refusal {
    fn of(row: &RefusalRow, known: &Known) -> Self {
        let reason::Explanation { title, advice } = reason::explain(&row.reason, &known.terms);
        let endpoint = if row.endpoint == TOKEN { "token endpoint" } else { &row.endpoint };
        Self {
            title,
            advice,
            endpoint: endpoint.to_owned(),
            times: words::number(row.times),
            last: words::minute(row.last),
            request_id: row.request_id.clone(),
        }
    }
}
