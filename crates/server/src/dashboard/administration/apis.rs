//! The APIs, and what was asked of them since the server started.

use askama::Template;
use stagedoor_wire::dialect::AppCreation;

use super::super::apps::html;
use super::super::layout::{Here, Layout};
use super::super::route::Answered;
use super::super::visit::Visit;
use crate::api::Api;
use crate::http::Endpoint;
use crate::pages::filters;
use crate::settle::Stop;

#[derive(Template)]
#[template(path = "dashboard/apis.html")]
struct ApisPage<'a> {
    layout: Layout<'a>,
    apis: Vec<Row<'a>>,
}

struct Row<'a> {
    title: &'a str,
    name: &'a str,
    address: String,
    creation: &'static str,
    tokens: u64,
    calls: u64,
    /// Of the calls, those that were answered with 4xx and 5xx.
    client_errors: u64,
    server_errors: u64,
}

pub(in crate::dashboard) async fn show(visit: &Visit<'_>) -> Answered {
    let Some(signed_in) = &visit.signed_in else { return Err(Stop::Unavailable) };
    let apis = visit.dashboard.apis.iter().map(|api| row(api)).collect();
    let page = ApisPage { layout: Layout::of(visit, signed_in, Here::Apis), apis };
    Ok(html(page.render(), false))
}

fn row(api: &Api) -> Row<'_> {
    let answers = |endpoint, class: &str| {
        let of_class = api.figures.answers(endpoint).filter(|(name, _)| class.is_empty() || *name == class);
        of_class.map(|(_, number)| number).sum()
    };
    Row {
        title: &api.dialect().title,
        name: &api.rules.api,
        address: format!("{}{}", api.origin, api.mount),
        creation: match api.dialect().apps.creation {
            AppCreation::SelfService => "by developers themselves",
            AppCreation::ByRequest => "on request",
        },
        tokens: answers(Endpoint::Token, "2xx"),
        calls: answers(Endpoint::Api, ""),
        client_errors: answers(Endpoint::Api, "4xx"),
        server_errors: answers(Endpoint::Api, "5xx"),
    }
}
