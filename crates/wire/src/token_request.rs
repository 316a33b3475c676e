//! A request to the token endpoint (RFC 6749 §3.2), read and written as the dialect spells it.

mod write;

use std::borrow::Cow;

use crate::basic;
use crate::dialect::{ClientAuthenticationMethod, Dialect};
use crate::form::FormError;
use crate::pkce::Verifier;
use crate::{ClientId, Scopes, Secret, form_fields};

pub use write::{WrittenRequest, write_client};

/// Largest body read, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;

/// What a client asks of the token endpoint.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who asks, unproven.
    pub client: ClientCredentials,
    /// On what ground.
    pub grant: GrantRequest,
    /// `scope`, where sent.
    pub scopes: Option<Scopes>,
    /// `team_id`: the identifier or name of the team to act for.
    pub team: Option<String>,
}

/// How the client says who it is (RFC 6749 §2.3).
#[derive(Debug)]
pub struct ClientCredentials {
    /// `client_id`.
    pub client_id: ClientId,
    /// The secret in each reading that may be meant; none for a client that shows no secret.
    pub secrets: Vec<Secret>,
}

/// The grant (RFC 6749 §4, RFC 8628 §3.4).
#[derive(Debug)]
pub enum GrantRequest {
    /// `client_credentials`.
    ClientCredentials,
    /// `authorization_code`.
    AuthorizationCode {
        /// `code`.
        code: Secret,
        /// `redirect_uri`.
        redirect_uri: Option<String>,
        /// `code_verifier`.
        verifier: Option<Verifier>,
    },
    /// `refresh_token`, or what the dialect takes for it.
    RefreshToken {
        /// `refresh_token`.
        token: Secret,
    },
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    DeviceCode {
        /// `device_code`.
        code: Secret,
    },
}

/// The grant type of RFC 8628 §3.4.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Why the request could not be read. Nothing was looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRequestError {
    /// The body is not `application/x-www-form-urlencoded`.
    #[error("the content type is not application/x-www-form-urlencoded")]
    MediaType,
    /// The body is malformed.
    #[error(transparent)]
    Form(#[from] FormError),
    /// No client id anywhere.
    #[error("no client id")]
    ClientMissing,
    /// A client id no app can have.
    #[error("the client id cannot be one")]
    ClientMalformed,
    /// An `Authorization` header that is not Basic or cannot be decoded.
    #[error("the Authorization header cannot be read")]
    BasicMalformed,
    /// Basic and form at once (RFC 6749 §2.3), or two different client ids.
    #[error("more than one client authentication")]
    ClientTwice,
    /// A way of authentication the dialect does not offer.
    #[error("this way of client authentication is not offered")]
    ClientMethod,
    /// No `grant_type`.
    #[error("grant_type is missing")]
    GrantTypeMissing,
    /// A grant type the dialect does not offer.
    #[error("the grant type is not offered")]
    GrantTypeUnsupported(String),
    /// A parameter the grant needs.
    #[error("{0} is missing")]
    ParameterMissing(&'static str),
    /// `scope` breaks RFC 6749 §3.3.
    #[error("malformed scope")]
    Scope,
    /// `code_verifier` breaks RFC 7636 §4.1.
    #[error("malformed code_verifier")]
    Verifier,
}

/// The pieces of the HTTP request this reads.
#[derive(Debug, Clone, Copy)]
pub struct TokenRequestParts<'a> {
    /// `Content-Type`.
    pub content_type: Option<&'a [u8]>,
    /// `Authorization`.
    pub authorization: Option<&'a [u8]>,
    /// The body.
    pub body: &'a [u8],
}

