//! Renewals under way. Each is awaited at shutdown, whoever gave up on it meanwhile.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::credential::CredentialName;
use crate::source::SourceError;

const MOST: u32 = 100_000;

/// Counts them.
#[derive(Clone, Debug)]
pub(super) struct Renewals(Arc<Semaphore>);

impl Renewals {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MOST as usize)))
    }

    /// Does `renewal` of `name` to its end, also when the caller goes away.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        name: &CredentialName,
        renewal: impl Future<Output = Result<T, SourceError>> + Send + 'static,
    ) -> Result<T, SourceError> {
        let cut_off = || SourceError::CutOff(name.clone());
        let place = Arc::clone(&self.0).acquire_owned().await.map_err(|_| cut_off())?;
        let task = tokio::spawn(async move {
            let outcome = renewal.await;
            drop(place);
            outcome
        });
        task.await.unwrap_or_else(|_| Err(cut_off()))
    }

    /// Waits for all, and lets no more begin.
    pub(super) async fn end(&self) {
        // An error says that this was done before.
        let _ = self.0.acquire_many(MOST).await;
        self.0.close();
    }
}
