//! What a token says, and what is none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use stagedoor_protocol::access_token::{AccessToken, Epochs, Standing, Unverified};
use stagedoor_protocol::id::{AccountId, AppId, GrantId, TeamId};
use stagedoor_protocol::{Rules, Timestamp, opaque};
use stagedoor_wire::{ClientId, Scopes, Secret};

use crate::setting::{START, keys, mixtape, rules};

fn music() -> Rules {
    rules("music", mixtape(), &keys(1))
}

const EXPIRED: Unverified = Unverified::Expired { app: AppId(1) };

fn token() -> AccessToken {
    AccessToken {
        app: AppId(1),
        client_id: ClientId::new("29").unwrap(),
        team: TeamId(2),
        account: Some(AccountId(3)),
        grant: Some(GrantId(4)),
        epochs: Epochs { app: 5, team: 6, account: 7 },
        standing: Standing::Served,
        scopes: Scopes::parse("play record").unwrap(),
        issued: START,
        expires: START.plus_seconds(900),
        nonce: 8,
    }
}

fn minted(token: &AccessToken) -> Secret {
    token.mint(&music(), START)
}

#[test]
fn says_what_it_was_made_with() {
    let longest = AccessToken {
        client_id: ClientId::new(&"x".repeat(128)).unwrap(),
        scopes: Scopes::parse(&"s".repeat(Scopes::MAX_BYTES)).unwrap(),
        ..token()
    };
    let bare = AccessToken { account: None, grant: None, scopes: Scopes::none(), ..token() };
    let standings = [Standing::Served, Standing::AppNotListed, Standing::UserNotListed];
    let standings = standings.map(|standing| AccessToken { standing, ..token() });
    for token in [longest, bare].into_iter().chain(standings) {
        assert_eq!(AccessToken::verify(&music(), minted(&token).expose(), START), Ok(token));
    }
}

#[test]
fn by_time() {
    let token = token();
    let at = |millis| AccessToken::verify(&music(), minted(&token).expose(), Timestamp(START.0 + millis));
    assert_eq!(at(-5_001), Err(Unverified::Unknown));
    assert_eq!(at(-5_000), Ok(token.clone()));
    assert_eq!(at(899_999), Ok(token.clone()));
    assert_eq!(at(900_000), Err(EXPIRED));
}

/// What was issued under a longer lifetime ends as if it had been issued under today's; a longer one changes nothing.
#[test]
fn lifetime_that_was_changed() {
    let text = minted(&token());
    let at = |seconds, later| {
        let mut dialect = mixtape();
        dialect.access_token.seconds = seconds;
        AccessToken::verify(&rules("music", dialect, &keys(1)), text.expose(), START.plus_seconds(later))
    };
    assert_eq!((at(60, 60), at(60, 61)), (Ok(token()), Err(EXPIRED)));
    assert_eq!((at(3600, 899), at(3600, 900)), (Ok(token()), Err(EXPIRED)));
}

#[test]
fn another_apis_or_another_keys_is_none() {
    let text = minted(&token());
    let others = [
        rules("musi", mixtape(), &keys(1)),
        rules("music2", mixtape(), &keys(1)),
        rules("music", mixtape(), &keys(2)),
    ];
    for other in others {
        assert_eq!(AccessToken::verify(&other, text.expose(), START), Err(Unverified::Unknown));
    }
}

/// Every bit counts, and there is one text for a token.
#[test]
fn changed_tokens() {
    let text = minted(&token());
    let encoded = text.expose().strip_prefix(opaque::ACCESS_TOKEN).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
    let refused = |text: &str| AccessToken::verify(&music(), text, START) == Err(Unverified::Unknown);
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(refused(opaque::wrap(opaque::ACCESS_TOKEN, &bytes).expose()), "{bit}");
    }
    for length in 0..bytes.len() {
        assert!(refused(opaque::wrap(opaque::ACCESS_TOKEN, &bytes[..length]).expose()), "{length}");
    }
    let padded = format!("{}=", text.expose());
    let spaced = format!(" {}", text.expose());
    let as_refresh = text.expose().replace(opaque::ACCESS_TOKEN, opaque::REFRESH_TOKEN);
    let too_long = format!("sda_{}", "A".repeat(10_000));
    for text in [padded.as_str(), &spaced, &as_refresh, encoded, &too_long, "sda_", ""] {
        assert!(refused(text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn nothing_made_up_verifies(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,40}") {
        let rules = music();
        for text in [opaque::wrap(opaque::ACCESS_TOKEN, &bytes).expose(), &text] {
            prop_assert_eq!(AccessToken::verify(&rules, text, START), Err(Unverified::Unknown));
        }
    }
}
