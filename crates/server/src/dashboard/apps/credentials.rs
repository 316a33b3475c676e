//! An app's client id, secrets and redirect URIs, and the way to end everything it was given.

use askama::Template;
use axum::response::Response;
use stagedoor_protocol::app::{self, App, AppChange, AppRecord, SecretTerms, Stage};
use stagedoor_protocol::client_secret::StoredSecret;
use stagedoor_protocol::id::SecretId;
use stagedoor_protocol::team::Role;
use stagedoor_protocol::{Refusal, Timestamp, name};
use stagedoor_wire::{RedirectUri, Secret};

use super::super::layout::{Here, Layout};
use super::super::redirect_uris::{self, Mistake};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::{Unsettled, Visit};
use super::head::{AppHead, Tab};
use super::{address, html};
use crate::api::Api;
use crate::browser::sign_in::{self, Tried};
use crate::entropy;
use crate::pages::{WRONG_NAME, filters};
use crate::settle::Stop;

/// A week: beside a secret that was used since, one unused for so long is safe to delete.
const IDLE_SECONDS: i64 = 7 * 24 * 3600;

#[derive(Template)]
#[template(path = "dashboard/credentials.html")]
struct CredentialsPage<'a> {
    layout: Layout<'a>,
    address: &'a str,
    form_token: String,
    head: AppHead<'a>,
    api: &'a str,
    client_id: &'a str,
    is_requested: bool,
    is_public: bool,
    /// Whether who looks may change anything.
    may_change: bool,
    has_redirect_uris: bool,
    secrets: Vec<SecretRow<'a>>,
    /// Whether no secret has been used yet.
    is_new: bool,
    registered_uris: String,
    /// Those, or what was typed.
    redirect_uris: String,
    /// Says which redirect URIs whoever changes them was shown.
    shown_uris: String,
    /// Says what is to be regenerated, and holds until something is.
    regenerates: String,
    shown: Secrets,
}

impl CredentialsPage<'_> {
    /// Whether a new secret is seen this once.
    fn is_shown_once(&self) -> bool {
        self.secrets.iter().all(|secret| !secret.is_kept)
    }
}

struct SecretRow<'a> {
    id: String,
    name: &'a str,
    created: String,
    expires: Option<String>,
    last_used: Option<String>,
    /// Whether nobody has used it for a week, and another since.
    is_idle: bool,
    /// Whether it can be viewed again.
    is_kept: bool,
}

/// What this answer alone says of secrets and URIs.
#[derive(Default)]
pub(super) struct Secrets {
    /// A secret's text, which was just made or asked for.
    pub(super) shown: Option<Secret>,
    /// The secret whose text is asked for, by id and name, and what was wrong with the password.
    pub(super) asked: Option<(String, String, Option<&'static str>)>,
    /// What is wrong with the new secret's name.
    pub(super) wrong_name: Option<&'static str>,
    /// What is wrong with the redirect URIs, and what was typed.
    pub(super) wrong_uris: Option<(Mistake, String)>,
    /// What was typed over redirect URIs that someone else changed meanwhile.
    pub(super) late_uris: Option<String>,
}

impl Secrets {
    fn is_wrong(&self) -> bool {
        let asked_again = self.asked.as_ref().is_some_and(|(.., wrong)| wrong.is_some());
        self.wrong_name.is_some() || self.typed_uris().is_some() || asked_again
    }

