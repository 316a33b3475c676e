//! People: who there is, and keeping one out.

use askama::Template;
use axum::response::Response;
use stagedoor_protocol::Decision;
use stagedoor_protocol::account::{self, AccountRecord};
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::people;
use stagedoor_store::Page;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use crate::pages::filters;
use crate::settle::Stop;

/// Rows of a page.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "dashboard/accounts.html")]
struct AccountsPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    /// What was looked for.
    email: &'a str,
    error: Option<&'static str>,
    accounts: Vec<Row>,
    more: Option<String>,
}

struct Row {
    id: String,
    email: String,
    name: String,
    since: String,
    is_administrator: bool,
    is_suspended: bool,
    is_self: bool,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None).await
}

async fn render(visit: &Visit<'_>, error: Option<&'static str>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let email = visit.query("email").unwrap_or_default().trim();
    let (records, more) = if email.is_empty() {
        list(visit).await?
    } else {
        (visit.store().account_of_email(&email.to_lowercase()).await?.into_iter().collect(), None)
    };
    let row = |record: &AccountRecord| Row {
        id: record.id.to_string(),
        email: record.email.as_str().to_owned(),
        name: record.name.clone(),
        since: record.created.to_day(),
        is_administrator: record.administrator,
        is_suspended: record.suspended,
        is_self: record.id == signed_in.session.account.id,
    };
    let page = AccountsPage {
        layout: Layout::of(visit, signed_in, Here::Accounts),
        form_token: visit.form_token(),
        email,
        error,
        accounts: records.iter().map(row).collect(),
        more,
    };
    Ok(html(page.render(), error.is_some()))
}

async fn list(visit: &Visit<'_>) -> Result<(Vec<AccountRecord>, Option<String>), Stop> {
    let behind = visit.query("behind").and_then(|text| text.parse().ok()).map(AccountId);
    let mut records = visit.store().accounts(Page { behind, limit: ROWS + 1 }).await?;
    let is_more = records.len() > ROWS as usize;
    records.truncate(ROWS as usize);
    let more = records.last().filter(|_| is_more).map(|last| format!("{}?behind={}", visit.page, last.id));
    Ok((records, more))
}

pub(in crate::dashboard) async fn suspend(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    let another = visit.store().has_another_administrator(record.id).await?;
    settled(visit, account::suspend(&record, another, visit.actor(), visit.now()), "suspended").await
}

pub(in crate::dashboard) async fn resume(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    settled(visit, account::resume(&record, visit.actor(), visit.now()), "resumed").await
}

/// Ends every session, grant and token of a person.
pub(in crate::dashboard) async fn sign_out(visit: &Visit<'_>) -> Answered {
    let Some(record) = named(visit).await? else { return Ok(say::changed_meanwhile(visit)) };
    let decision = people::end_everywhere(record.id, visit.actor(), visit.now());
    Ok(match visit.settle(decision).await? {
        Ok(()) => visit.then(&visit.page, "signed-out"),
        Err(_) => say::changed_meanwhile(visit),
    })
}

async fn settled(visit: &Visit<'_>, decision: Decision<(), Objection>, done: &str) -> Result<Response, Stop> {
    match visit.settle(decision).await? {
        Ok(()) => Ok(visit.then(&visit.page, done)),
        Err(Unsettled::Refused(Objection::LastAdministrator)) => {
            let error = "No administrator who can sign in would be left. Make another one first.";
            render(visit, Some(error)).await
        }
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

async fn named(visit: &Visit<'_>) -> Result<Option<AccountRecord>, Stop> {
    let Ok(id) = visit.field("account").parse() else { return Ok(None) };
    Ok(visit.store().account(AccountId(id)).await?)
}
