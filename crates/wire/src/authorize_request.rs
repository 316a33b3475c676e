//! The query of an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3): read but not yet judged, or written.

use crate::form::{self, FormError};
use crate::form_fields;

/// What the client asked for, each value decoded once and otherwise as sent. Whether it is acceptable is decided by the
/// protocol, because until client and redirect URI are known nothing may be redirected (RFC 6749 §4.1.2.1).
#[derive(Debug, Default, Clone)]
pub struct AuthorizeRequest {
    /// `client_id`.
    pub client_id: Option<String>,
    /// `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// `response_type`.
    pub response_type: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `state`, returned unchanged.
    pub state: Option<String>,
    /// `code_challenge`.
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
    /// `show_dialog`: whether an app that was allowed before is to be asked about again. `true` in any case.
    pub show_dialog: bool,
}

impl AuthorizeRequest {
    /// Reads the query. A redirect URI whose `:` and `/` are left unescaped is read all the same.
    pub fn read(query: &[u8]) -> Result<Self, FormError> {
        let fields = form_fields!(
            query,
            client_id,
            redirect_uri,
            response_type,
            scope,
            state,
            code_challenge,
            code_challenge_method,
            show_dialog,
        )?;
        let own = |slot: form::Slot<'_>| slot.value.map(std::borrow::Cow::into_owned);
        Ok(Self {
            client_id: own(fields.client_id),
            redirect_uri: own(fields.redirect_uri),
            response_type: own(fields.response_type),
            scope: own(fields.scope),
            state: own(fields.state),
            code_challenge: own(fields.code_challenge),
            code_challenge_method: own(fields.code_challenge_method),
            show_dialog: fields.show_dialog.value.is_some_and(|value| value.eq_ignore_ascii_case("true")),
        })
    }
}

impl AuthorizeRequest {
    /// Writes the query. It holds no secret: it goes through a browser's address bar.
    pub fn write(&self) -> String {
        let mut query = form::Writer::default();
        query.optional("client_id", self.client_id.as_deref());
        query.optional("response_type", self.response_type.as_deref());
        query.optional("redirect_uri", self.redirect_uri.as_deref());
        query.optional("scope", self.scope.as_deref());
        query.optional("state", self.state.as_deref());
        query.optional("code_challenge", self.code_challenge.as_deref());
        query.optional("code_challenge_method", self.code_challenge_method.as_deref());
        query.optional("show_dialog", self.show_dialog.then_some("true"));
        query.finish().expose().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let query = b"client_id=x&response_type=code&redirect_uri=http://127.0.0.1:3000/cb&scope=a+b&show_dialog=True";
        let request = AuthorizeRequest::read(query).unwrap();
        assert_eq!(request.redirect_uri.as_deref(), Some("http://127.0.0.1:3000/cb"));
        assert_eq!(request.scope.as_deref(), Some("a b"));
        assert!(request.show_dialog);
        assert_eq!(request.state, None);
    }

    proptest::proptest! {
        /// What the client writes, the server reads.
        #[test]
        fn written_then_read(texts in proptest::collection::vec(proptest::option::of("[ -~é]{1,40}"), 7), dialog: bool) {
            let mut texts = texts.into_iter();
            let mut next = || texts.next().flatten();
            let request = AuthorizeRequest {
                client_id: next(),
                redirect_uri: next(),
                response_type: next(),
                scope: next(),
                state: next(),
                code_challenge: next(),
                code_challenge_method: next(),
                show_dialog: dialog,
            };
            let read = AuthorizeRequest::read(request.write().as_bytes()).unwrap();
            proptest::prop_assert_eq!(format!("{read:?}"), format!("{request:?}"));
        }
    }

    #[test]
    fn repeated_parameters_are_refused() {
        let read = AuthorizeRequest::read(b"redirect_uri=a&redirect_uri=b");
        assert_eq!(read.unwrap_err(), FormError::Repeated("redirect_uri"));
    }
}
