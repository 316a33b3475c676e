//! Access tokens as JWTs: what they say, and what is none (RFC 8725, RFC 9068).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use aws_lc_rs::{hmac, signature::KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use stagedoor_protocol::access_token::{AccessToken, Epochs, Standing, Unverified};
use stagedoor_protocol::id::{AccountId, AppId, GrantId, TeamId};
use stagedoor_protocol::jwt::{Algorithm, TokenFormat};
use stagedoor_protocol::keys::{Jwk, KeyRing};
use stagedoor_protocol::{Rules, Timestamp};
use stagedoor_wire::{ClientId, Scopes};

use crate::setting::{START, key_entry, keys, mixtape, rules};

/// RFC 8037 §A.1 and RFC 7515 §A.3.1.
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const SCALAR: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
const POINT: [&str; 2] =
    ["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"];
const BOTH: [Algorithm; 2] = [Algorithm::EdDsa, Algorithm::Es256];

/// A key file whose signing keys are the RFCs'.
fn known_keys() -> String {
    let entry = |id: u16, purpose: &str, key: &str| {
        let key = STANDARD.encode(URL_SAFE_NO_PAD.decode(key).unwrap());
        format!("\n[[key]]\nid = {id}\npurpose = \"{purpose}\"\nactive_from = 0\nkey = \"{key}\"\n")
    };
    let needed = ["access_token", "refresh_token", "client_secret", "seal", "form"];
    let needed: String =
        (1..).zip(needed).map(|(id, purpose)| key_entry(id, purpose, START, id as u8)).collect();
    needed + &entry(6, "jwt_eddsa", SEED) + &entry(7, "jwt_es256", SCALAR)
}

fn with(algorithm: Algorithm, keys: &str) -> Rules {
    let mut dialect = mixtape();
    dialect.access_token.seconds = 3600;
    Rules { token_format: TokenFormat::Jwt(algorithm), ..rules("music", dialect, keys) }
}

fn music(algorithm: Algorithm) -> Rules {
    with(algorithm, &known_keys())
}

const EXPIRED: Unverified = Unverified::Expired { app: AppId(1) };

fn token() -> AccessToken {
    AccessToken {
        app: AppId(1),
        client_id: ClientId::new("29").unwrap(),
        team: TeamId(2),
        account: Some(AccountId(1 << 60)),
        grant: Some(GrantId(4)),
        epochs: Epochs { app: 5, team: 6, account: 7 },
        standing: Standing::Served,
        scopes: Scopes::parse("play record").unwrap(),
        issued: START,
        expires: START.plus_seconds(3600),
        nonce: 8,
    }
}

fn minted(rules: &Rules, token: &AccessToken) -> String {
    token.mint(rules, START).expose().to_owned()
}