impl TokenRequest {
    /// Reads a request as `dialect` spells it. Unknown parameters are ignored (RFC 6749 §3.2).
    pub fn read(dialect: &Dialect, parts: TokenRequestParts<'_>) -> Result<Self, TokenRequestError> {
        check_form(parts.content_type)?;
        let fields = form_fields!(
            parts.body,
            grant_type,
            client_id,
            client_secret,
            code,
            redirect_uri,
            code_verifier,
            refresh_token,
            device_code,
            scope,
            team_id,
        )?;
        let client =
            read_client(dialect, parts.authorization, fields.client_id.value, fields.client_secret.value)?;
        let grant_type = fields.grant_type.value.ok_or(TokenRequestError::GrantTypeMissing)?;
        let grant = read_grant(
            dialect,
            &grant_type,
            GrantFields {
                code: fields.code.value,
                redirect_uri: fields.redirect_uri.value,
                verifier: fields.code_verifier.value,
                refresh_token: fields.refresh_token.value,
                device_code: fields.device_code.value,
            },
        )?;
        let scopes = fields.scope.value.map(|text| Scopes::parse(&text)).transpose();
        let team = if dialect.apps.team_parameter { fields.team_id.value.map(Cow::into_owned) } else { None };
        Ok(Self { client, grant, scopes: scopes.map_err(|_| TokenRequestError::Scope)?, team })
    }
}

/// Refuses another media type than the form's; parameters such as `;charset=UTF-8` pass.
pub fn check_form(content_type: Option<&[u8]>) -> Result<(), TokenRequestError> {
    let essence = content_type.unwrap_or_default().split(|&byte| byte == b';').next().unwrap_or_default();
    if essence.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        Ok(())
    } else {
        Err(TokenRequestError::MediaType)
    }
}

/// Reads who asks: from the `Authorization` header or from the form, never from both (RFC 6749 §2.3).
pub fn read_client(
    dialect: &Dialect,
    authorization: Option<&[u8]>,
    form_id: Option<Cow<'_, str>>,
    form_secret: Option<Cow<'_, str>>,
) -> Result<ClientCredentials, TokenRequestError> {
    let offered = |method| dialect.client_authentication.methods.contains(&method);
    let Some(header) = authorization else {
        if form_secret.is_some() && !offered(ClientAuthenticationMethod::Form) {
            return Err(TokenRequestError::ClientMethod);
        }
        let client_id = form_id.ok_or(TokenRequestError::ClientMissing)?;
        return Ok(ClientCredentials {
            client_id: ClientId::new(&client_id).map_err(|_| TokenRequestError::ClientMalformed)?,
            secrets: form_secret.map(|text| Secret::new(text.into_owned())).into_iter().collect(),
        });
    };
    if !offered(ClientAuthenticationMethod::Basic) {
        return Err(TokenRequestError::ClientMethod);
    }
    let basic = basic::read(header)
        .ok_or(TokenRequestError::BasicMalformed)?
        .map_err(|_| TokenRequestError::BasicMalformed)?;
    if form_secret.is_some() || form_id.is_some_and(|id| id != basic.client_id.as_str()) {
        return Err(TokenRequestError::ClientTwice);
    }
    let secrets = basic.secret.into_iter().chain(basic.decoded).collect();
    Ok(ClientCredentials { client_id: basic.client_id, secrets })
}

struct GrantFields<'a> {
    code: Option<Cow<'a, str>>,
    redirect_uri: Option<Cow<'a, str>>,
    verifier: Option<Cow<'a, str>>,
    refresh_token: Option<Cow<'a, str>>,
    device_code: Option<Cow<'a, str>>,
}