    fn typed_uris(&self) -> Option<&str> {
        let wrong = self.wrong_uris.as_ref().map(|(_, typed)| typed);
        wrong.or(self.late_uris.as_ref()).map(String::as_str)
    }
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    render(visit, record, api, Secrets::default())
}

pub(super) fn render(visit: &Visit<'_>, record: &AppRecord, api: &Api, shown: Secrets) -> Answered {
    let (Some(signed_in), app) = (&visit.signed_in, &record.app) else { return Err(Stop::Unavailable) };
    let role = visit.membership(app.owner.id).map(|(_, role)| role);
    let registered = joined(&app.redirect_uris);
    let address = address(record);
    let is_wrong = shown.is_wrong();
    let page = CredentialsPage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        address: &address,
        form_token: visit.form_token_of(&address),
        head: AppHead::of(record, api, Tab::Credentials),
        api: &record.api,
        client_id: app.client_id.as_str(),
        is_requested: app.stage == Stage::Requested,
        is_public: app.public,
        may_change: role.is_some_and(|role| role.includes(Role::Developer)),
        has_redirect_uris: api.dialect().authorization.is_some(),
        secrets: app.secrets.iter().map(|secret| row(secret, app, visit.now())).collect(),
        is_new: app.secrets.iter().all(|secret| secret.last_used.is_none()),
        shown_uris: visit.token_for(&list_of_uris(&registered)),
        regenerates: visit.token_for(&regeneration(record)),
        redirect_uris: shown.typed_uris().unwrap_or(&registered).to_owned(),
        registered_uris: registered,
        shown,
    };
    Ok(html(page.render(), is_wrong))
}

fn joined(uris: &[RedirectUri]) -> String {
    uris.iter().map(RedirectUri::as_str).collect::<Vec<_>>().join("\n")
}

/// What a form that regenerates is for: sent again, it would end the secret that its first answer showed.
pub(in crate::dashboard) fn regeneration(record: &AppRecord) -> String {
    format!("regenerate {} at {}", record.app.id, record.app.epoch)
}

fn list_of_uris(joined: &str) -> String {
    format!("redirect URIs {joined}")
}

fn row<'a>(secret: &'a StoredSecret, app: &App, now: Timestamp) -> SecretRow<'a> {
    let since = secret.last_used.unwrap_or(secret.created);
    let is_replaced = app.secrets.iter().any(|other| other.last_used.is_some_and(|used| used > since));
    let is_idle = since.plus_seconds(IDLE_SECONDS) <= now;
    SecretRow {
        id: secret.id.to_string(),
        name: &secret.name,
        created: secret.created.to_day(),
        expires: secret.expires.map(|expires| expires.to_day()),
        last_used: secret.last_used.map(|used| used.ago(now)),
        is_idle: is_idle && is_replaced,
        is_kept: secret.sealed.is_some(),
    }
}

pub(in crate::dashboard) async fn add_secret(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let again = |wrong_name| {
        render(visit, record, api, Secrets { wrong_name: Some(wrong_name), ..Secrets::default() })
    };
    let Ok(name) = name::parse(visit.field("name")) else { return again(WRONG_NAME) };
    if record.app.stage == Stage::Requested {
        return again("The app waits for an answer. It gets secrets once it is approved.");
    }
    let expires = match visit.field("expires") {
        "90" => Some(visit.now().plus_seconds(90 * 24 * 3600)),
        "365" => Some(visit.now().plus_seconds(365 * 24 * 3600)),
        _ => None,
    };
    let terms = SecretTerms { name: &name, expires };
    let decision =
        app::add_secret(&api.rules, &record.app, terms, visit.actor(), visit.now(), &mut entropy::rng());
    match visit.settle(decision).await? {
        Ok(secret) => show_anew(visit, api, Secrets { shown: Some(secret.text), ..Secrets::default() }).await,
        Err(Unsettled::Conflict) => Ok(say::changed_meanwhile(visit)),
        Err(Unsettled::Refused(Refusal::LimitReached) | Unsettled::LimitReached) => {
            again("An app has five secrets at most. Delete one that nobody uses any more.")
        }
        Err(Unsettled::Refused(refusal)) => Err(refusal.into()),
    }
}

pub(in crate::dashboard) async fn delete_secret(visit: &Visit<'_>) -> Answered {
    let (record, _) = visit.app()?;
    // Deleted before, by someone else or by the same form: then it is as they wish.
    if let Some(secret) = named(visit, record) {
        let decision = app::remove_secret(record.app.id, secret.id, visit.actor(), visit.now());
        if visit.settle(decision).await?.is_err() {
            return Ok(say::changed_meanwhile(visit));
        }
    }
    Ok(visit.then(&address(record), "secret-deleted"))
}

