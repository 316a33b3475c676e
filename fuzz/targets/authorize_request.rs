//! The query of an authorization request: what is read holds no control character, and an empty value counts as none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_wire::authorize_request::AuthorizeRequest;

fuzz_target!(|query: &[u8]| {
    let Ok(request) = AuthorizeRequest::read(query) else { return };
    let values = [
        request.client_id,
        request.redirect_uri,
        request.response_type,
        request.scope,
        request.state,
        request.code_challenge,
        request.code_challenge_method,
    ];
    for value in values.into_iter().flatten() {
        assert!(!value.is_empty() && !value.chars().any(|c| c.is_ascii_control()));
    }
});
