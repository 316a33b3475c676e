//! The state of a server: through the admin socket while it runs, else from its database.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;
use stagedoor_protocol::Rules;
use stagedoor_protocol::decision::Origin;
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_server::state_file::{self, Applicant, ApplyError, ApplyRequest, Current};
use stagedoor_store::{Store, StoreError, StoreOptions};

use crate::admin::client::Client;
use crate::check;
use crate::failure::{Exit, Failure};
use crate::serve::lock;
use crate::terminal::harmless_line;

/// Where it is.
pub(crate) enum State {
    Running(Client),
    AtRest(Box<AtRest>),
}

/// A database beside which nobody listens.
pub(crate) struct AtRest {
    rules: Vec<Rules>,
    /// None where it is to be looked at and was never begun.
    store: Option<Store>,
    runtime: tokio::runtime::Runtime,
    _lock: Option<File>,
}

impl State {
    /// Of the server with this configuration, to look at: nothing changes.
    pub(crate) fn to_read(configuration: &Path) -> Result<Self, Failure> {
        Self::of(configuration, |database| {
            let store = database.exists().then(|| Store::open_to_read(database)).transpose();
            Ok((store.with_context(|| database.display().to_string())?, None))
        })
    }

    /// The same to change: no server can begin to use the database while this is held.
    pub(crate) fn to_write(configuration: &Path) -> Result<Self, Failure> {
        Self::of(configuration, |database| {
            let lock = lock::take(database)?;
            let store = Store::open(database, StoreOptions::default(), Clock::default().now())
                .with_context(|| database.display().to_string())?;
            Ok((Some(store), Some(lock)))
        })
    }

    fn of(
        configuration: &Path,
        open: impl FnOnce(&Path) -> anyhow::Result<(Option<Store>, Option<File>)>,
    ) -> Result<Self, Failure> {
        let client = Client::new(configuration, true)?;
        if client.is_answered() {
            return Ok(Self::Running(client));
        }
        let configuration = check::read(configuration)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (store, lock) = open(&configuration.database)?;
        let rules = rules(configuration);
        Ok(Self::AtRest(Box::new(AtRest { rules, store, runtime, _lock: lock })))
    }

    /// The file.
    pub(crate) fn export(&self) -> Result<String, Failure> {
        match self {
            Self::Running(client) => {
                let answer = client.get("state")?;
                Ok(answer["text"].as_str().context("the server answers something else")?.to_owned())
            }
            Self::AtRest(at_rest) => at_rest.export(),
        }
    }

    /// What is, or would be, done.
    pub(crate) fn apply(&self, request: &ApplyRequest) -> Result<Value, Failure> {
        match self {
            Self::Running(client) => {
                client.post("state", serde_json::to_value(request).context("the file cannot be sent")?)
            }
            Self::AtRest(at_rest) => at_rest.apply(request),
        }
    }
}

impl AtRest {
    fn export(&self) -> Result<String, Failure> {
        let current = self.current().context("the database cannot be read")?;
        let keys = &self.rules.first().context("the configuration has no API")?.keys;
        Ok(state_file::write(&current, keys).map_err(anyhow::Error::from)?)
    }

    fn apply(&self, request: &ApplyRequest) -> Result<Value, Failure> {
        let actor = format!("uid {}", rustix::process::geteuid().as_raw());
        let now = Clock::default().now();
        let applied = match &self.store {
            Some(store) if request.commit => {
                let by = Applicant {
                    actor: &actor,
                    origin: Origin { way: "apply", address: None },
                    given: Vec::new(),
                };
                self.runtime.block_on(state_file::apply(request, store, &self.rules, by, now))
            }
            _ => {
                let current = self.current().map_err(ApplyError::from);
                current.and_then(|current| state_file::show(request, &current, &self.rules, &actor, now))
            }
        };
        applied.map_err(|error| match error {
            ApplyError::Form(_) | ApplyError::File { .. } => {
                Failure::usage(harmless_line(&error.to_string()))
            }
            ApplyError::Store(_) | ApplyError::Commit(_) => Failure::new(Exit::Other, error.to_string()),
        })
    }

    fn current(&self) -> Result<Current, StoreError> {
        match &self.store {
            Some(store) => self.runtime.block_on(Current::read(store)),
            None => Ok(Current::default()),
        }
    }
}

fn rules(configuration: Configuration) -> Vec<Rules> {
    let keys = configuration.keys.ring;
    let rules = configuration.apis.into_iter().map(|api| Rules {
        api: api.name.into(),
        issuer: "".into(),
        dialect: api.dialect.into(),
        token_format: api.token_format,
        keys: keys.clone(),
    });
    rules.collect()
}

impl Drop for AtRest {
    /// What was committed goes into the one file.
    fn drop(&mut self) {
        if let Some(store) = &self.store {
            self.runtime.block_on(store.close());
        }
    }
}
