//! What an app did: figures, plots, tables and CSV, and why it was refused.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::say;
use super::super::visit::Visit;
use super::head::{AppHead, Tab};
use super::{address, html};
use crate::browser::protected;
use crate::pages::filters;
use crate::settle::Stop;
use crate::usage::page::{Asked, Known};

#[derive(Template)]
#[template(path = "dashboard/usage.html")]
struct UsagePage<'a> {
    layout: Layout<'a>,
    head: AppHead<'a>,
    part: String,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let (record, api) = visit.app()?;
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let page = UsagePage {
        layout: Layout::of(visit, signed_in, Here::Apps),
        head: AppHead::of(record, api, Tab::Usage),
        part: known(visit).await?.html(&format!("{}/usage", address(record))),
    };
    Ok(html(page.render(), false))
}

/// The figures of one plot as a file (RFC 4180).
pub(in crate::dashboard) async fn csv(visit: &Visit<'_>) -> Answered {
    let Some(text) = known(visit).await?.csv(visit.query("of").unwrap_or("requests")) else {
        return Ok(say::nothing_here_for(visit));
    };
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers
        .insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"usage.csv\""));
    Ok(protected(response))
}

async fn known(visit: &Visit<'_>) -> Result<Known, Stop> {
    let (record, api) = visit.app()?;
    let asked = Asked::read(|name| visit.query(name));
    Ok(Known::ask(api, visit.store(), record, asked, visit.now()).await?)
}
