//! `stagedoor keys list`.

use std::fmt::Write as _;

use anyhow::Context;
use stagedoor_protocol::keys::{Demand, KeyFacts, KeyState, KeyUses, Purpose};
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_store::key_uses;

use super::demand;
use crate::failure::Failure;
use crate::{terminal, when};

/// Prints the table.
pub(super) fn run(configuration: &Configuration) -> Result<(), Failure> {
    let now = Clock::default().now();
    let database = &configuration.database;
    let uses = key_uses(database, now).with_context(|| database.display().to_string())?;
    let mut text =
        format!("{:<6}{:<15}{:<13}{:<22}{}\n", "KEY", "PURPOSE", "STATE", "ACTIVE FROM", "RESTS ON IT");
    for key in configuration.keys.ring.facts(configuration.longest_token_seconds(), now) {
        let uses = uses.get(&key.id).copied().unwrap_or_default();
        let from = when::rfc3339(key.active_from);
        let rests = resting(&key, &uses, demand(configuration, key.purpose));
        let (id, purpose, state) = (key.id.to_string(), key.purpose.to_string(), state(key.state));
        let _ = writeln!(text, "{id:<6}{purpose:<15}{state:<13}{from:<22}{rests}");
    }
    terminal::print(text.as_bytes())
}

fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Waiting => "waiting",
        KeyState::Active => "active",
        KeyState::ChecksOnly => "checks only",
    }
}

/// In words, such as `3 secrets, user codes until 2026-11-26T12:16:00Z`.
pub(super) fn resting(key: &KeyFacts, uses: &KeyUses, demand: Demand) -> String {
    let mut parts = counted(uses, ["secret to view", "secrets to view"]);
    let for_a_while = match key.purpose {
        Purpose::AccessToken | Purpose::JwtEddsa | Purpose::JwtEs256 => Some("tokens"),
        Purpose::ClientSecret => Some("user codes"),
        Purpose::Form => Some("open pages"),
        Purpose::RefreshToken | Purpose::Seal => None,
    };
    match (key.state, for_a_while, key.over, demand) {
        (_, _, _, Demand::Unused) => {}
        (KeyState::Active, Some(what), _, Demand::Made) => parts.push(what.to_owned()),
        (KeyState::Active, Some(what), _, Demand::Taken) => parts.push(format!("older {what}, if any")),
        (KeyState::ChecksOnly, Some(what), Some(over), _) => {
            parts.push(format!("{what} until {}", when::rfc3339(over)));
        }
        _ => {}
    }
    in_words(&parts)
}

/// What ended with a key, in words such as `3 secrets, user codes that were open`.
pub(super) fn ended(key: &KeyFacts, uses: &KeyUses, demand: Demand) -> String {
    let mut parts = counted(uses, ["copy of a secret to view", "copies of secrets to view"]);
    let for_a_while = match key.purpose {
        Purpose::AccessToken | Purpose::JwtEddsa | Purpose::JwtEs256 => Some("all tokens made with it"),
        Purpose::ClientSecret => Some("user codes that were open"),
        Purpose::Form => Some("pages that were open, and which browsers are known to a person"),
        Purpose::RefreshToken | Purpose::Seal => None,
    };
    let has_made = key.state != KeyState::Waiting && demand != Demand::Unused;
    parts.extend(for_a_while.filter(|_| has_made).map(str::to_owned));
    in_words(&parts)
}

fn counted(uses: &KeyUses, sealed: [&str; 2]) -> Vec<String> {
    let counted = [
        (uses.grants, ["grant", "grants"]),
        (uses.secrets, ["secret", "secrets"]),
        (uses.legacy_keys, ["legacy key", "legacy keys"]),
        (uses.credentials, ["admin credential", "admin credentials"]),
        (uses.sealed, sealed),
    ];
    let some = counted.into_iter().filter(|(number, _)| *number > 0);
    some.map(|(number, [one, many])| format!("{number} {}", if number == 1 { one } else { many })).collect()
}

fn in_words(parts: &[String]) -> String {
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}
