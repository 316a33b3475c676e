//! What to paste, for a terminal and for the page at `/`: the documents' own command lines with live values.

mod by_dialect;
mod documents;

use serde_json::Value;
use stagedoor_server::dev::{Home, Line, Section};

use super::apis::Mounts;
use super::demo;

/// RFC 7636, appendix B: a verifier, and the challenge made from it.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What there is to paste, from what was told.
pub(super) fn home(mounts: &Mounts, told: &Value) -> Home {
    let url = mounts.origin.clone();
    let mut sections = documents::sections(&told["apis"]);
    // The rest: plain RFCs and the user's own dialects.
    let rest = mounts.built_in.iter().chain(&mounts.own).filter(|mount| mount.has_no_resources());
    sections.extend(rest.map(|mount| by_dialect::section(mount, &told["apis"][&mount.name])));
    sections.push(dashboard(mounts));
    sections.push(admin(&url));
    sections.push(controls(&url));
    Home {
        url: url.clone(),
        lead: format!("Stagedoor dev is ready on {url}. Everything below can be pasted."),
        sign_in: format!(
            "Sign in with {} and {}. The calls and ids that have data are listed in docs/dev.md.",
            demo::EMAIL,
            demo::PASSWORD
        ),
        sections,
    }
}

/// The text for a terminal.
pub(super) fn text(home: &Home) -> String {
    format!("{home}The same again, in a browser or with curl: {}/\nCtrl-C stops it.\n", home.url)
}

fn dashboard(mounts: &Mounts) -> Section {
    let person = |(email, password)| format!("{email} with {password}");
    let developer = format!(
        "Sign in as a developer, {}, or as the administrator, {}.",
        person(demo::DEVELOPER),
        person(demo::ADMINISTRATOR)
    );
    let title = "Dashboard: apps, secrets, redirect URIs".to_owned();
    Section { title, lines: vec![Line::Link(mounts.dashboard_url()), Line::Words(developer)] }
}

fn admin(url: &str) -> Section {
    let base = format!("{url}{}", stagedoor_server::admin::BASE);
    let text = format!("curl -H 'Authorization: Bearer {}' {base}apps", demo::ADMIN_CREDENTIAL);
    let title = "Administration by programs".to_owned();
    Section { title, lines: vec![Line::Link(base), Line::Command { says: "List apps".to_owned(), text }] }
}

fn controls(url: &str) -> Section {
    let command = |says: &str, text: String| Line::Command { says: says.to_owned(), text };
    Section {
        title: "Clock, reset and faults".to_owned(),
        lines: vec![
            command(
                "Move the clock",
                format!("curl -X POST {url}/_dev/clock -d '{{\"advance_seconds\": 3601}}'"),
            ),
            command("Start anew", format!("curl -X POST {url}/_dev/reset")),
            command(
                "Ask for a fault, on any call",
                "-H 'X-Stagedoor-Fault: expired', or revoked, 429;retry-after=5, 500, timeout, html, drop-answer".to_owned(),
            ),
        ],
    }
}

/// What to do between the link and the code.
fn copy_the_code(redirect_uri: &str) -> Line {
    let place = redirect_uri.split('/').take(3).collect::<Vec<_>>().join("/");
    Line::Words(format!(
        "Sign in and allow. Your browser then fails to open {place}, where your app would listen: copy what stands after code= \
         in its address bar."
    ))
}
