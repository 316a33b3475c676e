//! Credentials of programs that administer over the network.

use askama::Template;
use stagedoor_protocol::account::AccountRecord;
use stagedoor_protocol::admin_credential::{self, AdminCredential, AdminScopes, Terms};
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::id::CredentialId;
use stagedoor_protocol::name;
use stagedoor_store::Page;
use stagedoor_wire::Secret;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use crate::entropy;
use crate::pages::{WRONG_NAME, filters};
use crate::settle::Stop;

/// Rows of the page: there are few.
const ROWS: u32 = 500;

/// The choices of how long one lives, in days.
const DAYS: [i64; 4] = [30, admin_credential::USUAL_DAYS, 180, admin_credential::MOST_DAYS];

#[derive(Template)]
#[template(path = "dashboard/admin_credentials.html")]
struct CredentialsPage<'a> {
    layout: Layout<'a>,
    form_token: String,
    /// One that was just made.
    shown: Option<Secret>,
    error: Option<&'static str>,
    /// What was typed over it.
    typed: Typed<'a>,
    credentials: Vec<Row>,
}

struct Typed<'a> {
    name: &'a str,
    read: bool,
    write: bool,
    days: i64,
}

impl<'a> Typed<'a> {
    /// What the form says, or what it begins with.
    fn of(visit: &'a Visit<'_>, is_wrong: bool) -> Self {
        if !is_wrong {
            return Self { name: "", read: true, write: false, days: admin_credential::USUAL_DAYS };
        }
        let is_ticked = |name| !visit.field(name).is_empty();
        let name = visit.field("name");
        Self { name, read: is_ticked("read"), write: is_ticked("write"), days: days(visit) }
    }
}

fn days(visit: &Visit<'_>) -> i64 {
    let days = visit.field("days").parse().ok().filter(|days| DAYS.contains(days));
    days.unwrap_or(admin_credential::USUAL_DAYS)
}

struct Row {
    id: String,
    name: String,
    /// E-mail of the administrator it ends with.
    made_by: Option<String>,
    scopes: &'static str,
    expires: String,
    is_over: bool,
    last_used: Option<String>,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    render(visit, None, None).await
}

async fn render(visit: &Visit<'_>, shown: Option<Secret>, error: Option<&'static str>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let page = Page { behind: None::<CredentialId>, limit: ROWS };
    let mut credentials = Vec::new();
    for credential in visit.store().admin_credentials(page).await? {
        let made_by = match credential.made_by {
            Some(account) => visit.store().account(account).await?,
            None => None,
        };
        credentials.push((credential, made_by));
    }
    let row = |(credential, made_by): &(AdminCredential, Option<AccountRecord>)| Row {
        id: credential.id.to_string(),
        name: credential.name.clone(),
        made_by: made_by.as_ref().map(|account| account.email.as_str().to_owned()),
        scopes: credential.scopes.as_str(),
        expires: credential.expires.to_day(),
        is_over: credential.expires <= visit.now(),
        last_used: credential.last_used.map(|day| day.begins().to_day()),
    };
    let page = CredentialsPage {
        layout: Layout::of(visit, signed_in, Here::Credentials),
        form_token: visit.form_token(),
        shown,
        error,
        typed: Typed::of(visit, error.is_some()),
        credentials: credentials.iter().map(row).collect(),
    };
    Ok(html(page.render(), error.is_some()))
}

pub(in crate::dashboard) async fn create(visit: &Visit<'_>) -> Answered {
    let Ok(name) = name::parse(visit.field("name")) else {
        return render(visit, None, Some(WRONG_NAME)).await;
    };
    let (read, write) = (visit.field("read"), visit.field("write"));
    let Some(scopes) = AdminScopes::parse(&format!("{read} {write}")) else {
        return render(visit, None, Some("Choose what it may do.")).await;
    };
    let expires = Some(visit.now().plus_seconds(days(visit) * 24 * 3600));
    let made_by = visit.signed_in.as_ref().map(|signed_in| signed_in.session.account.id);
    let terms = Terms { name, scopes, made_by, expires };
    let taken = visit.store().admin_credential_by_name(&terms.name).await?.is_some();
    let (keys, actor, now) = (&*visit.dashboard.keys, visit.actor(), visit.now());
    let decision = admin_credential::create(terms, taken, keys, actor, now, &mut entropy::rng());
    match visit.settle(decision).await? {
        Ok(made) => render(visit, Some(made.text), None).await,
        Err(Unsettled::Refused(Objection::CredentialNameTaken)) => {
            render(
                visit,
                None,
                Some("Another credential has this name. Revoke that one, or choose another name."),
            )
            .await
        }
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

pub(in crate::dashboard) async fn revoke(visit: &Visit<'_>) -> Answered {
    let found = match visit.field("credential").parse() {
        Ok(id) => visit.store().admin_credential(CredentialId(id)).await?,
        Err(_) => None,
    };
    // Revoked before, by someone else or by the same form: then it is as they wish.
    if let Some(found) = found {
        let decision = admin_credential::revoke(&found, visit.actor(), visit.now());
        if visit.settle(decision).await?.is_err() {
            return Ok(say::changed_meanwhile(visit));
        }
    }
    Ok(visit.then(&visit.page, "credential-revoked"))
}
