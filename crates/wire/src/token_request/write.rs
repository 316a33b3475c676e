//! The request as a client sends it: what [`TokenRequest::read`] reads.

use super::{ClientCredentials, DEVICE_CODE, GrantRequest, TokenRequest};
use crate::dialect::{ClientAuthenticationMethod, Dialect};
use crate::{Secret, basic, form};

/// What goes into a POST with the content type `application/x-www-form-urlencoded`.
#[derive(Debug)]
pub struct WrittenRequest {
    /// The `Authorization` header, where the client proves itself there.
    pub authorization: Option<Secret>,
    /// The body.
    pub body: Secret,
}

impl TokenRequest {
    /// Spells the request as `dialect` has it, the client proving itself by the first way the dialect offers and by the
    /// first of its secrets.
    pub fn write(&self, dialect: &Dialect) -> WrittenRequest {
        let mut body = form::Writer::default();
        match &self.grant {
            GrantRequest::ClientCredentials => body.pair("grant_type", "client_credentials"),
            GrantRequest::AuthorizationCode { code, redirect_uri, verifier } => {
                body.pair("grant_type", "authorization_code");
                body.pair("code", code.expose());
                body.optional("redirect_uri", redirect_uri.as_deref());
                body.optional("code_verifier", verifier.as_ref().map(|verifier| verifier.expose()));
            }
            GrantRequest::RefreshToken { token } => {
                body.pair("grant_type", "refresh_token");
                body.pair("refresh_token", token.expose());
            }
            GrantRequest::DeviceCode { code } => {
                body.pair("grant_type", DEVICE_CODE);
                body.pair("device_code", code.expose());
            }
        }
        body.optional("scope", self.scopes.as_ref().map(|scopes| scopes.as_str()));
        if dialect.apps.team_parameter {
            body.optional("team_id", self.team.as_deref());
        }
        write_client(dialect, &self.client, body)
    }
}

/// Adds who asks to a form: what [`super::read_client`] reads (RFC 6749 §2.3.1).
pub fn write_client(dialect: &Dialect, client: &ClientCredentials, mut body: form::Writer) -> WrittenRequest {
    let method = dialect.client_authentication.methods.first();
    let authorization = match (client.secrets.first(), method) {
        (Some(secret), Some(ClientAuthenticationMethod::Basic)) => {
            Some(basic::write(&client.client_id, secret))
        }
        (secret, _) => {
            body.pair("client_id", client.client_id.as_str());
            body.optional("client_secret", secret.map(Secret::expose));
            None
        }
    };
    WrittenRequest { authorization, body: body.finish() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkce::Verifier;
    use crate::token_request::TokenRequestParts;
    use crate::{ClientId, Scopes};
    use proptest::prelude::*;

    fn grants() -> impl Strategy<Value = GrantRequest> {
        let text = "[ -~é]{1,60}";
        prop_oneof![
            Just(()).prop_map(|()| GrantRequest::ClientCredentials),
            (text, proptest::option::of(text), proptest::option::of(any::<[u8; 32]>())).prop_map(
                |(code, redirect_uri, bytes)| GrantRequest::AuthorizationCode {
                    code: Secret::new(code),
                    redirect_uri,
                    verifier: bytes.map(|bytes| Verifier::from_random(&bytes)),
                }
            ),
            text.prop_map(|token| GrantRequest::RefreshToken { token: Secret::new(token) }),
            text.prop_map(|code| GrantRequest::DeviceCode { code: Secret::new(code) }),
        ]
    }

    fn is_offered(dialect: &Dialect, grant: &GrantRequest) -> bool {
        match grant {
            GrantRequest::ClientCredentials => dialect.grants.client_credentials,
            GrantRequest::AuthorizationCode { .. } => dialect.grants.authorization_code,
            GrantRequest::RefreshToken { .. } => dialect.grants.refresh_token,
            GrantRequest::DeviceCode { .. } => dialect.grants.device_code,
        }
    }

    /// Everything a request says, readable.
    fn told(request: &TokenRequest) -> String {
        let grant = match &request.grant {
            GrantRequest::ClientCredentials => String::new(),
            GrantRequest::AuthorizationCode { code, redirect_uri, verifier } => {
                let verifier = verifier.as_ref().map(|verifier| verifier.expose());
                format!("{} {redirect_uri:?} {verifier:?}", code.expose())
            }
            GrantRequest::RefreshToken { token } => token.expose().to_owned(),
            GrantRequest::DeviceCode { code } => code.expose().to_owned(),
        };
        format!("{:?} {grant:?} {:?} {}", request.grant, request.scopes, request.client.client_id)
    }

    proptest! {
        /// What the client writes in any dialect, the server reads.
        #[test]
        fn written_then_read(
            grant in grants(), id in "[A-Za-z0-9._~-]{1,40}", secret in proptest::option::of("[ -~é]{1,40}"),
            scope in proptest::option::of("[a-z]{1,8}( [a-z]{1,8}){0,3}"), team in proptest::option::of("[ -~é]{1,20}"),
        ) {
            let request = TokenRequest {
                client: ClientCredentials {
                    client_id: ClientId::new(&id).unwrap(),
                    secrets: secret.clone().map(Secret::new).into_iter().collect(),
                },
                grant,
                scopes: scope.as_deref().map(|text| Scopes::parse(text).unwrap()),
                team,
            };
            for dialect in Dialect::all_built_in().filter(|dialect| is_offered(dialect, &request.grant)) {
                let written = request.write(&dialect);
                let parts = TokenRequestParts {
                    content_type: Some(b"application/x-www-form-urlencoded"),
                    authorization: written.authorization.as_ref().map(|header| header.expose().as_bytes()),
                    body: written.body.expose().as_bytes(),
                };
                let read = TokenRequest::read(&dialect, parts).unwrap();
                prop_assert_eq!(told(&read), told(&request));
                let shown: Vec<_> = read.client.secrets.iter().map(Secret::expose).collect();
                prop_assert_eq!(secret.as_deref().is_none_or(|secret| shown.contains(&secret)), true);
                prop_assert_eq!(shown.is_empty(), secret.is_none());
                if dialect.apps.team_parameter {
                    prop_assert_eq!(&read.team, &request.team);
                }
            }
        }
    }
}
