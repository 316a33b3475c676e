//! The people an app in development may serve.

use askama::Template;
use stagedoor_protocol::account::{AccountRecord, Email};
use stagedoor_protocol::app::{AppRecord, Stage};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::people;
use stagedoor_protocol::team::Role;
use stagedoor_store::Page;
use stagedoor_wire::dialect::Users;

use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use super::head::{AppHead, Tab};
use super::{address, html};
use crate::limit::Key;
use crate::pages::filters;
use crate::settle::Stop;

/// More than any dialect lists: the page shows all.
const ROWS: u32 = 1000;

#[derive(Template)]
#[template(path = "dashboard/users.html")]
struct UsersPage<'a> {
    layout: Layout<'a>,
    head: AppHead<'a>,
    address: String,
    form_token: String,
    may_change: bool,
    is_development: bool,
    at_most: u32,
    users: Vec<AccountRecord>,
    typed: &'a str,
    wrong: Option<String>,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None).await
}

async fn render(visit: &Visit<'_>, wrong: Option<String>) -> Answered {
    let (record, api) = visit.app()?;
    let (Some(signed_in), Some((_, role))) = (&visit.signed_in, &visit.team) else {
        return Err(Stop::Unavailable);
    };
    let (Users::Listed(at_most), true) = (api.dialect().apps.users, Tab::Users.is_for(record, api)) else {
        return Ok(say::nothing_here_for(visit));
    };
    let is_wrong = wrong.is_some();
    let page = UsersPage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        head: AppHead::of(record, api, Tab::Users),
        address: page(record),
        form_token: visit.form_token(),
        may_change: role.includes(Role::Developer),
        is_development: record.app.stage == Stage::Development,
        at_most,
        users: listed(visit, record).await?,
        typed: visit.field("email"),
        wrong,
    };
    Ok(html(page.render(), is_wrong))
}

fn page(record: &AppRecord) -> String {
    format!("{}/users", address(record))
}

async fn listed(visit: &Visit<'_>, record: &AppRecord) -> Result<Vec<AccountRecord>, Stop> {
    Ok(visit.store().listed_users(record.app.id, Page { behind: None, limit: ROWS }).await?)
}

pub(in crate::dashboard) async fn add(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    if !Tab::Users.is_for(record, api) {
        return Ok(say::nothing_here_for(visit));
    }
    let Ok(email) = Email::parse(visit.field("email")) else {
        return render(visit, Some("Write an e-mail address, such as ada@example.com.".to_owned())).await;
    };
    // The answer tells whether there is such an account, so nobody asks for all of them.
    let asked = visit.dashboard.asked_for_people.check(Key::of_email(visit.actor()), visit.now());
    if !asked.allowed {
        return Ok(say::too_many(visit, asked.retry_after_seconds));
    }
    // One that is not confirmed is nobody's yet.
    let account = visit.store().account_of_email(email.as_str()).await?.filter(|own| own.confirmed);
    let Some(account) = account else {
        let wrong = "Nobody has an account here with this e-mail yet. Ask them to make one, then add them.";
        return render(visit, Some(wrong.to_owned())).await;
    };
    if listed(visit, record).await?.iter().any(|user| user.id == account.id) {
        return render(visit, Some("They are on the list already.".to_owned())).await;
    }
    let decision = people::list(&api.rules, record.app.id, account.id, visit.actor(), visit.now());
    match visit.settle(decision).await? {
        Ok(()) => Ok(visit.then(&page(record), "user-added")),
        Err(Unsettled::LimitReached) => {
            let wrong =
                "The list is full. Remove someone first, or ask for a review: an approved app has no list.";
            render(visit, Some(wrong.to_owned())).await
        }
        Err(Unsettled::Conflict) => Ok(say::changed_meanwhile(visit)),
        Err(Unsettled::Refused(refusal)) => Err(refusal.into()),
    }
}

/// Takes a person off the list: their grants for the app end at once.
pub(in crate::dashboard) async fn remove(visit: &Visit<'_>) -> Answered {
    let (record, _) = visit.app()?;
    let id = visit.field("account").parse().ok().map(AccountId);
    // Removed before, by someone else or by the same form: then it is as they wish.
    if let Some(user) = listed(visit, record).await?.iter().find(|user| Some(user.id) == id) {
        let decision = people::unlist(record.app.id, user.id, visit.actor(), visit.now());
        if visit.settle(decision).await?.is_err() {
            return Ok(say::changed_meanwhile(visit));
        }
    }
    Ok(visit.then(&page(record), "user-removed"))
}
