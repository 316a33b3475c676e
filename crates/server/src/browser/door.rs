//! A door that people come in by: an API's, or the dashboard's.

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_store::Store;

use super::stylesheet;
use crate::api::Api;
use crate::figures::{ApiFigures, Limited};
use crate::pages::Frame;
use crate::password::Passwords;

/// What sign-in, cookies and forms need, whatever stands behind the door.
#[derive(Clone, Copy)]
pub(crate) struct Door<'a> {
    /// What its pages are headed by.
    pub(crate) title: &'a str,
    /// Scheme, host and port that people reach it by.
    pub(crate) origin: &'a str,
    /// The path its pages lie under, without trailing slash.
    pub(crate) path: &'a str,
    pub(crate) keys: &'a KeyRing,
    pub(crate) store: &'a Store,
    pub(crate) passwords: &'a Passwords,
    pub(crate) now: Timestamp,
    /// Whether guesses are limited.
    pub(crate) is_limited: bool,
    /// Where refused guesses are counted.
    pub(crate) figures: Option<&'a ApiFigures>,
}

impl<'a> Door<'a> {
    pub(crate) fn frame(&self) -> Frame<'a> {
        Frame { api_title: self.title, stylesheet: stylesheet() }
    }

    /// Counts someone who was sent away because they came too often.
    pub(crate) fn refused_for_now(&self) {
        if let Some(figures) = self.figures {
            figures.limited(Limited::SignIn);
        }
    }
}

impl Api {
    pub(crate) fn door(&self) -> Door<'_> {
        Door {
            title: &self.dialect().title,
            origin: &self.origin,
            path: &self.mount,
            keys: &self.rules.keys,
            store: &self.store,
            passwords: &self.passwords,
            now: self.now(),
            is_limited: self.limits.is_some(),
            figures: Some(&self.figures),
        }
    }
}
