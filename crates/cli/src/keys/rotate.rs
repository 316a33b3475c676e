//! `stagedoor keys rotate`.

use std::fmt::Write as _;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::{KeyFacts, KeyRing, PICK_UP_SECONDS, Purpose, with_new_keys};
use stagedoor_server::config::{Configuration, KeyPlace};
use stagedoor_server::{Clock, entropy};
use zeroize::Zeroizing;

use super::{file, key_file};
use crate::failure::Failure;
use crate::{terminal, when};

/// Add new keys, which take over a minute from now
///
/// A running server reads the key file again by itself. Older keys go on checking what they made: nobody's token ends.
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
    let active_from = now.plus_seconds(i64::from(arguments.after));
    let rotated = |text: &str| rotated(text, &arguments.purpose, active_from);
    let place = &configuration.keys.place;
    if arguments.print {
        return terminal::print(rotated(&text(place)?)?.as_bytes());
    }
    let mut added = Vec::new();
    file::change(key_file(place, "rotate")?, |before| {
        let after = rotated(before)?;
        added = new_keys(before, &after, now)?;
        Ok(after)
    })?;
    terminal::print(report(&added, arguments.after, place).as_bytes())
}

/// The text of the keys, wherever they are.
pub(super) fn text(place: &KeyPlace) -> Result<Zeroizing<String>, Failure> {
    let read = match place {
        KeyPlace::File(path) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        KeyPlace::Environment(name) => std::env::var(name).map_err(|error| error.to_string()),
    };
    read.map(Zeroizing::new).map_err(|error| Failure::usage(format!("cannot read {place}: {error}")))
}

fn rotated(text: &str, named: &[Purpose], active_from: Timestamp) -> Result<Zeroizing<String>, Failure> {
    let ring = KeyRing::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    let present = Purpose::ALL.into_iter().filter(|&purpose| ring.has(purpose));
    let purposes: Vec<Purpose> = if named.is_empty() { present.collect() } else { distinct(named) };
    with_new_keys(text, &purposes, active_from, &mut entropy::rng())
        .map_err(|error| Failure::usage(error.to_string()))
}

fn distinct(named: &[Purpose]) -> Vec<Purpose> {
    Purpose::ALL.into_iter().filter(|purpose| named.contains(purpose)).collect()
}

fn new_keys(before: &str, after: &str, now: Timestamp) -> Result<Vec<KeyFacts>, Failure> {
    let facts = |text: &str| KeyRing::parse(text).map(|ring| ring.facts(0, now));
    let wrong = |error: stagedoor_protocol::keys::KeyFileError| Failure::usage(error.to_string());
    let old = facts(before).map_err(wrong)?;
    let is_new = |key: &KeyFacts| old.iter().all(|own| own.id != key.id);
    Ok(facts(after).map_err(wrong)?.into_iter().filter(is_new).collect())
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
