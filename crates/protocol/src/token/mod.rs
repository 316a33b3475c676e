//! The token endpoint (RFC 6749 §3.2): which question a request asks, and which flow decides it.

mod authorization_code;
mod client_credentials;
mod device_code;
pub(crate) mod issue;
mod refresh;

use rand_core::CryptoRng;
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::{GrantRequest, TokenRequest};

use crate::code::Handle;
use crate::decision::Decision;
use crate::id::{CodeId, DeviceId};
use crate::question::{About, Facts, Question};
use crate::refresh_token::PresentedToken;
use crate::{Rules, Timestamp, opaque};

/// What must be known to decide `request`. A presented code or token that is none of ours in form asks about the app
/// alone, and is then refused like an unknown one.
pub fn question<'a>(rules: &Rules, request: &'a TokenRequest) -> Question<'a> {
    let about = match &request.grant {
        GrantRequest::ClientCredentials if rules.dialect.grants.client_credentials_refresh_token => {
            About::ActiveGrant
        }
        GrantRequest::ClientCredentials => About::App,
        GrantRequest::AuthorizationCode { code, .. } => Handle::read(opaque::CODE, code.expose())
            .map_or(About::App, |handle| About::Code(CodeId(handle.id))),
        GrantRequest::RefreshToken { token } => {
            PresentedToken::read(token).map_or(About::App, |token| About::Grant(token.grant))
        }
        GrantRequest::DeviceCode { code } => Handle::read(opaque::DEVICE_CODE, code.expose())
            .map_or(About::App, |handle| About::Device(DeviceId(handle.id))),
    };
    Question { client_id: &request.client.client_id, about }
}

/// Decides a token request.
pub fn decide(
    rules: &Rules,
    request: &TokenRequest,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<TokenAnswer> {
    let decided = match &request.grant {
        GrantRequest::ClientCredentials => client_credentials::decide(rules, request, facts, now, rng),
        GrantRequest::AuthorizationCode { .. } => authorization_code::decide(rules, request, facts, now, rng),
        GrantRequest::RefreshToken { token } => refresh::decide(rules, request, token, facts, now, rng),
        GrantRequest::DeviceCode { code } => device_code::decide(rules, request, code, facts, now, rng),
    };
    decided.unwrap_or_else(Decision::refuse)
}
