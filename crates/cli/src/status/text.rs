//! The status as a person reads it.

use stagedoor_client::clock::Moment;
use stagedoor_client::credential::Flow;
use stagedoor_client::renew::{days_left, warning};
use stagedoor_client::{CredentialName, Vault};

use super::facts::Facts;
use crate::failure::{Failure, used_up};
use crate::{terminal, vault, when};

type Shown = (CredentialName, Result<Option<Facts>, Failure>);

pub(super) fn of(opened: &Vault, shown: &[Shown], now: Moment) -> String {
    let mut text = String::new();
    for (name, facts) in shown {
        match facts {
            Ok(Some(facts)) => text.push_str(&credential(name, facts, now)),
            Ok(None) => {}
            Err(failure) => {
                text += &format!(
                    "{}\n  {}\n",
                    bold(name.as_str()),
                    marked(&terminal::harmless(&failure.to_string()))
                );
            }
        }
        text.push('\n');
    }
    if shown.is_empty() {
        text.push_str("There is no credential yet. Sign in: stagedoor login PROVIDER\n");
        text.push_str("Providers: stagedoor provider list\n\n");
    }
    text + &format!("Kept encrypted in {};\n{}.\n", opened.folder().display(), vault::key(opened))
}

fn credential(name: &CredentialName, facts: &Facts, now: Moment) -> String {
    let stored = &facts.credential;
    let mut text = format!(
        "{}  {}, {}\n",
        bold(name.as_str()),
        terminal::harmless(&facts.provider.dialect.title),
        whose(facts)
    );
    let mut line = |label: &str, value: &str| text += &format!("  {label:14} {value}\n");
    line("app", &format!("{} at {}", stored.client_id, facts.provider.accounts));
    if let Some(team) = &stored.team {
        line("team", &terminal::harmless(team));
    }
    if let Some(scopes) = granted(facts) {
        line("scopes", &scopes);
    }
    if facts.is_legacy() {
        line("old API key", "stands in for a token, as long as the provider takes it");
    } else {
        line("access token", &access(facts, now));
        if let Some(refresh) = refresh(facts, now) {
            line("refresh token", &refresh);
        }
    }
    for (host, cool_down) in &facts.cool_downs {
        let (until, left) =
            (when::clock(cool_down.until, now.wall()), when::span(cool_down.remaining_seconds(now)));
        line("wait", &marked(&format!("{host}: {} until {until} ({left})", used_up(cool_down.why))));
    }
    if let Some(entry) = &facts.interrupted {
        let began = when::clock(entry.began.wall(), now.wall());
        line(
            "interrupted",
            &format!("a renewal begun at {began} was not seen to end; the next one makes it good"),
        );
    }
    if !stored.set_aside.is_empty() && stored.refresh.is_none() {
        line(
            "set aside",
            &format!("{} refused refresh token(s), kept in case the provider erred", stored.set_aside.len()),
        );
    }
    if let Some(reason) = facts.sign_in.filter(|_| !facts.is_legacy()) {
        let when = if facts.seconds == 0 { "now" } else { "when it has ended" };
        line("sign in", &marked(&format!("{when}: {reason}: stagedoor login {name}")));
    }
    text
}

/// For whom it acts.
fn whose(facts: &Facts) -> &'static str {
    if facts.is_legacy() {
        return "an old API key";
    }
    match facts.credential.flow {
        Flow::ClientCredentials => "for the app itself",
        Flow::AuthorizationCode => "for the person who allowed it in a browser",
        Flow::Device => "for the person who allowed it on another device",
    }
}

fn granted(facts: &Facts) -> Option<String> {
    let granted = facts.credential.access.as_ref().and_then(|access| access.scopes.as_ref());
    let scopes = granted.or(facts.credential.scopes.as_ref()).filter(|scopes| !scopes.is_empty())?;
    Some(terminal::harmless(scopes.as_str()))
}

fn access(facts: &Facts, now: Moment) -> String {
    match facts.seconds {
        0 if facts.credential.access.is_none() => "none yet".to_owned(),
        0 => "has ended; renewed when it is asked for".to_owned(),
        seconds => {
            let until = when::clock(now.wall().plus_seconds(seconds.into()), now.wall());
            format!("lives until {until} ({})", when::span(seconds))
        }
    }
}

fn refresh(facts: &Facts, now: Moment) -> Option<String> {
    let refresh = facts.credential.refresh.as_ref()?;
    let since = when::day(refresh.authorized);
    let Some(due) = facts.due else { return Some(format!("since {since}; ends when it is revoked")) };
    let days = days_left(due, now.wall());
    let text = match days {
        ..0 => format!("ended on {}: sign in again", when::day(due)),
        0 => "ends today: sign in again".to_owned(),
        1 => format!("since {since}; sign in again by {} (1 day)", when::day(due)),
        _ => format!("since {since}; sign in again by {} ({days} days)", when::day(due)),
    };
    Some(if warning(days).is_some() { marked(&text) } else { text })
}

fn bold(text: &str) -> String {
    if terminal::is_coloured() { format!("\x1b[1m{text}\x1b[m") } else { text.to_owned() }
}

/// What needs attention.
fn marked(text: &str) -> String {
    if terminal::is_coloured() { format!("\x1b[33m{text}\x1b[m") } else { text.to_owned() }
}
