//! What the APIs count.

use std::sync::Arc;

use stagedoor_store::figures::Counter;
use stagedoor_wire::api_error::ApiErrorKind;
use stagedoor_wire::token_error::TokenErrorKind;

use crate::Server;
use crate::figures::Figures;
use crate::figures::api::{ApiFigures, Check, GRANTS, Limited, UpstreamFault};
use crate::figures::apps::AppFigures;
use crate::figures::text::{Family, Text, Unit};
use crate::http::Endpoint;

pub(super) fn write(text: &mut Text, server: &Server) {
    let apis: Vec<_> = server.apis().iter().map(|api| api.figures.clone()).collect();
    requests(text, &server.insight.figures, &apis);
    refusals(text, &apis);
    tokens(text, &apis);
    upstreams(text, &apis);
    apps(text, &apis);
}

fn requests(text: &mut Text, figures: &Figures, apis: &[Arc<ApiFigures>]) {
    let help = "Requests that were answered, by API, endpoint and class of status; endpoint \"none\" leads to no API.";
    let mut family = text.counter("requests_total", help);
    for figures in apis {
        for ((_, endpoint), own) in Endpoint::ALL.iter().zip(&figures.endpoints) {
            for (class, number) in own.answers.read() {
                family.sample(&[("api", &figures.api), ("endpoint", endpoint), ("class", class)], number);
            }
        }
    }
    for (class, number) in figures.outside.read() {
        family.sample(&[("api", ""), ("endpoint", "none"), ("class", class)], number);
    }
    let help = "Time from a request's head until its answer's head, by API and endpoint.";
    let mut family = text.histogram("request_duration_seconds", help);
    for figures in apis {
        for ((_, endpoint), own) in Endpoint::ALL.iter().zip(&figures.endpoints) {
            family.buckets(&[("api", &figures.api), ("endpoint", endpoint)], Unit::Seconds, &own.took.read());
        }
    }
}

fn refusals(text: &mut Text, apis: &[Arc<ApiFigures>]) {
    let help = "Requests refused, by reason: by the OAuth endpoints, or by the gateway in front of the API.";
    let mut family = text.counter("refusals_total", help);
    for figures in apis {
        let api = &*figures.api;
        for (kind, number) in TokenErrorKind::ALL.iter().zip(&figures.refused_by_oauth) {
            family.sample(&[("api", api), ("by", "oauth"), ("reason", kind.field())], number.value());
        }
        for (kind, number) in ApiErrorKind::ALL.iter().zip(&figures.refused_by_gateway) {
            family.sample(&[("api", api), ("by", "gateway"), ("reason", kind.field())], number.value());
        }
    }
    let mut family = text.counter("limited_total", "Requests held back by a limit, by which one.");
    for figures in apis {
        let names = Limited::ALL.map(|(_, name)| name);
        each(&mut family, &figures.api, "limit", &names, &figures.limited);
    }
}

fn tokens(text: &mut Text, apis: &[Arc<ApiFigures>]) {
    let help = "Access tokens given, by grant type; one that is served again counts again.";
    let mut family = text.counter("tokens_issued_total", help);
    for figures in apis {
        each(&mut family, &figures.api, "grant", &GRANTS, &figures.tokens);
    }
    let help = "Callers of the API whose token or legacy key was looked at, and whether it was good.";
    let mut family = text.counter("token_checks_total", help);
    for figures in apis {
        for ((_, by), [accepted, refused]) in Check::ALL.iter().zip(&figures.checks) {
            for (outcome, number) in [("accepted", accepted), ("refused", refused)] {
                let labels = [("api", &*figures.api), ("by", by), ("outcome", outcome)];
                family.sample(&labels, number.value());
            }
        }
    }
}

fn upstreams(text: &mut Text, apis: &[Arc<ApiFigures>]) {
    let help = "Time until the API behind the gateway began to answer.";
    let mut family = text.histogram("upstream_duration_seconds", help);
    for figures in apis {
        family.buckets(&[("api", &figures.api)], Unit::Seconds, &figures.upstream.read());
    }
    let help = "Calls that passed and that the API behind the gateway did not answer.";
    let mut family = text.counter("upstream_faults_total", help);
    for figures in apis {
        let names = UpstreamFault::ALL.map(|(_, name)| name);
        each(&mut family, &figures.api, "fault", &names, &figures.upstream_faults);
    }
}

fn apps(text: &mut Text, apis: &[Arc<ApiFigures>]) {
    type Which = fn(&AppFigures) -> &Counter;
    let families: [(&str, &str, Which); 3] = [
        ("app_tokens_total", "Access tokens given to an app.", |app| &app.tokens),
        ("app_calls_total", "Calls of an app that was recognised.", |app| &app.calls),
        ("app_limited_total", "Requests of an app that its own limit held back.", |app| &app.limited),
    ];
    for (name, help, which) in families {
        let mut family = text.counter(name, help);
        for figures in apis {
            let api = &*figures.api;
            figures.apps.each(|app| {
                family.sample(&[("api", api), ("client_id", &app.client_id)], which(app).value());
            });
        }
    }
}

fn each(family: &mut Family<'_>, api: &str, label: &str, names: &[&str], counters: &[Counter]) {
    for (name, counter) in names.iter().zip(counters) {
        family.sample(&[("api", api), (label, name)], counter.value());
    }
}
