//! `stagedoor keys retire`.

use anyhow::Context;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::{
    KeyFacts, KeyId, KeyRing, KeyUses, NotRetired, Purpose, end_all_under, may_retire, without_key,
};
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_store::{Store, StoreOptions, key_uses};
use zeroize::Zeroizing;

use super::{file, key_file, list, rotate};
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
    /// End what rests on it: grants are revoked, secrets and legacy keys removed. The server must be stopped
    #[arg(long)]
    force: bool,
    /// Print the whole new key file instead of writing it, for keys in an environment variable
    #[arg(long)]
    print: bool,
}

pub(super) fn run(configuration: &Configuration, arguments: &Arguments) -> Result<(), Failure> {
    let place = &configuration.keys.place;
    let without = |text: &str| without(configuration, arguments, text);
    if arguments.print {
        return terminal::print(without(&rotate::text(place)?)?.as_bytes());
    }
    file::change(key_file(place, "retire")?, without)?;
    let id = arguments.id;
    terminal::print(
        format!("Key {id} is gone from {place}. Put a copy of it where you keep the last one.\n").as_bytes(),
    )
}

fn without(
    configuration: &Configuration,
    arguments: &Arguments,
    text: &str,
) -> Result<Zeroizing<String>, Failure> {
    let (id, now) = (KeyId(arguments.id), Clock::default().now());
    let ring = KeyRing::parse(text).map_err(|error| Failure::usage(error.to_string()))?;
    let facts = ring.facts(configuration.longest_token_seconds(), now);
    let key = facts.into_iter().find(|key| key.id == id).ok_or_else(|| {
        Failure::usage(format!("there is no key {id}: `stagedoor keys list` shows those there are"))
    })?;
    let database = &configuration.database;
    let uses = key_uses(database, now).with_context(|| database.display().to_string())?;
    let uses = uses.get(&id).copied().unwrap_or_default();
    let may = may_retire(&key, &uses, is_needed(configuration, key.purpose), now);
    match may {
        Ok(()) => {}
        Err(NotRetired::InUse | NotRetired::NotOver(_) | NotRetired::AboutToBeActive) if arguments.force => {
            end(configuration, id, now)?;
        }
        Err(why) => return Err(refused(&key, &uses, why, now)),
    }
    without_key(text, id).map_err(|error| Failure::usage(error.to_string()))
}

/// Whether an API could do nothing without a key of this purpose.
fn is_needed(configuration: &Configuration, purpose: Purpose) -> bool {
    let signs = |format| matches!(format, TokenFormat::Jwt(algorithm) if algorithm.purpose() == purpose);
    purpose.is_needed() || configuration.apis.iter().any(|api| signs(api.token_format))
}

/// Ends what rests on the key, in a database that no server has. What comes after may fail and be done again.
fn end(configuration: &Configuration, key: KeyId, now: Timestamp) -> anyhow::Result<()> {
    let database = &configuration.database;
    if !database.exists() {
        return Ok(());
    }
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

fn refused(key: &KeyFacts, uses: &KeyUses, why: NotRetired, now: Timestamp) -> Failure {
    let cure = match why {
        NotRetired::Active(purpose) => {
            format!(
                "`stagedoor keys rotate --purpose {purpose}` first, and retire it when nothing rests on it"
            )
        }
        NotRetired::AboutToBeActive => {
            format!("wait until {}, and rotate again", when::rfc3339(key.active_from))
        }
        NotRetired::InUse => {
            format!("{}. --force ends that, with the server stopped", list::resting(key, uses))
        }
        NotRetired::NotOver(over) => format!(
            "{}, for {}. Retire it then, or --force ends that, with the server stopped",
            list::resting(key, uses),
            when::span(over.seconds_from(now))
        ),
    };
    Failure::new(Exit::Other, format!("key {} stays: {why}: {cure}", key.id))
}