/// Asks for the password, and shows a secret's text to who has it. The audit log says so.
pub(in crate::dashboard) async fn view_secret(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let Some(secret) = named(visit, record) else { return Ok(say::changed_meanwhile(visit)) };
    let ask = |wrong| {
        let asked = Some((secret.id.to_string(), secret.name.clone(), wrong));
        render(visit, record, api, Secrets { asked, ..Secrets::default() })
    };
    if visit.field("password").is_empty() {
        return ask(None);
    }
    let password = Secret::new(visit.field("password").to_owned());
    match sign_in::try_password(&visit.door(), &visit.parts, visit.actor(), password).await? {
        Tried::TooMany(seconds) => Ok(say::too_many(visit, seconds)),
        Tried::Wrong | Tried::Suspended | Tried::Unconfirmed(_) => {
            ask(Some("The password is wrong. Check it, and try again."))
        }
        Tried::In(_) => {
            let viewed = app::view_secret(&api.rules, record.app.id, secret, visit.actor(), visit.now());
            match visit.settle(viewed).await? {
                Ok(text) => render(visit, record, api, Secrets { shown: Some(text), ..Secrets::default() }),
                Err(_) => Ok(say::changed_meanwhile(visit)),
            }
        }
    }
}

fn named<'r>(visit: &Visit<'_>, record: &'r AppRecord) -> Option<&'r StoredSecret> {
    let id = visit.field("secret").parse().ok().map(SecretId)?;
    record.app.secrets.iter().find(|secret| secret.id == id)
}

pub(in crate::dashboard) async fn set_redirect_uris(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let mut typed = visit.field("redirect_uris").to_owned();
    if !visit.field("replace").is_empty() {
        typed = redirect_uris::replaced(&typed, visit.field("wrong_uri"), visit.field("replace"));
    }
    let redirect_uris = match redirect_uris::read(Some(api), &typed) {
        Ok(uris) => uris,
        Err(mistake) => {
            let wrong_uris = Some((mistake, typed));
            return render(visit, record, api, Secrets { wrong_uris, ..Secrets::default() });
        }
    };
    let registered = joined(&record.app.redirect_uris);
    if joined(&redirect_uris) != registered && !visit.is_token_for("shown_uris", &list_of_uris(&registered)) {
        return render(visit, record, api, Secrets { late_uris: Some(typed), ..Secrets::default() });
    }
    let change = AppChange { redirect_uris: Some(redirect_uris), ..AppChange::default() };
    match visit.settle(app::change(&api.rules, record, change, visit.actor(), visit.now())).await? {
        Ok(()) => Ok(visit.then(&address(record), "saved")),
        Err(_) => Ok(say::changed_meanwhile(visit)),
    }
}

/// Ends everything the app was given, and gives it one new secret, if it has any.
pub(in crate::dashboard) async fn regenerate(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    if record.app.stage == Stage::Requested {
        return Ok(say::changed_meanwhile(visit));
    }
    if !visit.is_token_for("regenerates", &regeneration(record)) {
        return Ok(visit.then(&address(record), "ended-already"));
    }
    if record.app.public {
        let revoked = visit.settle(app::revoke(&record.app, visit.actor(), visit.now())).await?;
        let done = if revoked.is_ok() { "all-revoked" } else { "ended-already" };
        return Ok(visit.then(&address(record), done));
    }
    let decision = app::regenerate(&api.rules, &record.app, visit.actor(), visit.now(), &mut entropy::rng());
    match visit.settle(decision).await? {
        Ok(secret) => show_anew(visit, api, Secrets { shown: Some(secret.text), ..Secrets::default() }).await,
        Err(_) => Ok(visit.then(&address(record), "ended-already")),
    }
}

/// The page with the app as it stands now.
async fn show_anew(visit: &Visit<'_>, api: &Api, shown: Secrets) -> Result<Response, Stop> {
    let (record, _) = visit.app()?;
    let record = visit.store().app(&record.api, &record.app.client_id).await?.ok_or(Stop::Unavailable)?;
    render(visit, &record, api, shown)
}
