//! A refresh token, a code or a device code: a grant takes no text but the ones derived from it, and a handle has one text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_fuzz::{REFRESH_TOKEN_KEY, RULES};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::code::Handle;
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::{AppId, GrantId, TeamId};
use stagedoor_protocol::opaque;
use stagedoor_protocol::refresh_token::{PresentedToken, derive};
use stagedoor_wire::{Scopes, Secret};

fuzz_target!(|text: &str| {
    for prefix in [opaque::CODE, opaque::DEVICE_CODE] {
        if let Some(handle) = Handle::read(prefix, text) {
            assert_eq!(handle.write(prefix).expose(), text);
        }
    }
    if let Some(presented) = PresentedToken::read(&Secret::new(text)) {
        let grant = grant(presented.grant);
        let derived = derive(&RULES, &grant, presented.generation);
        assert_eq!(presented.is_of(&RULES, &grant), derived.expose() == text);
        assert!(PresentedToken::read(&derived).unwrap().is_of(&RULES, &grant));
    }
});

fn grant(id: GrantId) -> Grant {
    Grant {
        id,
        app: AppId(1),
        team: TeamId(2),
        account: None,
        scopes: Scopes::none(),
        epochs: Epochs { app: 0, team: 0, account: 0 },
        salt: [7; 16],
        key: REFRESH_TOKEN_KEY,
        confidential: true,
        authorized: Timestamp(0),
        succession: Succession { presented: 0, at: Timestamp(0) },
        revoked: None,
    }
}
