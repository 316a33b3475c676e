//! `/_dev/mail`: what would have been sent. A page for browsers, JSON for programs.

use askama::Template;
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::response::Response;
use serde_json::{Value, json};

use super::error;
use crate::Server;
use crate::browser;
use crate::http::reply;
use crate::mail::{Mailbox, Received};
use crate::pages::{Frame, filters};

#[derive(Template)]
#[template(path = "dev_mail.html")]
struct MailPage<'a> {
    frame: Frame<'a>,
    mails: &'a [Received],
}

pub(super) fn answer(server: &Server, parts: &Parts) -> Response {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        let mut response = error(StatusCode::METHOD_NOT_ALLOWED, "send GET");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let mails = server.mailbox().map(Mailbox::all).unwrap_or_default();
    let mut response = if browser::wants_page(&parts.headers) {
        let frame = Frame { api_title: "Stagedoor dev", stylesheet: browser::stylesheet() };
        let html = MailPage { frame, mails: &mails }.render();
        browser::page(StatusCode::OK, html.unwrap_or_default(), None)
    } else {
        let mails: Vec<Value> = mails.iter().map(view).collect();
        reply::json(StatusCode::OK, json!({ "mails": mails }).to_string())
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}

fn view(mail: &Received) -> Value {
    json!({
        "to": mail.letter.to.as_str(),
        "subject": mail.letter.subject,
        "text": mail.letter.text,
        "links": mail.links().collect::<Vec<_>>(),
        "at": mail.at.to_string(),
    })
}
