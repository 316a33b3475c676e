//! Client authentication (RFC 6749 §2.3, §3.2.1): checked before anything else, so that a caller who fails it changes
//! nothing and learns nothing.

use stagedoor_wire::token_request::ClientCredentials;

use crate::app::App;
use crate::client_secret::StoredSecret;
use crate::id::SecretId;
use crate::{Refusal, Rules, Timestamp};

/// How the client proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// With one of its secrets.
    Secret,
    /// Not at all; whether that will do depends on the grant.
    None,
}

/// Checks what the client shows.
pub fn authenticate<'a>(
    rules: &Rules,
    app: Option<&'a App>,
    shown: &ClientCredentials,
    now: Timestamp,
) -> Result<(&'a App, Proof), Refusal> {
    let app = app.ok_or(Refusal::ClientUnknown)?;
    let proof = if shown.secrets.is_empty() {
        Proof::None
    } else if accepts_any(rules, app, shown, now) {
        Proof::Secret
    } else {
        return Err(Refusal::ClientSecretWrong);
    };
    if app.is_refused(&rules.dialect.apps) { Err(Refusal::ClientSuspended) } else { Ok((app, proof)) }
}

/// Every secret is compared, whichever fits, so that time tells nothing (RFC 6749 §10.10).
fn accepts_any(rules: &Rules, app: &App, shown: &ClientCredentials, now: Timestamp) -> bool {
    let pairs = app.secrets.iter().flat_map(|stored| shown.secrets.iter().map(move |text| (stored, text)));
    pairs.fold(false, |accepted, (stored, text)| stored.accepts(rules, app.id, text, now) | accepted)
}

/// Which of an app's secrets the client showed. Where there is one, it was that.
pub fn secret_shown(rules: &Rules, app: &App, shown: &ClientCredentials, now: Timestamp) -> Option<SecretId> {
    if shown.secrets.is_empty() {
        return None;
    }
    if let [only] = app.secrets.as_slice() {
        return Some(only.id);
    }
    let accepts =
        |stored: &&StoredSecret| shown.secrets.iter().any(|text| stored.accepts(rules, app.id, text, now));
    app.secrets.iter().find(accepts).map(|stored| stored.id)
}

impl Proof {
    /// Demands a secret.
    pub fn by_secret(self) -> Result<(), Refusal> {
        match self {
            Self::Secret => Ok(()),
            Self::None => Err(Refusal::ClientSecretMissing),
        }
    }

    /// A public app names itself, any other proves itself (RFC 7009 §2.1, RFC 8628 §3.1).
    pub(crate) fn will_do_for(self, app: &App) -> Result<(), Refusal> {
        if app.public { Ok(()) } else { self.by_secret() }
    }
}
