//! Reading the configuration again while the server runs.

use std::path::PathBuf;
use std::sync::Arc;

use stagedoor_server::Clock;
use stagedoor_server::config::{Configuration, ConfigurationError};
use stagedoor_server::running::Running;

use crate::log::Level;

pub(super) struct Reload {
    pub(super) file: PathBuf,
    pub(super) running: Arc<Running>,
    pub(super) level: Level,
    pub(super) clock: Clock,
}

impl Reload {
    /// Takes up what the file says now. With a mistake in it everything stays as it is.
    pub(super) async fn now(&self) -> anyhow::Result<()> {
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || Configuration::read(&file)).await?;
        let configuration = match read {
            Ok(configuration) => configuration,
            Err(error) => {
                refuse(&error);
                return Ok(());
            }
        };
        configuration.warn(self.clock.now());
        let (running, log) = (self.running.clone(), configuration.log);
        match tokio::task::spawn_blocking(move || running.take_up(configuration)).await? {
            Ok(()) => {
                self.level.set(log.level.as_str());
                tracing::info!("the configuration is taken up");
            }
            Err(error) => tracing::error!(%error, "the configuration is not taken up"),
        }
        Ok(())
    }
}

fn refuse(error: &ConfigurationError) {
    match error {
        ConfigurationError::Mistakes(mistakes) => {
            for mistake in mistakes {
                tracing::error!(%mistake, "the configuration is not taken up");
            }
        }
        ConfigurationError::Unreadable { .. } => {
            tracing::error!(%error, "the configuration is not taken up");
        }
    }
}
