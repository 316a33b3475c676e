//! `stagedoor keys rotate`.

use std::fmt::Write as _;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::{KeyFacts, KeyRing, KeyState, PICK_UP_SECONDS, Purpose, with_new_keys};
use stagedoor_server::config::{Configuration, KeyPlace};
use stagedoor_server::{Clock, entropy};
use zeroize::Zeroizing;

use super::{file, key_file};
use crate::failure::{Exit, Failure};
use crate::{terminal, when};

/// Add new keys, which take over a minute from now
///
/// A running server reads the key file again by itself. Older keys go on checking what they made: nobody's token ends. While
/// new keys wait there is nothing to rotate; with --after 0 newer ones take over at once.
#[derive(clap::Args)]
#[command(after_help = "Purposes:
  access_token   opaque access tokens
  refresh_token  refresh tokens
  client_secret  what is kept of client secrets, legacy keys and user codes
  seal           client secrets that may be viewed again
  form           forms of the server's pages
  jwt_es256      access tokens that are JWTs signed by ES256
  jwt_eddsa      access tokens that are JWTs signed by EdDSA")]
pub(super) struct Arguments {
    /// For this purpose alone, instead of all there are keys of; may be repeated
    #[arg(long, value_name = "PURPOSE")]
    purpose: Vec<Purpose>,
    /// When they take over. Sooner, and a server may hear of them too late
    #[arg(long, value_name = "SECONDS", default_value_t = PICK_UP_SECONDS as u32)]
    after: u32,
    /// Print the whole new key file instead of writing it, for keys in an environment variable
    #[arg(long)]
    print: bool,
}

pub(super) fn run(configuration: &Configuration, arguments: &Arguments) -> Result<(), Failure> {
    let now = Clock::default().now();
    let rotated = |text: &str| rotated(text, arguments, now);
    let place = &configuration.keys.place;
    if arguments.print {
        return terminal::print(rotated(&text(place)?)?.as_bytes());
    }
    let mut text = String::new();
    file::change(key_file(place, "rotate")?, |before| {
        let after = rotated(before)?;
        let (old, new) = split(before, &after, now)?;
        text = report(&new, arguments.after, place) + &still_waiting(&old, now);
        Ok(after)
    })?;
    terminal::print(text.as_bytes())
}

/// The text of the keys, wherever they are.
pub(super) fn text(place: &KeyPlace) -> Result<Zeroizing<String>, Failure> {
    let read = match place {
        KeyPlace::File(path) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        KeyPlace::Environment(name) => std::env::var(name).map_err(|error| error.to_string()),
    };
    read.map(Zeroizing::new).map_err(|error| Failure::usage(format!("cannot read {place}: {error}")))
}

fn rotated(text: &str, arguments: &Arguments, now: Timestamp) -> Result<Zeroizing<String>, Failure> {
    let ring = KeyRing::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    let present = Purpose::ALL.into_iter().filter(|&purpose| ring.has(purpose));
    let named = &arguments.purpose;
    let purposes: Vec<Purpose> = if named.is_empty() { present.collect() } else { distinct(named) };
    let mut waiting = waiting(&ring.facts(0, now));
    waiting.retain(|key| purposes.contains(&key.purpose));
    if arguments.after > 0 && !waiting.is_empty() {
        return Err(refused(&waiting, now));
    }
    let active_from = now.plus_seconds(i64::from(arguments.after));
    with_new_keys(text, &purposes, active_from, &mut entropy::rng())
        .map_err(|error| Failure::usage(error.to_string()))
}

/// Those whose time is to come, the next first.
fn waiting(keys: &[KeyFacts]) -> Vec<KeyFacts> {
    let mut waiting: Vec<_> = keys.iter().copied().filter(|key| key.state == KeyState::Waiting).collect();
    waiting.sort_by_key(|key| key.active_from);
    waiting
}

fn refused(waiting: &[KeyFacts], now: Timestamp) -> Failure {
    Failure::new(
        Exit::Other,
        format!(
            "nothing was rotated: {}. Wait for that; `stagedoor keys retire ID --force` takes one out that is not wanted, \
             and `stagedoor keys rotate --after 0` makes keys that are used at once",
            wait(waiting, now)
        ),
    )
}

/// After a rotation at once, those that waited before still take over at their time.
fn still_waiting(old: &[KeyFacts], now: Timestamp) -> String {
    let waiting = waiting(old);
    if waiting.is_empty() {
        return String::new();
    }
    let text = wait(&waiting, now);
    format!("\nStill {text}. `stagedoor keys retire ID --force` takes one out that is not wanted.\n")
}

/// In words: `keys 8, 9 wait to take over, the first in 58 s`.
fn wait(waiting: &[KeyFacts], now: Timestamp) -> String {
    let ids: Vec<_> = waiting.iter().map(|key| key.id.to_string()).collect();
    let first = waiting.first().map_or(0, |key| key.active_from.seconds_from(now));
    let (ids, first) = (ids.join(", "), when::span(first));
    match waiting {
        [_] => format!("key {ids} waits to take over, in {first}"),
        _ => format!("keys {ids} wait to take over, the first in {first}"),
    }
}

fn distinct(named: &[Purpose]) -> Vec<Purpose> {
    Purpose::ALL.into_iter().filter(|purpose| named.contains(purpose)).collect()
}

/// The keys there were, and the new ones.
fn split(before: &str, after: &str, now: Timestamp) -> Result<(Vec<KeyFacts>, Vec<KeyFacts>), Failure> {
    let facts = |text: &str| KeyRing::parse(text).map(|ring| ring.facts(0, now));
    let wrong = |error: stagedoor_protocol::keys::KeyFileError| Failure::usage(error.to_string());
    let before = facts(before).map_err(wrong)?;
    let is_old = |key: &KeyFacts| before.iter().any(|own| own.id == key.id);
    Ok(facts(after).map_err(wrong)?.into_iter().partition(is_old))
}

fn report(added: &[KeyFacts], after: u32, place: &KeyPlace) -> String {
    let mut text = String::new();
    for key in added {
        let _ = writeln!(text, "new  key {:<5} {}", key.id, key.purpose);
    }
    let from = added.first().map_or_else(String::new, |key| when::rfc3339(key.active_from));
    let from =
        if after == 0 { "at once".to_owned() } else { format!("from {from}, in {}", when::span(after)) };
    let _ = write!(
        text,
        "
In use {from}. A running server reads the file again by itself.

Next:
  1. Put a copy of {place} where you keep the last one.
  2. `stagedoor keys list` says what rests on the older keys, and until when.
  3. `stagedoor keys retire ID` takes one out, once nothing does.
"
    );
    text
}
