//! What is shown to an API.

use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use stagedoor_wire::Secret;
use stagedoor_wire::dialect::LegacyKeys;

use crate::credential::AccessToken;

/// What a call is made with.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A token (RFC 6750 §2.1).
    Token(Arc<AccessToken>),
    /// A deprecated pair of headers.
    LegacyKey {
        /// Their names.
        headers: LegacyKeys,
        /// The key's id.
        id: String,
        /// The key.
        key: Secret,
    },
}

impl Proof {
    /// Whether it is a token.
    pub fn is_token(&self) -> bool {
        matches!(self, Self::Token(_))
    }

    /// What of it nobody may see.
    pub(super) fn secret(&self) -> &Secret {
        match self {
            Self::Token(token) => &token.token,
            Self::LegacyKey { key, .. } => key,
        }
    }

    /// Puts it into `headers`, in the place of what the caller put there.
    pub fn apply(&self, headers: &mut HeaderMap) {
        match self {
            Self::Token(token) => {
                insert(headers, AUTHORIZATION, &Secret::new(format!("Bearer {}", token.token.expose())));
            }
            Self::LegacyKey { headers: names, id, key } => {
                headers.remove(AUTHORIZATION);
                for (name, value) in [(&names.id_header, &Secret::new(id.as_str())), (&names.key_header, key)]
                {
                    if let Ok(name) = HeaderName::try_from(name) {
                        insert(headers, name, value);
                    }
                }
            }
        }
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &Secret) {
    // Tokens are checked when they come; a key that fits no header is refused by the API.
    if let Ok(mut value) = HeaderValue::from_str(value.expose()) {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
}
