//! What comes back to the redirect URI (RFC 6749 §4.1.2, RFC 9207), read but not yet judged.

use crate::form::{self, FormError};
use crate::{Secret, form_fields};

/// The query of an authorization answer. Nothing in it may be believed before `state` is compared.
#[derive(Debug, Default, Clone)]
pub struct AuthorizeAnswer {
    /// `code`.
    pub code: Option<Secret>,
    /// `state` as it was sent.
    pub state: Option<Secret>,
    /// `iss`: who answers (RFC 9207).
    pub iss: Option<String>,
    /// `error`.
    pub error: Option<String>,
    /// `error_description`.
    pub error_description: Option<String>,
}

impl AuthorizeAnswer {
    /// Reads the query.
    pub fn read(query: &[u8]) -> Result<Self, FormError> {
        let fields = form_fields!(query, code, state, iss, error, error_description)?;
        let own = |slot: form::Slot<'_>| slot.value.map(std::borrow::Cow::into_owned);
        Ok(Self {
            code: own(fields.code).map(Secret::new),
            state: own(fields.state).map(Secret::new),
            iss: own(fields.iss),
            error: own(fields.error),
            error_description: own(fields.error_description),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RedirectUri;

    /// What the server adds to a redirect URI, the client reads.
    #[test]
    fn written_then_read() {
        let uri = RedirectUri::parse("http://127.0.0.1:3000/cb?own=1").unwrap();
        let pairs = [("code", "a+b/c="), ("state", "s %é&"), ("iss", "https://accounts.example")];
        let address = uri.with_query(pairs);
        let read = AuthorizeAnswer::read(address.split_once('?').unwrap().1.as_bytes()).unwrap();
        assert_eq!(read.code.unwrap().expose(), "a+b/c=");
        assert_eq!(read.state.unwrap().expose(), "s %é&");
        assert_eq!(read.iss.as_deref(), Some("https://accounts.example"));
        assert!(read.error.is_none());
    }

    #[test]
    fn refusals_and_repetitions() {
        let read = AuthorizeAnswer::read(b"error=access_denied&error_description=no&state=s").unwrap();
        assert_eq!((read.error.as_deref(), read.code.is_none()), (Some("access_denied"), true));
        assert!(AuthorizeAnswer::read(b"code=a&code=b").is_err());
    }
}
