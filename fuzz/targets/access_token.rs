//! An access token, as it comes and as the content behind a right MAC: without the key nothing passes, with it the content
//! is read or refused, and what is read is minted and read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_fuzz::{ACCESS_TOKEN_KEY, RULES};
use stagedoor_protocol::access_token::{AccessToken, Unverified};
use stagedoor_protocol::keys::Purpose;
use stagedoor_protocol::{Rules, Timestamp, opaque};

const NOW: Timestamp = Timestamp(1000);

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        assert_eq!(AccessToken::verify(&RULES, text, NOW), Err(Unverified::Unknown));
    }
    let parts = [RULES.api.as_bytes(), b"\0", input];
    let tag = RULES.keys.tag(Purpose::AccessToken, ACCESS_TOKEN_KEY, &parts).unwrap();
    let text = opaque::wrap(opaque::ACCESS_TOKEN, &[input, &tag].concat());
    let other_api = Rules { api: "other".into(), ..RULES.clone() };
    assert_eq!(AccessToken::verify(&other_api, text.expose(), NOW), Err(Unverified::Unknown));
    if let Ok(token) = AccessToken::verify(&RULES, text.expose(), NOW) {
        assert_eq!(AccessToken::verify(&RULES, token.mint(&RULES, NOW).expose(), NOW), Ok(token));
    }
});
