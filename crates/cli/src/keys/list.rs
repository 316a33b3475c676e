//! `stagedoor keys list`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Context;
use stagedoor_protocol::keys::{KeyFacts, KeyId, KeyState, KeyUses, Purpose};
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_store::key_uses;

use crate::failure::Failure;
use crate::{terminal, when};

/// Prints the table.
pub(super) fn run(configuration: &Configuration) -> Result<(), Failure> {
    let now = Clock::default().now();
    let database = &configuration.database;
    let uses = key_uses(database, now).with_context(|| database.display().to_string())?;
    let facts = configuration.keys.ring.facts(configuration.longest_token_seconds(), now);
    terminal::print(table(&facts, &uses).as_bytes())
}

fn table(keys: &[KeyFacts], uses: &BTreeMap<KeyId, KeyUses>) -> String {
    let mut text =
        format!("{:<6}{:<15}{:<13}{:<22}{}\n", "KEY", "PURPOSE", "STATE", "ACTIVE FROM", "RESTS ON IT");
    for key in keys {
        let uses = uses.get(&key.id).copied().unwrap_or_default();
        let from = when::rfc3339(key.active_from);
        let rests = resting(key, &uses);
        let (id, purpose, state) = (key.id.to_string(), key.purpose.to_string(), state(key.state));
        let _ = writeln!(text, "{id:<6}{purpose:<15}{state:<13}{from:<22}{rests}");
    }
    text
}

fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Waiting => "waiting",
        KeyState::Active => "active",
        KeyState::ChecksOnly => "checks only",
    }
}

/// In words, such as `3 secrets, user codes until 2026-11-26T12:16:00Z`.
pub(super) fn resting(key: &KeyFacts, uses: &KeyUses) -> String {
    let counted = [
        (uses.grants, "grant", "grants"),
        (uses.secrets, "secret", "secrets"),
        (uses.legacy_keys, "legacy key", "legacy keys"),
        (uses.sealed, "secret to view", "secrets to view"),
    ];
    let mut parts: Vec<String> = counted
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| format!("{number} {}", if number == 1 { one } else { many }))
        .collect();
    let for_a_while = match key.purpose {
        Purpose::AccessToken | Purpose::JwtEddsa | Purpose::JwtEs256 => Some("tokens"),
        Purpose::ClientSecret => Some("user codes"),
        Purpose::Form => Some("open pages"),
        Purpose::RefreshToken | Purpose::Seal => None,
    };
    match (key.state, for_a_while, key.over) {
        (KeyState::Active, Some(what), _) => parts.push(what.to_owned()),
        (KeyState::ChecksOnly, Some(what), Some(over)) => {
            parts.push(format!("{what} until {}", when::rfc3339(over)));
        }
        _ => {}
    }
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}
