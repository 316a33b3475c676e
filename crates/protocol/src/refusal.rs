//! Why the protocol refuses: one variant per reason, for logs; what the caller sees is the dialect's spelling of its kind.

use stagedoor_wire::form::FormError;
use stagedoor_wire::redirect_uri::InvalidRedirectUri;
use stagedoor_wire::token_error::TokenErrorKind;
use stagedoor_wire::token_request::TokenRequestError;

use crate::app::MAX_REDIRECT_URIS;

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the request cannot be read: {0}")]
    Unreadable(#[from] TokenRequestError),
    #[error("the body is too large")]
    BodyTooLarge,
    #[error("the body was cut short or took too long")]
    BodyIncomplete,
    #[error("the method is not POST")]
    Method,
    #[error("no app has this client id")]
    ClientUnknown,
    #[error("no secret was shown where one is needed")]
    ClientSecretMissing,
    #[error("the secret is wrong or has expired")]
    ClientSecretWrong,
    #[error("the app is suspended or not approved")]
    ClientSuspended,
    #[error("this client may not use this grant")]
    GrantForbidden,
    #[error("the scope is unknown or exceeds the grant")]
    Scope,
    #[error("the code is none of ours, or another client's")]
    CodeUnknown,
    #[error("the code was used before; its grant is revoked")]
    CodeReplayed,
    #[error("the code has expired")]
    CodeExpired,
    #[error("redirect_uri is missing")]
    RedirectUriMissing,
    #[error("redirect_uri differs from the authorization request's")]
    RedirectUriMismatch,
    #[error("redirect_uri breaks the rule: {0}")]
    RedirectUriInsecure(InvalidRedirectUri),
    #[error("code_verifier is missing")]
    VerifierMissing,
    #[error("code_verifier without code_challenge")]
    VerifierUnexpected,
    #[error("code_verifier does not answer the challenge")]
    VerifierWrong,
    #[error("the refresh token is none of ours, or another client's")]
    RefreshTokenUnknown,
    #[error("the refresh token's grant was revoked")]
    GrantRevoked,
    #[error("the refresh token was replayed after its successor was used; its grant is revoked")]
    RefreshTokenReplayed,
    #[error("the refresh token has ended by time")]
    RefreshTokenEnded,
    #[error("a grant of {client_id} is active")]
    DuplicateGrant { client_id: String },
    #[error("the client acts for several teams and named none")]
    TeamMissing,
    #[error("the client has no access to that team")]
    TeamForbidden,
    #[error("the device's user has not decided yet")]
    AuthorizationPending,
    #[error("the device polls too often")]
    SlowDown,
    #[error("the device code is none of ours")]
    DeviceCodeUnknown,
    #[error("the device code has expired")]
    DeviceCodeExpired,
    #[error("the user denied access")]
    AccessDenied,
    #[error("every app of this API needs a secret: it cannot be public")]
    PublicApp,
    #[error("this API serves no teams of this kind")]
    TeamKindNotServed,
    #[error("an app has {MAX_REDIRECT_URIS} redirect URIs at most")]
    TooManyRedirectUris,
    #[error("there are as many apps, secrets or listed people as there may be")]
    LimitReached,
    #[error("too many requests")]
    TooManyRequests,
}

