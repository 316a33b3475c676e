//! What the API for programs that administer asks: its credentials, and what calls with an idempotency key were answered.

use rusqlite::params;
use stagedoor_protocol::admin_credential::AdminCredential;
use stagedoor_protocol::id::CredentialId;
use stagedoor_protocol::idempotency::{Begun, CallName};

use crate::listing::Page;
use crate::sql::admin_api as sql;
use crate::sqlite::questions::admin_api::{read_begun, read_credential};
use crate::sqlite::questions::listing::{all, one};
use crate::{Store, StoreError};

impl Store {
    /// All credentials, those included that have expired.
    pub async fn admin_credentials(
        &self,
        page: Page<CredentialId>,
    ) -> Result<Vec<AdminCredential>, StoreError> {
        let params = (page.behind.map_or(0, |id| id.0), page.limit);
        self.sqlite.read(move |view| all(view, sql::CREDENTIALS, params, read_credential)).await
    }

    /// One credential.
    pub async fn admin_credential(&self, id: CredentialId) -> Result<Option<AdminCredential>, StoreError> {
        self.sqlite.read(move |view| one(view, sql::CREDENTIAL, [id.0], read_credential)).await
    }

    /// One credential, by its name.
    pub async fn admin_credential_by_name(&self, name: &str) -> Result<Option<AdminCredential>, StoreError> {
        let name = name.to_owned();
        self.sqlite.read(move |view| one(view, sql::CREDENTIAL_BY_NAME, [name], read_credential)).await
    }

    /// What was begun under this key.
    pub async fn begun_call(&self, name: &CallName) -> Result<Option<Begun>, StoreError> {
        let CallName { caller, key } = name.clone();
        self.sqlite.read(move |view| one(view, sql::BEGUN, params![caller, key], read_begun)).await
    }
}