fn read_grant(
    dialect: &Dialect,
    grant_type: &str,
    fields: GrantFields<'_>,
) -> Result<GrantRequest, TokenRequestError> {
    let secret = |value: Option<Cow<'_, str>>, name| {
        value.map(|text| Secret::new(text.into_owned())).ok_or(TokenRequestError::ParameterMissing(name))
    };
    let grants = &dialect.grants;
    match grant_type {
        "client_credentials" if grants.client_credentials => Ok(match fields.refresh_token {
            Some(token) if grants.refresh_under_client_credentials => {
                GrantRequest::RefreshToken { token: Secret::new(token.into_owned()) }
            }
            _ => GrantRequest::ClientCredentials,
        }),
        "authorization_code" if grants.authorization_code => Ok(GrantRequest::AuthorizationCode {
            code: secret(fields.code, "code")?,
            redirect_uri: fields.redirect_uri.map(Cow::into_owned),
            verifier: fields
                .verifier
                .map(|text| Verifier::parse(&text))
                .transpose()
                .map_err(|_| TokenRequestError::Verifier)?,
        }),
        "refresh_token" if grants.refresh_token => {
            Ok(GrantRequest::RefreshToken { token: secret(fields.refresh_token, "refresh_token")? })
        }
        DEVICE_CODE if grants.device_code => {
            Ok(GrantRequest::DeviceCode { code: secret(fields.device_code, "device_code")? })
        }
        other => Err(TokenRequestError::GrantTypeUnsupported(other.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        dialect: &str,
        authorization: Option<&str>,
        body: &str,
    ) -> Result<TokenRequest, TokenRequestError> {
        let parts = TokenRequestParts {
            content_type: Some(b"application/x-www-form-urlencoded;charset=UTF-8"),
            authorization: authorization.map(str::as_bytes),
            body: body.as_bytes(),
        };
        TokenRequest::read(&Dialect::built_in(dialect).unwrap(), parts)
    }

    #[test]
    fn bandcamp_refresh_under_client_credentials() {
        let body = "grant_type=client_credentials&client_id=29&client_secret=s&refresh_token=r";
        assert!(matches!(read("bandcamp", None, body).unwrap().grant, GrantRequest::RefreshToken { .. }));
        assert!(matches!(read("spotify", None, body).unwrap().grant, GrantRequest::ClientCredentials));
    }

    #[test]
    fn one_client_authentication() {
        use TokenRequestError::{ClientMethod, ClientMissing, ClientTwice};
        let basic = Some("Basic aWQ6c2VjcmV0"); // id:secret
        let both = "grant_type=client_credentials&client_id=id&client_secret=secret";
        assert_eq!(read("spotify", basic, both).unwrap_err(), ClientTwice);
        assert_eq!(
            read("spotify", basic, "grant_type=client_credentials&client_id=no").unwrap_err(),
            ClientTwice
        );
        assert!(read("spotify", basic, "grant_type=client_credentials&client_id=id").is_ok());
        assert_eq!(read("bandcamp", basic, "grant_type=client_credentials").unwrap_err(), ClientMethod);
        assert_eq!(read("soundcharts", None, both).unwrap_err(), ClientMethod);
        assert_eq!(read("spotify", None, "grant_type=client_credentials").unwrap_err(), ClientMissing);
    }

    #[test]
    fn what_a_grant_needs() {
        use TokenRequestError::{GrantTypeMissing, GrantTypeUnsupported, ParameterMissing};
        let cases = [
            ("client_id=a", GrantTypeMissing),
            ("client_id=a&grant_type=", GrantTypeMissing),
            ("client_id=a&grant_type=password", GrantTypeUnsupported("password".into())),
            ("client_id=a&grant_type=authorization_code", ParameterMissing("code")),
            ("client_id=a&grant_type=refresh_token", ParameterMissing("refresh_token")),
            ("client_id=a&grant_type=authorization_code&code=c&code_verifier=x", TokenRequestError::Verifier),
            ("client_id=a&grant_type=client_credentials&scope=%22", TokenRequestError::Scope),
        ];
        for (body, why) in cases {
            assert_eq!(read("spotify", None, body).unwrap_err(), why, "{body}");
        }
    }

    #[test]
    fn other_media_types() {
        for content_type in [None, Some(&b"application/json"[..]), Some(b"text/plain"), Some(b"")] {
            assert_eq!(check_form(content_type), Err(TokenRequestError::MediaType));
        }
        assert_eq!(check_form(Some(b"Application/X-WWW-Form-URLEncoded ; charset=utf-8")), Ok(()));
    }
}
