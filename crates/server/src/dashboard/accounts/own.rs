//! A person's own account: name, password, and the browsers they are signed in with.

use askama::Template;
use stagedoor_protocol::account::{self, AccountChange};
use stagedoor_protocol::session::SessionRecord;
use stagedoor_protocol::{name, people, registration};
use stagedoor_wire::Secret;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::visit::{SignedIn, Visit};
use super::super::{BASE, say};
use crate::browser::redirect;
use crate::browser::sign_in::{Tried, try_password};
use crate::browser::visitor::let_out;
use crate::pages::{WRONG_NAME, filters};
use crate::password::{self, Busy};
use crate::settle::Stop;

/// Rows of the list; few people have so many browsers.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "dashboard/account.html")]
struct AccountPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    name: &'a str,
    sessions: Vec<SessionRow>,
    wrong: Wrong,
}

struct SessionRow {
    started: String,
    browser: Option<String>,
    is_this: bool,
}

/// What is wrong with what was typed.
#[derive(Default)]
struct Wrong {
    name: Option<&'static str>,
    old_password: Option<&'static str>,
    new_password: Option<String>,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, Wrong::default()).await
}

async fn render(visit: &Visit<'_>, wrong: Wrong) -> Answered {
    let signed_in = signed_in(visit)?;
    let (own, account) = (signed_in.session.id, &signed_in.session.account);
    let sessions = visit.store().sessions(account.id, visit.now(), ROWS).await?;
    let row = |session: &SessionRecord| SessionRow {
        started: session.started.ago(visit.now()),
        browser: session.browser.clone(),
        is_this: session.id == own,
    };
    let is_wrong = wrong.name.is_some() || wrong.old_password.is_some() || wrong.new_password.is_some();
    let page = AccountPage {
        layout: Layout::of(visit, signed_in, Here::Account),
        form_token: visit.form_token_of(&page()),
        name: if wrong.name.is_some() { visit.field("name") } else { &account.name },
        sessions: sessions.iter().map(row).collect(),
        wrong,
    };
    Ok(html(page.render(), is_wrong))
}

pub(in crate::dashboard) async fn rename(visit: &Visit<'_>) -> Answered {
    let Ok(name) = name::parse(visit.field("name")) else {
        return render(visit, Wrong { name: Some(WRONG_NAME), ..Wrong::default() }).await;
    };
    let record = visit.store().account(signed_in(visit)?.session.account.id).await?;
    let record = record.ok_or(Stop::Unavailable)?;
    let change = AccountChange { name: Some(name), administrator: None };
    match visit.settle(account::change(&record, change, true, visit.actor(), visit.now())).await? {
        Ok(()) => Ok(visit.then(&page(), "saved")),
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

pub(in crate::dashboard) async fn change_password(visit: &Visit<'_>) -> Answered {
    let session = &signed_in(visit)?.session;
    let (old, new) = (Secret::new(visit.field("old_password")), Secret::new(visit.field("new_password")));
    if let Err(why) = password::check(&new) {
        let new_password = Some(format!("Choose another password: {why}."));
        return render(visit, Wrong { new_password, ..Wrong::default() }).await;
    }
    let account = match try_password(&visit.door(), &visit.parts, visit.actor(), old).await? {
        Tried::In(account) => account,
        Tried::TooMany(seconds) => return Ok(say::too_many(visit, seconds)),
        Tried::Wrong | Tried::Suspended | Tried::Unconfirmed(_) => {
            let old_password = Some("That is not your password. Check it, and try again.");
            return render(visit, Wrong { old_password, ..Wrong::default() }).await;
        }
    };
    let hash = visit.dashboard.passwords.hash(new).await.map_err(|Busy| Stop::Unavailable)?;
    match visit.settle(registration::change_password(&account, session.id, hash, visit.now())).await? {
        Ok(()) => Ok(visit.then(&page(), "password-changed")),
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

pub(in crate::dashboard) async fn sign_out_everywhere(visit: &Visit<'_>) -> Answered {
    let account = signed_in(visit)?.session.account.id;
    if visit.settle(people::end_everywhere(account, visit.actor(), visit.now())).await?.is_err() {
        return Ok(say::changed_meanwhile(visit));
    }
    let mut response = redirect(&visit.parts.method, &format!("{BASE}/sign-in?done=signed-out"));
    let_out(&visit.door(), &mut response);
    Ok(response)
}

fn signed_in<'v>(visit: &'v Visit<'_>) -> Result<&'v SignedIn, Stop> {
    visit.signed_in.as_ref().ok_or(Stop::Unavailable)
}

fn page() -> String {
    format!("{BASE}/account")
}
