//! Answers that are no page of their own: what went wrong, and where to go from there.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use stagedoor_protocol::team::Role;

use super::visit::Visit;
use super::{BASE, Dashboard};
use crate::browser::{form_token, page};
use crate::http::reply;
use crate::pages::Frame;
use crate::settle::Stop;

#[derive(Template)]
#[template(path = "dashboard/message.html")]
struct Message<'a> {
    frame: Frame<'a>,
    title: &'a str,
    text: &'a str,
    /// Address and words of the way on.
    next: (&'a str, &'a str),
}

pub(super) fn message(
    dashboard: &Dashboard,
    status: StatusCode,
    title: &str,
    text: &str,
    next: (&str, &str),
) -> Response {
    let html = Message { frame: dashboard.door().frame(), title, text, next }.render();
    page(status, html.unwrap_or_else(|_| text.to_owned()), None)
}

pub(super) const HOME: (&str, &str) = (BASE, "To the dashboard");

pub(super) fn nothing_here(dashboard: &Dashboard) -> Response {
    let text = "There is nothing at this address, or it is not yours to see. It may have been deleted, or you are signed in as \
                someone else.";
    message(dashboard, StatusCode::NOT_FOUND, "Nothing here", text, HOME)
}

pub(super) fn nothing_here_for(visit: &Visit<'_>) -> Response {
    nothing_here(visit.dashboard)
}

pub(super) fn invitation_over(visit: &Visit<'_>) -> Response {
    let text = "This invitation was used, withdrawn, or is older than a week. If it was you who used it, the dashboard has what it was for; \
         else ask who invited you for another.";
    message(visit.dashboard, StatusCode::NOT_FOUND, "The invitation is over", text, HOME)
}

pub(super) fn not_your_role(visit: &Visit<'_>, needed: Role) -> Response {
    let who = match needed {
        Role::Owner => "Only an owner of the team may do this. Ask one of them; the page Team names them.",
        _ => "Viewers may look and change nothing. Ask an owner of the team to make you a developer.",
    };
    message(visit.dashboard, StatusCode::FORBIDDEN, "Not with your role", who, HOME)
}

pub(super) fn suspended(visit: &Visit<'_>) -> Response {
    let text = "An administrator suspended this app, so it stays as it is: nothing was done. Ask them to resume it first.";
    let next = (visit.page.as_str(), "Back to the app");
    message(visit.dashboard, StatusCode::CONFLICT, "The app is suspended", text, next)
}

pub(super) fn not_from_here(visit: &Visit<'_>) -> Response {
    let text = form_token::not_from_here(&visit.dashboard.origin);
    message(visit.dashboard, StatusCode::FORBIDDEN, "Not sent from here", &text, HOME)
}

/// RFC 9110 §15.5.6.
pub(super) fn wrong_method(dashboard: &Dashboard) -> Response {
    let text = "This page takes GET and POST.";
    let mut response = message(dashboard, StatusCode::METHOD_NOT_ALLOWED, "Not a way in", text, HOME);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    response
}

pub(super) fn too_large(dashboard: &Dashboard) -> Response {
    let text = "The form is too large, or was cut short. Nothing was done. Go back, and send less.";
    message(dashboard, StatusCode::PAYLOAD_TOO_LARGE, "Too large", text, HOME)
}

/// A form of another session, or of a page that was open for long.
pub(super) fn stale(visit: &Visit<'_>) -> Response {
    let text = "The page was open for long, or you signed in anew meanwhile. Nothing was done. Open it again, and repeat what \
                you did; if this comes again, allow cookies for this site.";
    message(
        visit.dashboard,
        StatusCode::CONFLICT,
        "This page was out of date",
        text,
        (&visit.page, "Open the page again"),
    )
}

/// Something was changed at the same moment.
pub(super) fn changed_meanwhile(visit: &Visit<'_>) -> Response {
    let text = "Someone changed this at the same moment, or the form was sent twice. Nothing more was done. Look at it again.";
    message(
        visit.dashboard,
        StatusCode::CONFLICT,
        "Changed meanwhile",
        text,
        (&visit.page, "Open the page again"),
    )
}

pub(super) fn too_many(visit: &Visit<'_>, seconds: u32) -> Response {
    let text = format!("Too many attempts. Wait {seconds} seconds, then try again.");
    let next = (visit.page.as_str(), "Try again");
    let response = message(visit.dashboard, StatusCode::TOO_MANY_REQUESTS, "Wait a moment", &text, next);
    reply::with_retry_after(response, seconds)
}

pub(super) fn stopped(visit: &Visit<'_>, stop: &Stop) -> Response {
    stopped_outside(visit.dashboard, stop)
}

pub(super) fn stopped_outside(dashboard: &Dashboard, stop: &Stop) -> Response {
    match stop {
        Stop::Refused(refusal) => {
            let text = format!("That was refused: {refusal}. Nothing was done. Go back, and change it.");
            message(dashboard, StatusCode::UNPROCESSABLE_ENTITY, "That did not work", &text, HOME)
        }
        Stop::Limited { .. } | Stop::Unavailable => {
            let text = "The server cannot answer now. Nothing was lost; try again in a moment.";
            let title = "Try again in a moment";
            let response = message(dashboard, StatusCode::SERVICE_UNAVAILABLE, title, text, HOME);
            reply::with_retry_after(response, reply::UNAVAILABLE_SECONDS)
        }
    }
}
