//! A token request, to all built-in dialects: the first line is the `Content-Type`, the second the `Authorization`
//! header, the rest the body. A dialect gets only what it offers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_fuzz::DIALECTS;
use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::ClientAuthenticationMethod::{Basic, Form};
use stagedoor_wire::token_request::{GrantRequest, TokenRequest, TokenRequestParts};

fuzz_target!(|input: &[u8]| {
    let mut lines = input.splitn(3, |&byte| byte == b'\n');
    let mut line = || lines.next().filter(|line| !line.is_empty());
    let (content_type, authorization, body) = (line(), line(), line().unwrap_or_default());
    let parts = TokenRequestParts { content_type, authorization, body };
    for dialect in DIALECTS.iter() {
        if let Ok(request) = TokenRequest::read(dialect, parts) {
            check(dialect, parts, &request);
        }
    }
});

fn check(dialect: &Dialect, parts: TokenRequestParts<'_>, request: &TokenRequest) {
    let grants = &dialect.grants;
    assert!(match &request.grant {
        GrantRequest::ClientCredentials => grants.client_credentials,
        GrantRequest::AuthorizationCode { .. } => grants.authorization_code,
        GrantRequest::RefreshToken { .. } => grants.refresh_token,
        GrantRequest::DeviceCode { .. } => grants.device_code,
    });
    assert!(request.team.is_none() || dialect.apps.team_parameter);
    let method = if parts.authorization.is_some() { Basic } else { Form };
    let shown = !request.client.secrets.is_empty();
    assert!(!shown || dialect.client_authentication.methods.contains(&method));
    assert!(request.client.secrets.len() <= if method == Basic { 2 } else { 1 });
}