impl Refusal {
    /// The kind the dialect spells, and the detail its text may name.
    pub fn kind(&self) -> (TokenErrorKind, &str) {
        use TokenErrorKind as Kind;
        let kind = match self {
            Self::Unreadable(error) => return unreadable(error),
            Self::DuplicateGrant { client_id } => return (Kind::DuplicateGrant, client_id),
            Self::RedirectUriMissing => return (Kind::ParameterMissing, "redirect_uri"),
            Self::BodyTooLarge => Kind::BodyTooLarge,
            Self::BodyIncomplete => return (Kind::FormMalformed, "it was cut short or took too long"),
            Self::Method => Kind::Method,
            Self::ClientUnknown => Kind::ClientUnknown,
            Self::ClientSecretMissing | Self::ClientSecretWrong => Kind::ClientSecretWrong,
            Self::ClientSuspended => Kind::ClientSuspended,
            Self::GrantForbidden | Self::PublicApp | Self::TeamKindNotServed => Kind::GrantTypeForbidden,
            Self::Scope => Kind::ScopeInvalid,
            Self::CodeUnknown | Self::CodeReplayed => Kind::CodeUnknown,
            Self::CodeExpired => Kind::CodeExpired,
            Self::RedirectUriMismatch | Self::RedirectUriInsecure(_) => Kind::CodeRedirectUri,
            Self::VerifierMissing => Kind::VerifierMissing,
            Self::VerifierUnexpected | Self::VerifierWrong => Kind::VerifierWrong,
            Self::RefreshTokenUnknown => Kind::RefreshTokenUnknown,
            Self::GrantRevoked | Self::RefreshTokenReplayed | Self::RefreshTokenEnded => {
                Kind::RefreshTokenRevoked
            }
            Self::TeamMissing => Kind::TeamMissing,
            Self::TeamForbidden => Kind::TeamForbidden,
            Self::AuthorizationPending => Kind::AuthorizationPending,
            Self::SlowDown => Kind::SlowDown,
            Self::DeviceCodeUnknown => Kind::CodeUnknown,
            Self::DeviceCodeExpired => Kind::DeviceCodeExpired,
            Self::AccessDenied => Kind::AccessDenied,
            Self::LimitReached | Self::TooManyRedirectUris | Self::TooManyRequests => Kind::TooManyRequests,
        };
        (kind, "")
    }

    /// Whether the caller has not proved who it is: it is then limited by address, not by app.
    pub fn is_unauthenticated(&self) -> bool {
        use Refusal::{
            BodyIncomplete, BodyTooLarge, ClientSecretMissing, ClientSecretWrong, ClientSuspended,
            ClientUnknown, Method, Unreadable,
        };
        matches!(
            self,
            Unreadable(_)
                | BodyIncomplete
                | BodyTooLarge
                | Method
                | ClientUnknown
                | ClientSecretMissing
                | ClientSecretWrong
                | ClientSuspended
        )
    }
}

fn unreadable(error: &TokenRequestError) -> (TokenErrorKind, &str) {
    use TokenErrorKind as Kind;
    let kind = match error {
        TokenRequestError::GrantTypeUnsupported(grant_type) => {
            return (Kind::GrantTypeUnsupported, grant_type);
        }
        TokenRequestError::ParameterMissing(name) => return (Kind::ParameterMissing, name),
        TokenRequestError::Form(FormError::Repeated(name)) => return (Kind::ParameterRepeated, name),
        TokenRequestError::Form(FormError::Escape) => {
            return (Kind::FormMalformed, "a % is not followed by two hexadecimal digits");
        }
        TokenRequestError::Form(FormError::NotUtf8) => return (Kind::FormMalformed, "the text is not UTF-8"),
        TokenRequestError::Form(FormError::Control) => {
            return (Kind::FormMalformed, "the text holds a control character");
        }
        TokenRequestError::MediaType => Kind::MediaType,
        TokenRequestError::ClientMissing => Kind::ClientMissing,
        TokenRequestError::ClientMalformed => Kind::ClientUnknown,
        TokenRequestError::BasicMalformed => Kind::ClientBasicMalformed,
        TokenRequestError::ClientTwice => Kind::ClientTwice,
        TokenRequestError::ClientMethod => Kind::ClientMethod,
        TokenRequestError::GrantTypeMissing => Kind::GrantTypeMissing,
        TokenRequestError::Scope => Kind::ScopeInvalid,
        TokenRequestError::Verifier => Kind::VerifierMalformed,
    };
    (kind, "")
}
