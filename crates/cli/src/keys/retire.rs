//! `stagedoor keys retire`.

use std::path::Path;

use anyhow::Context;
use serde_json::json;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::{
    Demand, KeyFacts, KeyId, KeyRing, KeyUses, NotRetired, end_all_under, may_retire, without_key,
};
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_store::{Store, StoreOptions, key_uses};
use zeroize::Zeroizing;

use super::{demand, file, key_file, list, rotate};
use crate::admin::client::Client;
use crate::failure::{Exit, Failure};
use crate::serve::lock;
use crate::{terminal, when};

/// Take a key out of the key file, once nothing rests on it
///
/// It is refused while something does, with what and until when.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Its number, as `stagedoor keys list` shows it
    id: u16,
    /// End what rests on it, and say what that was: grants are revoked, secrets and legacy keys removed. A server that runs does
    /// it itself
    #[arg(long)]
    force: bool,
    /// Print the whole new key file instead of writing it, for keys in an environment variable
    #[arg(long)]
    print: bool,
}

pub(super) fn run(configuration: &Configuration, arguments: &Arguments, path: &Path) -> Result<(), Failure> {
    let place = &configuration.keys.place;
    let mut retiring = Retiring { configuration, path, arguments, ended: None };
    if arguments.print {
        let text = retiring.without(&rotate::text(place)?)?;
        retiring.ended.iter().for_each(|ended| eprintln!("{ended}"));
        return terminal::print(text.as_bytes());
    }
    file::change(key_file(place, "retire")?, |text| retiring.without(text))?;
    let id = arguments.id;
    let mut text = format!("Key {id} is gone from {place}. Put a copy of it where you keep the last one.\n");
    retiring.ended.iter().for_each(|ended| text.push_str(&format!("{ended}\n")));
    terminal::print(text.as_bytes())
}

struct Retiring<'a> {
    configuration: &'a Configuration,
    /// The configuration's.
    path: &'a Path,
    arguments: &'a Arguments,
    /// What was ended by force.
    ended: Option<String>,
}

impl Retiring<'_> {
    /// The text of a key file without the key, if it may go.
    fn without(&mut self, text: &str) -> Result<Zeroizing<String>, Failure> {
        let (id, now) = (KeyId(self.arguments.id), Clock::default().now());
        let ring = KeyRing::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
        let facts = ring.facts(self.configuration.longest_token_seconds(), now);
        let key = facts.into_iter().find(|key| key.id == id).ok_or_else(|| {
            Failure::usage(format!("there is no key {id}: `stagedoor keys list` shows those there are"))
        })?;
        let database = &self.configuration.database;
        let uses = key_uses(database, now).with_context(|| database.display().to_string())?;
        let uses = uses.get(&id).copied().unwrap_or_default();
        let demand = demand(self.configuration, key.purpose);
        match may_retire(&key, &uses, demand, now) {
            Ok(()) => {}
            Err(NotRetired::InUse | NotRetired::NotOver(_) | NotRetired::AboutToBeActive)
                if self.arguments.force =>
            {
                end(self.configuration, self.path, id, now)?;
                self.ended = Some(format!("With it ended: {}.", list::ended(&key, &uses, demand)));
            }
            Err(why) => return Err(refused(&key, &uses, demand, why, now)),
        }
        without_key(text, id).map_err(|error| Failure::usage(error.to_string()))
    }
}

/// Ends what rests on the key: the server that runs does, or else this process, in a database that no server has. What comes
/// after may fail and be done again.
fn end(configuration: &Configuration, path: &Path, key: KeyId, now: Timestamp) -> Result<(), Failure> {
    let client = Client::new(path, false)?;
    if client.is_answered() {
        return client.post(&format!("keys/{key}/end"), json!({})).map(drop);
    }
    let database = &configuration.database;
    if !database.exists() {
        return Ok(());
    }
    Ok(end_at_rest(database, key, now)?)
}

fn end_at_rest(database: &Path, key: KeyId, now: Timestamp) -> anyhow::Result<()> {
    let _lock = lock::take(database)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(database, StoreOptions::default(), now)
            .with_context(|| database.display().to_string())?;
        let committed = store.commit(end_all_under(key, "stagedoor keys retire", now)).await;
        store.close().await;
        Ok(committed?)
    })
}

fn refused(key: &KeyFacts, uses: &KeyUses, demand: Demand, why: NotRetired, now: Timestamp) -> Failure {
    let rests = list::resting(key, uses, demand);
    let cure = match why {
        NotRetired::Active(purpose) => {
            format!(
                "`stagedoor keys rotate --purpose {purpose}` first, and retire it when nothing rests on it"
            )
        }
        NotRetired::AboutToBeActive => {
            let from = when::rfc3339(key.active_from);
            format!("wait until {from}, and rotate again; or --force takes it out at once")
        }
        NotRetired::InUse => format!("{rests}. --force ends that"),
        NotRetired::NotOver(over) => {
            let span = when::span(over.seconds_from(now));
            format!("{rests}, for {span}. Retire it then, or --force ends that now")
        }
    };
    Failure::new(Exit::Other, format!("key {} stays: {why}: {cure}", key.id))
}
