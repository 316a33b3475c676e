//! Where a person enters the code a device shows (RFC 8628 §3.3).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, request::Parts};
use axum::response::Response;
use stagedoor_protocol::app::App;
use stagedoor_protocol::device::{self, Device, DeviceState};
use stagedoor_protocol::session::{self, Session};
use stagedoor_wire::form_fields;

use super::authorize::{message, permissions, team_kind, unavailable, wrong_method};
use super::response::{page, redirect};
use super::sign_in::{self, Occasion};
use super::visitor::{Visitor, let_out};
use super::{form_token, frame};
use crate::api::Api;
use crate::figures::Limited;
use crate::http::read_body;
use crate::http::reply::with_retry_after;
use crate::limit::Key;
use crate::listen::address;
use crate::pages::{DevicePage, DeviceStep};
use crate::settle::{Attempts, Stop, settle};

pub(crate) async fn handle(api: &Api, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let answered = match parts.method {
        Method::GET | Method::HEAD => show(api, &parts).await,
        Method::POST => submit(api, &parts, body).await,
        _ => Ok(wrong_method(api)),
    };
    answered.unwrap_or_else(|stop| unavailable(api, &stop))
}

async fn show(api: &Api, parts: &Parts) -> Result<Response, Stop> {
    let visitor = Visitor::of(&api.door(), &parts.headers).await?;
    let Some((cookie, session)) = &visitor.session else {
        return Ok(sign_in::show(&api.door(), &visitor, &occasion(api, parts), "", None));
    };
    let asked = Asked { api, parts, cookie, session };
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let typed = form_fields!(query, user_code).ok().and_then(|fields| fields.user_code.value);
    match typed {
        None => Ok(asked.step("", None, None, DeviceStep::EnterCode)),
        Some(typed) => asked.confirm(&typed).await,
    }
}

async fn submit(api: &Api, parts: &Parts, body: Body) -> Result<Response, Stop> {
    if form_token::is_cross_site(&parts.headers, &api.origin) {
        let text =
            format!("{} Open this page there and enter the code.", form_token::not_from_here(&api.origin));
        return Ok(message(api, StatusCode::FORBIDDEN, "Not sent from here", &text));
    }
    let body = read_body(body).await?;
    let visitor = Visitor::of(&api.door(), &parts.headers).await?;
    let Ok(fields) = form_fields!(&body, step, form_token, user_code, answer) else {
        return Ok(message(api, StatusCode::BAD_REQUEST, "That did not work", "The form could not be read."));
    };
    if fields.step.value.as_deref() == Some("sign_in") {
        return sign_in::submit(&api.door(), parts, &body, &visitor, &occasion(api, parts)).await;
    }
    let Some((cookie, session)) = &visitor.session else {
        return Ok(sign_in::show(
            &api.door(),
            &visitor,
            &occasion(api, parts),
            "",
            Some("Sign in to go on."),
        ));
    };
    let asked = Asked { api, parts, cookie, session };
    let typed = fields.user_code.value.unwrap_or_default();
    let token = fields.form_token.value.unwrap_or_default();
    let Some(answer) = fields.answer.value else { return asked.confirm(&typed).await };
    let (device, app) = match find(api, parts, &typed).await? {
        Ok(found) => found,
        Err(not_found) => return Ok(asked.enter_again(&typed, not_found)),
    };
    if !form_token::check(&api.door(), &token, cookie, &bound(parts, &typed, Some(&app))) {
        return asked.show(&typed, &device, &app).await;
    }
    match &*answer {
        "allow" => asked.decide(&typed, &device, &app, true).await,
        "cancel" => asked.decide(&typed, &device, &app, false).await,
        "sign_out" => {
            settle(&api.store, session::end(session.id)).await?;
            let code = device::show_user_code(&device::read_user_code(&typed));
            let mut response = redirect(&parts.method, &format!("{}?user_code={code}", path(parts)));
            let_out(&api.door(), &mut response);
            Ok(response)
        }
        _ => asked.show(&typed, &device, &app).await,
    }
}

/// A request of someone who is signed in.
struct Asked<'a> {
    api: &'a Api,
    parts: &'a Parts,
    cookie: &'a str,
    session: &'a Session,
}

