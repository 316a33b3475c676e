//! The key file, and how keys follow each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::keys::{KeyFileError, KeyId, KeyRing, Purpose};
use stagedoor_protocol::{Refusal, Timestamp};
use stagedoor_wire::Dialect;

use crate::api::Api;
use crate::setting::{START, key_entry, keys, rules};

const PURPOSES: [(&str, Purpose); 5] = [
    ("access_token", Purpose::AccessToken),
    ("refresh_token", Purpose::RefreshToken),
    ("client_secret", Purpose::ClientSecret),
    ("seal", Purpose::Seal),
    ("form", Purpose::Form),
];

/// The keys of `keys(1)`, and one more for every purpose that becomes active at `from`.
fn rotated(from: Timestamp) -> String {
    keys(1) + &newer(from)
}

fn newer(from: Timestamp) -> String {
    (100..).zip(PURPOSES).map(|(id, (purpose, _))| key_entry(id, purpose, from, id as u8)).collect()
}

#[test]
fn newer_key_makes_and_older_one_still_checks() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let old = api.grant(&client, "read");
    let from = START.plus_seconds(100);
    let before = api.rules.clone();
    api.rules = rules("music", Dialect::built_in("standard").unwrap(), &rotated(from));

    let early = api.grant(&client, "read");
    assert!(AccessToken::verify(&before, early.access_token.expose(), api.now).is_ok(), "not used yet");
    api.now = from;
    let late = api.grant(&client, "read");
    assert!(AccessToken::verify(&before, late.access_token.expose(), api.now).is_err());
    for answer in [&old, &early, &late] {
        assert!(AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).is_ok());
        assert!(api.refresh(&client.shown(), answer.refresh_token.as_ref().unwrap()).is_ok());
    }
    let secret = api.add_secret(&client, None);
    assert_eq!(secret.stored.key, KeyId(102));
}

#[test]
fn what_a_retired_key_made_is_unknown() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let answer = api.grant(&client, "read");
    api.rules = rules("music", Dialect::built_in("standard").unwrap(), &rotated(START));
    let client_now = client.with_secret(api.add_secret(&client, None).text.expose());
    api.rules = rules("music", Dialect::built_in("standard").unwrap(), &newer(START));
    assert!(AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).is_err());
    let refresh = answer.refresh_token.unwrap();
    assert_eq!(api.refresh(&client.shown(), &refresh).unwrap_err(), Refusal::ClientSecretWrong);
    assert_eq!(api.refresh(&client_now, &refresh).unwrap_err(), Refusal::RefreshTokenUnknown);
}

#[test]
fn active_key() {
    let ring = KeyRing::parse(&rotated(START.plus_seconds(100))).unwrap();
    for (at, (_, purpose)) in PURPOSES.into_iter().enumerate() {
        let (old, new) = (KeyId(1 + at as u16), KeyId(100 + at as u16));
        // Before all keys the oldest serves: a clock that was set back stops nothing.
        for (seconds, expected) in [(-100, old), (0, old), (99, old), (100, new), (1_000_000, new)] {
            assert_eq!(ring.active(purpose, START.plus_seconds(seconds)), expected, "{purpose:?} {seconds}");
        }
    }
}

#[test]
fn tags_are_of_one_purpose_and_key() {
    let ring = KeyRing::parse(&rotated(START)).unwrap();
    let tag = ring.tag(Purpose::AccessToken, KeyId(1), &[b"ab", b"c"]).unwrap();
    assert!(ring.verify(Purpose::AccessToken, KeyId(1), &[b"ab", b"c"], &tag));
    for (purpose, id) in [(Purpose::AccessToken, 100), (Purpose::RefreshToken, 1), (Purpose::RefreshToken, 2)]
    {
        assert!(!ring.verify(purpose, KeyId(id), &[b"ab", b"c"], &tag), "{purpose:?} {id}");
    }
    for wrong in [&tag[..15], &[], &[0; 16]] {
        assert!(!ring.verify(Purpose::AccessToken, KeyId(1), &[b"ab", b"c"], wrong));
    }
    assert_eq!(ring.tag(Purpose::AccessToken, KeyId(2), &[b"ab"]), None);
}

#[test]
fn key_files_that_cannot_be_used() {
    let good = keys(1);
    let key = good.lines().find(|line| line.starts_with("key =")).unwrap();
    let length = |error| matches!(error, KeyFileError::Length(1));
    let form = |error| matches!(error, KeyFileError::Form { .. });
    let incomplete = |error| matches!(error, KeyFileError::Incomplete);
    type Check = fn(KeyFileError) -> bool;
    let cases: [(String, Check); 9] = [
        (good.replacen(key, "key = \"AAAA\"", 1), length),
        (good.replacen(key, &format!("key = \"{}\"", "A".repeat(44)), 1), length),
        (good.replacen(key, "key = \"*\"", 1), length),
        (good.replacen("id = 2", "id = 1", 1), incomplete),
        (good.replacen("\"form\"", "\"seal\"", 1), incomplete),
        (good.replacen("\"form\"", "\"forms\"", 1), form),
        (good.replacen("active_from", "active", 1), form),
        (good.replacen("id = 1", "id = 70000", 1), form),
        (String::new(), form),
    ];
    assert!(KeyRing::parse(&good).is_ok());
    for (text, expected) in cases {
        assert_ne!(text, good);
        assert!(expected(KeyRing::parse(&text).unwrap_err()), "{text}");
    }
}

/// What stands where something else belongs may be a key: it is not repeated.
#[test]
fn broken_key_files_show_no_key() {
    let secret = STANDARD.encode([7; 32]);
    let first = "\n[[key]]\nid = 1\npurpose = \"seal\"\nactive_from = 0\n";
    let cases = [
        (format!("{first}key = \"a\"\nid2 = \"{secret}\"\n"), 7, 1),
        (format!("\n[[key]]\nid = \"{secret}\"\n"), 3, 6),
        (format!("\n[[key]]\nid = 1\npurpose = \"{secret}\"\n"), 4, 11),
        (format!("{first}key = {secret}\n"), 6, 50),
        (format!("key = \"{secret}\"\n"), 1, 7),
    ];
    for (text, line, column) in cases {
        let shown = KeyRing::parse(&text).unwrap_err().to_string();
        assert!(!shown.contains(&secret[..8]), "{text}");
        let expected =
            format!("the key file cannot be read: line {line}, column {column} is not what belongs there");
        assert_eq!(shown, expected, "{text}");
    }
}

#[test]
fn keys_are_not_shown() {
    let ring = KeyRing::parse(&keys(1)).unwrap();
    let shown = format!("{ring:?}");
    assert_eq!(shown.matches("KeyId").count(), 5);
    let file = keys(1);
    for line in file.lines().filter_map(|line| line.strip_prefix("key = ")) {
        assert!(!shown.contains(line.trim_matches('"')));
    }
    assert_ne!(keys(1), keys(2));
}
