//! An app seen from outside.

use stagedoor_protocol::id::AppId;
use stagedoor_wire::{ClientId, Secret};

/// An app as its developer knows it.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) app: AppId,
    pub(crate) id: ClientId,
    pub(crate) secret: Option<Secret>,
}

/// What a caller shows for a client.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
}

impl Client {
    pub(crate) fn shown(&self) -> Shown {
        let secret = self.secret.as_ref().map(|secret| secret.expose().to_owned());
        Shown { id: self.id.to_string(), secret }
    }

    pub(crate) fn without_secret(&self) -> Shown {
        Shown { id: self.id.to_string(), secret: None }
    }

    pub(crate) fn with_secret(&self, secret: &str) -> Shown {
        Shown { id: self.id.to_string(), secret: Some(secret.to_owned()) }
    }
}