impl Asked<'_> {
    async fn confirm(&self, typed: &str) -> Result<Response, Stop> {
        match find(self.api, self.parts, typed).await? {
            Ok((device, app)) => self.show(typed, &device, &app).await,
            Err(not_found) => Ok(self.enter_again(typed, not_found)),
        }
    }

    /// Shows who asks, so that a person who was sent a code by someone else can see it (RFC 8628 §5.4).
    async fn show(&self, typed: &str, device: &Device, app: &App) -> Result<Response, Stop> {
        let confirm = DeviceStep::Confirm {
            app_name: &app.name,
            team_name: &app.owner.name,
            team_kind: team_kind(self.api, app).await?,
            reviewed: app.reviewed,
            permissions: permissions(self.api, &device.scopes),
            account_email: &self.session.account.email,
        };
        let code = device::show_user_code(&device::read_user_code(typed));
        Ok(self.step(&code, Some(app), None, confirm))
    }

    async fn decide(&self, typed: &str, device: &Device, app: &App, allow: bool) -> Result<Response, Stop> {
        let earlier = self.api.store.consent(app.id, self.session.account.id).await?;
        let said = device::Answer { person: self.session.person(), allow, earlier: earlier.as_ref() };
        let decision = device::answer(app, device, said, self.api.now());
        match Attempts::default().settle(&self.api.store, decision).await {
            Some(settled) => {
                settled?;
                let done = DeviceStep::Done { allowed: allow, app_name: &app.name };
                Ok(self.step(typed, None, None, done))
            }
            // It was answered meanwhile, or the app is another's now.
            None => self.confirm(typed).await,
        }
    }

    fn enter_again(&self, typed: &str, not_found: NotFound) -> Response {
        let error = match not_found {
            NotFound::NoneWaits => "No device waits for this code. Check it, or start again on the device.",
            NotFound::TooMany { .. } => {
                "Too many codes were tried from your address. Wait a moment, then try again."
            }
        };
        let mut response = self.step(typed, None, Some(error), DeviceStep::EnterCode);
        if let NotFound::TooMany { retry_after_seconds } = not_found {
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            response = with_retry_after(response, retry_after_seconds);
        }
        response
    }

    fn step(
        &self,
        user_code: &str,
        app: Option<&App>,
        error: Option<&str>,
        step: DeviceStep<'_>,
    ) -> Response {
        let Self { api, parts, cookie, .. } = *self;
        let html = DevicePage {
            frame: frame(api),
            action: path(parts),
            form_token: &form_token::make(&api.door(), cookie, &bound(parts, user_code, app)),
            user_code,
            error,
            step,
            connections: api.accounts.connections.as_deref(),
        }
        .render_page();
        page(StatusCode::OK, html, None)
    }
}

/// Why a code leads nowhere.
#[derive(Clone, Copy)]
enum NotFound {
    NoneWaits,
    TooMany { retry_after_seconds: u32 },
}

/// The device that waits under a code. Guesses are counted by address (RFC 8628 §5.1).
async fn find(api: &Api, parts: &Parts, typed: &str) -> Result<Result<(Device, Arc<App>), NotFound>, Stop> {
    let now = api.now();
    if let Some(limits) = &api.limits {
        let verdict = limits.user_code.check(Key::of_address(address(&parts.extensions)), now);
        if !verdict.allowed {
            api.figures.limited(Limited::UserCode);
            return Ok(Err(NotFound::TooMany { retry_after_seconds: verdict.retry_after_seconds }));
        }
    }
    let hashes = device::user_code_hashes(&api.rules, &device::read_user_code(typed), now);
    let found = api.store.device_by_user_code(&api.rules.api, hashes).await?;
    let waits =
        |(device, _): &(Device, Arc<App>)| now < device.expires && device.state == DeviceState::Pending;
    Ok(found.filter(waits).ok_or(NotFound::NoneWaits))
}

/// What a form is bound to: the code, so that the answer to one device is never taken for another's, and the app that is
/// named.
fn bound(parts: &Parts, user_code: &str, app: Option<&App>) -> String {
    let app = app.map(|app| format!("{} {}", app.owner.id, app.name)).unwrap_or_default();
    format!("{} {user_code} {app}", path(parts))
}

fn occasion<'a>(api: &'a Api, parts: &'a Parts) -> Occasion<'a> {
    let address = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
    Occasion { app_name: None, address, form_targets: None, accounts: &api.accounts }
}

fn path(parts: &Parts) -> &str {
    parts.uri.path()
}