fn parts(text: &str) -> [String; 3] {
    let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

fn decoded(part: &str) -> String {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// `header.payload` signed with the key of the algorithm.
fn signed(algorithm: Algorithm, header: &str, payload: &str) -> String {
    let message = format!("{header}.{payload}");
    let key = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let signature = match algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::from_seed_unchecked(&key(SEED)).unwrap().sign(message.as_bytes()),
        Algorithm::Es256 => {
            let point = [vec![4], key(POINT[0]), key(POINT[1])].concat();
            let own = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let pair = EcdsaKeyPair::from_private_key_and_public_key(own, &key(SCALAR), &point).unwrap();
            pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap()
        }
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn says_what_it_was_made_with() {
    let longest = AccessToken {
        client_id: ClientId::new(&"x".repeat(128)).unwrap(),
        scopes: Scopes::parse(&"s".repeat(Scopes::MAX_BYTES)).unwrap(),
        nonce: u64::MAX,
        ..token()
    };
    let bare = AccessToken { account: None, grant: None, scopes: Scopes::none(), ..token() };
    let again = AccessToken { nonce: 0, ..token() };
    let standings = [Standing::Served, Standing::AppNotListed, Standing::UserNotListed];
    let standings = standings.map(|standing| AccessToken { standing, ..token() });
    for token in [longest, bare, again].into_iter().chain(standings) {
        for rules in BOTH.map(music) {
            assert_eq!(AccessToken::verify(&rules, &minted(&rules, &token), START), Ok(token.clone()));
        }
    }
}

#[test]
fn on_the_wire() {
    let said = r#"{"iss":"https://music.example","aud":"https://music.example","sub":"1152921504606846976","client_id":"29","iat":1788177600,"exp":1788181200,"jti":"AAAAAAAAAAg","scope":"play record","stagedoor":{"app":"1","team":"2","account":"1152921504606846976","grant":"4","epochs":[5,6,7],"standing":0}}"#;
    let headers = [
        r#"{"typ":"at+jwt","alg":"EdDSA","kid":"6-kPrK_qmxVWaY"}"#,
        r#"{"typ":"at+jwt","alg":"ES256","kid":"7-oKIywvGUpTVT"}"#,
    ];
    for (algorithm, header) in BOTH.into_iter().zip(headers) {
        let [first, second, signature] = parts(&minted(&music(algorithm), &token()));
        assert_eq!((decoded(&first).as_str(), decoded(&second).as_str()), (header, said));
        assert_eq!(URL_SAFE_NO_PAD.decode(signature).unwrap().len(), 64);
    }
    let for_app = AccessToken { account: None, grant: None, scopes: Scopes::none(), ..token() };
    let [_, payload, _] = parts(&minted(&music(Algorithm::EdDsa), &for_app));
    assert!(decoded(&payload).contains(r#""sub":"29","client_id":"29""#), "the app stands for itself");
    assert!(!decoded(&payload).contains("scope"), "RFC 9068 §2.2.3");
}

/// RFC 8037 §A.2 and §A.3, RFC 7515 §A.3.1.
#[test]
fn public_halves() {
    let ring = KeyRing::parse(&known_keys()).unwrap();
    let jwks: Vec<&Jwk> = ring.signers().map(|signer| signer.jwk()).collect();
    let [ed25519, p256] = jwks[..] else { panic!("{jwks:?}") };
    assert_eq!((ed25519.kty, ed25519.crv, ed25519.alg), ("OKP", "Ed25519", "EdDSA"));
    assert_eq!(ed25519.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(ed25519.y, None);
    assert_eq!((p256.kty, p256.crv, p256.alg), ("EC", "P-256", "ES256"));
    assert_eq!((p256.x.as_str(), p256.y.as_deref()), (POINT[0], Some(POINT[1])));
}

#[test]
fn by_time() {
    for rules in BOTH.map(music) {
        let text = minted(&rules, &token());
        let at = |millis| AccessToken::verify(&rules, &text, Timestamp(START.0 + millis));
        assert_eq!(at(-5_001), Err(Unverified::Unknown));
        assert_eq!(at(-5_000), Ok(token()));
        assert_eq!(at(3_599_999), Ok(token()));
        assert_eq!(at(3_600_000), Err(EXPIRED));
    }
}

/// It has whole seconds, and is no shorter for it.
#[test]
fn between_two_seconds() {
    let rules = music(Algorithm::EdDsa);
    let (issued, expires) = (Timestamp(START.0 + 1), Timestamp(START.0 + 3_600_001));
    let text = minted(&rules, &AccessToken { issued, expires, ..token() });
    let at = |millis| AccessToken::verify(&rules, &text, Timestamp(START.0 + millis));
    assert_eq!(
        at(3_600_999).map(|token| (token.issued, token.expires.seconds_from(START))),
        Ok((START, 3601))
    );
    assert_eq!(at(3_601_000), Err(EXPIRED));
}

#[test]
fn lifetime_that_was_changed() {
    for mut rules in BOTH.map(music) {
        let text = minted(&rules, &token());
        let mut at = |seconds, later| {
            let mut dialect = mixtape();
            dialect.access_token.seconds = seconds;
            rules.dialect = dialect.into();
            AccessToken::verify(&rules, &text, START.plus_seconds(later))
        };
        assert_eq!((at(60, 60), at(60, 61)), (Ok(token()), Err(EXPIRED)));
        assert_eq!((at(7200, 3599), at(7200, 3600)), (Ok(token()), Err(EXPIRED)));
    }
}

/// Every letter counts.
#[test]
fn changed_tokens() {
    for rules in BOTH.map(music) {
        let text = minted(&rules, &token());
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
            let mut changed = text.clone();
            changed.replace_range(at..=at, other);
            assert_eq!(AccessToken::verify(&rules, &changed, START), Err(Unverified::Unknown), "{at}");
        }
        for length in 0..text.len() {
            let cut = &text[..length];
            assert_eq!(AccessToken::verify(&rules, cut, START), Err(Unverified::Unknown), "{length}");
        }
    }
}

/// RFC 8725 §2.1, §3.1: the header chooses nothing.
#[test]
fn other_headers() {
    for algorithm in BOTH {
        let rules = music(algorithm);
        let own = minted(&rules, &token());
        let [header, payload, signature] = parts(&own);
        let kid = decoded(&header).split('"').nth(11).unwrap().to_owned();
        let other = if algorithm == Algorithm::EdDsa { Algorithm::Es256 } else { Algorithm::EdDsa };
        let [others, ..] = parts(&minted(&music(other), &token()));
        let headers = [
            r#"{"alg":"none"}"#.to_owned(),
            format!(r#"{{"typ":"at+jwt","alg":"none","kid":"{kid}"}}"#),
            format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{kid}"}}"#),
            format!(r#"{{"typ":"JWT","alg":"{}","kid":"{kid}"}}"#, algorithm.as_str()),
            format!(r#"{{"alg":"{}","kid":"{kid}"}}"#, algorithm.as_str()),
            format!(r#"{{"typ":"at+jwt","alg":"{}"}}"#, algorithm.as_str()),
            format!(r#"{{"typ":"at+jwt","alg":"{}","kid":"other"}}"#, algorithm.as_str()),
            decoded(&others),
        ];
        for header in headers {
            let header = encoded(&header);
            let unsigned = format!("{header}.{payload}.");
            let kept = format!("{header}.{payload}.{signature}");
            for text in [signed(algorithm, &header, &payload), unsigned, kept] {
                let read = AccessToken::verify(&rules, &text, START);
                assert_eq!(read, Err(Unverified::Unknown), "{}", decoded(&header));
            }
        }
        assert!(AccessToken::verify(&rules, &signed(algorithm, &header, &payload), START).is_ok());
    }
}

/// RFC 8725 §2.1: the public key taken for the secret of a MAC.
#[test]
fn public_key_as_secret() {
    let rules = music(Algorithm::EdDsa);
    let pair = Ed25519KeyPair::from_seed_unchecked(&URL_SAFE_NO_PAD.decode(SEED).unwrap()).unwrap();
    let [own, payload, _] = parts(&minted(&rules, &token()));
    let forged = encoded(&decoded(&own).replace("EdDSA", "HS256"));
    for header in [own, forged] {
        let message = format!("{header}.{payload}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, pair.public_key().as_ref());
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
        let text = format!("{message}.{tag}");
        assert_eq!(AccessToken::verify(&rules, &text, START), Err(Unverified::Unknown));
    }
}

/// There is one form for a token.
#[test]
fn other_forms() {
    for rules in BOTH.map(music) {
        let own = minted(&rules, &token());
        let [header, payload, signature] = parts(&own);
        let forms = [
            format!("{own}="),
            format!("{own}."),
            format!(".{own}"),
            format!(" {own}"),
            format!("{header}.{payload}"),
            format!("{header}..{signature}"),
            format!("{header}.{payload}=.{signature}"),
            format!("{header}.{payload}.{signature}.{signature}"),
            format!("{header}.{payload}.{signature}{signature}"),
            format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
            format!("{header}.{}.{signature}", "A".repeat(100_000)),
            "..".to_owned(),
            String::new(),
        ];
        for text in forms {
            let read = AccessToken::verify(&rules, &text, START);
            assert_eq!(read, Err(Unverified::Unknown), "{text:.200}");
        }
    }
}

/// A right signature is not enough: a key of ours may have signed something else.
#[test]
fn other_claims() {
    for algorithm in BOTH {
        let rules = music(algorithm);
        let [header, payload, _] = parts(&minted(&rules, &token()));
        let said = decoded(&payload);
        let changes = [
            (r#""iss":"https://music.example""#, r#""iss":"https://other.example""#),
            (r#""iss":"https://music.example","#, ""),
            (r#""aud":"https://music.example""#, r#""aud":"https://other.example""#),
            (r#""aud":"https://music.example""#, r#""aud":["https://music.example"]"#),
            (r#""aud":"https://music.example","#, ""),
            (r#""sub":"1152921504606846976""#, r#""sub":"29""#),
            (r#""client_id":"29""#, r#""client_id":"2 9""#),
            (r#""client_id":"29""#, r#""client_id":29"#),
            (r#""exp":1788181200"#, r#""exp":"1788181200""#),
            (r#""exp":1788181200"#, r#""exp":1788181200.5"#),
            (r#""exp":1788181200"#, r#""exp":99999999999999999999"#),
            (r#""exp":1788181200"#, r#""exp":9223372036854775807"#),
            (r#""exp":1788181200,"#, ""),
            (r#""iat":1788177600,"#, ""),
            (r#""iat":1788177600"#, r#""iat":1788177606"#),
            (r#""jti":"AAAAAAAAAAg""#, r#""jti":"AAAAAAAAAA""#),
            (r#""jti":"AAAAAAAAAAg""#, r#""jti":"*""#),
            (r#""exp":1788181200"#, r#""exp":1788181200,"exp":1788181200"#),
            (r#""exp":1788181200"#, r#""exp":1788181200,"nbf":1788177600"#),
            (r#""standing":0"#, r#""standing":3"#),
            (r#""standing":0"#, r#""standing":0,"standing":0"#),
            (r#""epochs":[5,6,7]"#, r#""epochs":[5,6]"#),
            (r#""epochs":[5,6,7]"#, r#""epochs":[5,6,-7]"#),
            (r#""team":"2""#, r#""team":2"#),
            (r#","stagedoor":"#, r#","other":"#),
            (r#"}}"#, r#"}} x"#),
            (r#"}}"#, "}"),
        ];
        for (from, to) in changes {
            assert!(said.contains(from), "{from}");
            let text = signed(algorithm, &header, &encoded(&said.replacen(from, to, 1)));
            assert_eq!(AccessToken::verify(&rules, &text, START), Err(Unverified::Unknown), "{to}");
        }
        let text = signed(algorithm, &header, &encoded(&said));
        assert_eq!(AccessToken::verify(&rules, &text, START), Ok(token()));
    }
}

#[test]
fn another_apis_or_another_keys_is_none() {
    for algorithm in BOTH {
        let text = minted(&music(algorithm), &token());
        let other_api = Rules { issuer: "https://music.example/2".into(), ..music(algorithm) };
        for other in [other_api, with(algorithm, &keys(1))] {
            assert_eq!(AccessToken::verify(&other, &text, START), Err(Unverified::Unknown));
        }
    }
}

/// Whoever holds a live token when an API's configuration changes goes on.
#[test]
fn forms_side_by_side() {
    let opaque = rules("music", mixtape(), &known_keys());
    let before = minted(&opaque, &token());
    for rules in BOTH.map(music) {
        for text in [minted(&music(Algorithm::EdDsa), &token()), minted(&music(Algorithm::Es256), &token())] {
            assert_eq!(AccessToken::verify(&rules, &text, START), Ok(token()));
            assert_eq!(AccessToken::verify(&opaque, &text, START), Err(Unverified::Unknown));
        }
        assert_eq!(AccessToken::verify(&rules, &before, START), Ok(token()));
    }
}

#[test]
fn newer_key_signs_from_its_time_on() {
    for algorithm in BOTH {
        let from = START.plus_seconds(100);
        let newer = key_entry(9, algorithm.purpose().as_str(), from, 9);
        let rotated = with(algorithm, &(known_keys() + &newer));
        let header = |key_time| parts(token().mint(&rotated, key_time).expose())[0].clone();
        let published: Vec<_> = rotated.keys.signers().map(|signer| signer.header().to_owned()).collect();
        assert!(published.contains(&header(from)), "it is published before it signs");
        assert_ne!(header(Timestamp(from.0 - 1)), header(from));
        for key_time in [START, from] {
            let text = token().mint(&rotated, key_time);
            assert_eq!(AccessToken::verify(&rotated, text.expose(), from), Ok(token()));
        }
    }
}

/// What is served again is the same text, and has a name of its own.
#[test]
fn served_again() {
    let rules = music(Algorithm::EdDsa);
    let again = AccessToken { nonce: 0, ..token() };
    assert_eq!(minted(&rules, &again), minted(&music(Algorithm::EdDsa), &again));
    let other = AccessToken { team: TeamId(3), ..again.clone() };
    let name =
        |token| decoded(&parts(&minted(&rules, token))[1]).split("jti").nth(1).unwrap()[3..25].to_owned();
    assert_ne!(name(&again), name(&other));
    assert!(Algorithm::EdDsa.is_deterministic() && !Algorithm::Es256.is_deterministic());
    let rules = music(Algorithm::Es256);
    assert_ne!(minted(&rules, &again), minted(&rules, &again));
}

/// A key file from before there were JWTs.
#[test]
fn without_a_key_that_signs() {
    let needed = known_keys().split("\n[[key]]\nid = 6").next().unwrap().to_owned();
    let rules = with(Algorithm::EdDsa, &needed);
    let text = minted(&rules, &token());
    assert!(text.starts_with("sda_"), "the token that every API takes");
    assert_eq!(AccessToken::verify(&rules, &text, START), Ok(token()));
}

/// What `interop/node` checks with a library that others wrote is what is made here.
#[test]
fn given_to_others() {
    let given: serde_json::Value =
        serde_json::from_str(include_str!("../../../../interop/node/access_tokens.json")).unwrap();
    let rules = music(Algorithm::EdDsa);
    let jwks: Vec<&Jwk> = rules.keys.signers().map(|signer| signer.jwk()).collect();
    assert_eq!(given["jwks"]["keys"], serde_json::to_value(jwks).unwrap());
    assert_eq!(given["tokens"]["EdDSA"], minted(&rules, &token()));
    for algorithm in BOTH {
        let text = given["tokens"][algorithm.as_str()].as_str().unwrap();
        assert_eq!(AccessToken::verify(&rules, text, START), Ok(token()));
    }
}
