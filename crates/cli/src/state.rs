//! The state of a server: through the admin socket while it runs, else from its database.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;
use stagedoor_protocol::Rules;
use stagedoor_server::Clock;
use stagedoor_server::config::Configuration;
use stagedoor_server::state_file::{self, Applicant, ApplyError, ApplyRequest, Current};
use stagedoor_store::{Store, StoreOptions};

use crate::admin::client::Client;
use crate::check;
use crate::failure::{Exit, Failure};
use crate::serve::lock;

/// Where it is.
pub(crate) enum State {
    Running(Client),
    AtRest(Box<AtRest>),
}

/// A database that no server uses, and none can while this is held.
pub(crate) struct AtRest {
    rules: Vec<Rules>,
    store: Store,
    runtime: tokio::runtime::Runtime,
    _lock: File,
}

impl State {
    /// Of the server with this configuration.
    pub(crate) fn of(configuration: &Path) -> Result<Self, Failure> {
        let client = Client::new(configuration, true)?;
        if client.is_answered() {
            return Ok(Self::Running(client));
        }
        AtRest::open(check::read(configuration)?).map(|at_rest| Self::AtRest(Box::new(at_rest)))
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
    fn open(configuration: Configuration) -> Result<Self, Failure> {
        let lock = lock::take(&configuration.database)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let store = Store::open(&configuration.database, StoreOptions::default(), Clock::default().now())
            .with_context(|| configuration.database.display().to_string())?;
        let keys = configuration.keys.ring;
        let rules = configuration.apis.into_iter().map(|api| Rules {
            api: api.name.into(),
            issuer: "".into(),
            dialect: api.dialect.into(),
            token_format: api.token_format,
            keys: keys.clone(),
        });
        Ok(Self { rules: rules.collect(), store, runtime, _lock: lock })
    }

    fn export(&self) -> Result<String, Failure> {
        let current =
            self.runtime.block_on(Current::read(&self.store)).context("the database cannot be read")?;
        let keys = &self.rules.first().context("the configuration has no API")?.keys;
        Ok(state_file::write(&current, keys).map_err(anyhow::Error::from)?)
    }

    fn apply(&self, request: &ApplyRequest) -> Result<Value, Failure> {
        let actor = format!("uid {}", rustix::process::geteuid().as_raw());
        let by = Applicant { actor: &actor, origin: "apply" };
        let applied = state_file::apply(request, &self.store, &self.rules, by, Clock::default().now());
        self.runtime.block_on(applied).map_err(|error| match error {
            ApplyError::Form(_) | ApplyError::File { .. } => Failure::usage(error.to_string()),
            ApplyError::Store(_) | ApplyError::Commit(_) => Failure::new(Exit::Other, error.to_string()),
        })
    }
}

impl Drop for AtRest {
    /// What was committed goes into the one file.
    fn drop(&mut self) {
        self.runtime.block_on(self.store.close());
    }
}
