//! The key file, and how keys follow each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::SeedableRng;
use rand::rngs::StdRng;
use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::jwt::{Algorithm, TokenFormat};
use stagedoor_protocol::keys::{
    Demand, KeyFacts, KeyFileError, KeyId, KeyRing, KeyState, KeyUses, NotRetired, Purpose, may_retire,
    with_new_keys, without_key,
};
use stagedoor_protocol::{Refusal, Timestamp};
use stagedoor_wire::Dialect;

use crate::api::Api;
use crate::setting::{START, key_entry, keys, rules};

const PURPOSES: [(&str, Purpose); 7] = [
    ("access_token", Purpose::AccessToken),
    ("refresh_token", Purpose::RefreshToken),
    ("client_secret", Purpose::ClientSecret),
    ("seal", Purpose::Seal),
    ("form", Purpose::Form),
    ("jwt_eddsa", Purpose::JwtEddsa),
    ("jwt_es256", Purpose::JwtEs256),
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
    let scalar = |error| matches!(error, KeyFileError::Scalar(9));
    let cases: [(String, Check); 11] = [
        (good.clone() + &key_entry(9, "jwt_es256", START, 0), scalar),
        (good.clone() + &key_entry(9, "jwt_es256", START, 255), scalar),
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
    assert_eq!(shown.matches("KeyId").count(), 7);
    let file = keys(1);
    for line in file.lines().filter_map(|line| line.strip_prefix("key = ")) {
        assert!(!shown.contains(line.trim_matches('"')));
    }
    assert_ne!(keys(1), keys(2));
}

/// A file from before there were JWTs stays good.
#[test]
fn purposes_that_may_be_missing() {
    let (needed, optional): (Vec<_>, Vec<_>) =
        Purpose::ALL.into_iter().partition(|purpose| purpose.is_needed());
    assert_eq!((needed.len(), optional), (5, vec![Purpose::JwtEddsa, Purpose::JwtEs256]));
    let entries = |purposes: &[Purpose]| -> String {
        (1..).zip(purposes).map(|(id, purpose)| key_entry(id, purpose.as_str(), START, id as u8)).collect()
    };
    let old = entries(&needed);
    assert!(KeyRing::parse(&old).is_ok());
    assert!(KeyRing::parse(&entries(&needed[1..])).is_err());
    let new = with_new_keys(&old, &[Purpose::JwtEs256], START, &mut StdRng::seed_from_u64(1)).unwrap();
    let ring = KeyRing::parse(&new).unwrap();
    assert!(ring.active_signer(Purpose::JwtEs256, START).is_some());
    assert!(ring.active_signer(Purpose::JwtEddsa, START).is_none());
    for purpose in Purpose::ALL {
        assert_eq!(purpose.as_str().parse::<Purpose>().unwrap(), purpose);
    }
    assert!("jwt_rs256".parse::<Purpose>().is_err());
}

#[test]
fn keys_come_and_go_in_the_text() {
    let mut rng = StdRng::seed_from_u64(1);
    let before =
        format!("{}\n# the label's\n", keys(1).replacen("[[key]]\nid = 3", "# kept\n[[key]]\nid = 3", 1));
    let from = START.plus_seconds(60);
    let longer = with_new_keys(&before, &[Purpose::Form, Purpose::JwtEddsa], from, &mut rng).unwrap();
    assert!(longer.starts_with(before.trim_end()), "what there was stays as it was");
    let ids = |text: &str| -> Vec<u16> {
        let facts = KeyRing::parse(text).unwrap().facts(0, START);
        facts.into_iter().map(|facts| facts.id.0).collect()
    };
    assert_eq!(ids(&longer), [1, 2, 3, 4, 5, 6, 7, 8, 9]);

    let shorter = without_key(&longer, KeyId(5)).unwrap();
    assert_eq!(ids(&shorter), [1, 2, 3, 4, 6, 7, 8, 9]);
    let shorter = without_key(&shorter, KeyId(6)).unwrap();
    assert_eq!(ids(&shorter), [1, 2, 3, 4, 7, 8, 9]);
    for comment in ["# The keys of a Stagedoor server", "\n# kept\n[[key]]\nid = 3", "\n# the label's\n"] {
        assert!(shorter.contains(comment), "{comment}");
    }
    assert_eq!(*without_key(&shorter, KeyId(77)).unwrap(), *shorter);
    assert!(matches!(without_key(&shorter, KeyId(1)), Err(KeyFileError::Incomplete)));
    let inline = format!(
        "key = [\n{}]\n",
        keys(1)
            .split("[[key]]")
            .skip(1)
            .map(|entry| format!("{{{}}},\n", entry.trim().replace('\n', ", ")))
            .collect::<String>()
    );
    assert!(KeyRing::parse(&inline).is_ok());
    assert!(matches!(without_key(&inline, KeyId(6)), Err(KeyFileError::Entangled(6))));

    let last = key_entry(65535, "form", START, 1);
    let full = with_new_keys(&(before + &last), &[Purpose::Form], from, &mut rng);
    assert!(matches!(full, Err(KeyFileError::IdsUsedUp)));
}

#[test]
fn a_keys_life() {
    let from = START.plus_seconds(100);
    let ring = KeyRing::parse(&rotated(from)).unwrap();
    let facts = |purpose: usize, new: bool, seconds: i64| -> KeyFacts {
        let facts = ring.facts(3600, START.plus_seconds(seconds));
        facts[purpose + if new { PURPOSES.len() } else { 0 }]
    };
    // How long what an old key made lives on, and a minute in which somebody may not have heard of the new one.
    let lives = [3660, 60, 960, 60, 43_260, 3660, 3660];
    for (at, lives) in lives.into_iter().enumerate() {
        let state = |new, seconds| (facts(at, new, seconds).state, facts(at, new, seconds).over);
        assert_eq!(state(false, 99), (KeyState::Active, None), "{at}");
        assert_eq!(state(true, 39), (KeyState::Waiting, Some(START.plus_seconds(39))), "{at}");
        assert_eq!(state(true, 40), (KeyState::Waiting, None), "it is about to be used: {at}");
        assert_eq!(state(false, 100), (KeyState::ChecksOnly, Some(from.plus_seconds(lives))), "{at}");
        assert_eq!(state(true, 100), (KeyState::Active, None), "{at}");
    }
    // Of two that begin at once the later one counts.
    let ring = KeyRing::parse(&rotated(START)).unwrap();
    let over = ring.facts(3600, START)[0].over;
    assert_eq!(over, Some(START.plus_seconds(3660)));
}

#[test]
fn what_apis_do_with_a_key() {
    use TokenFormat::{Jwt, Opaque};
    let (es256, eddsa) = (Jwt(Algorithm::Es256), Jwt(Algorithm::EdDsa));
    let cases = [
        (&[Opaque][..], [Demand::Made, Demand::Unused, Demand::Unused]),
        (&[es256], [Demand::Taken, Demand::Taken, Demand::Made]),
        (&[Opaque, eddsa], [Demand::Made, Demand::Made, Demand::Taken]),
    ];
    for (formats, expected) in cases {
        let of = |purpose| Demand::of(purpose, formats.iter().copied());
        let own = [Purpose::AccessToken, Purpose::JwtEddsa, Purpose::JwtEs256].map(of);
        assert_eq!(own, expected, "{formats:?}");
        assert_eq!([Purpose::Seal, Purpose::Form].map(of), [Demand::Made; 2]);
    }
}

#[test]
fn what_keeps_a_key() {
    use KeyState::{Active, ChecksOnly, Waiting};
    let now = START;
    let of = |purpose, state, over| KeyFacts { id: KeyId(4), purpose, active_from: START, state, over };
    let key = |state, over| of(Purpose::Seal, state, over);
    let jwt = |state, over| of(Purpose::JwtEs256, state, over);
    let (none, one) = (KeyUses::default(), KeyUses { sealed: 1, ..KeyUses::default() });
    let later = START.plus_seconds(1);
    let cases = [
        (key(Active, None), none, Demand::Made, Err(NotRetired::Active(Purpose::Seal))),
        (key(Active, None), one, Demand::Made, Err(NotRetired::Active(Purpose::Seal))),
        (key(Waiting, None), none, Demand::Made, Err(NotRetired::AboutToBeActive)),
        (key(Waiting, Some(now)), none, Demand::Made, Ok(())),
        (key(ChecksOnly, Some(later)), none, Demand::Made, Err(NotRetired::NotOver(later))),
        (key(ChecksOnly, Some(now)), one, Demand::Made, Err(NotRetired::InUse)),
        (key(ChecksOnly, Some(now)), none, Demand::Made, Ok(())),
        (jwt(Active, None), none, Demand::Made, Err(NotRetired::Active(Purpose::JwtEs256))),
        // An algorithm that no API uses any more: its tokens may live on, nobody knows until when.
        (jwt(Active, None), none, Demand::Taken, Err(NotRetired::InUse)),
        (jwt(ChecksOnly, Some(later)), none, Demand::Taken, Err(NotRetired::NotOver(later))),
        // No API takes JWTs.
        (jwt(Active, None), none, Demand::Unused, Ok(())),
        (jwt(ChecksOnly, Some(later)), none, Demand::Unused, Ok(())),
        // The key file needs one all the same.
        (
            of(Purpose::AccessToken, Active, None),
            none,
            Demand::Taken,
            Err(NotRetired::Active(Purpose::AccessToken)),
        ),
    ];
    for (key, uses, demand, expected) in cases {
        assert_eq!(may_retire(&key, &uses, demand, now), expected, "{key:?} {uses:?} {demand:?}");
    }
    for uses in
        [KeyUses { grants: 1, ..none }, KeyUses { secrets: 1, ..none }, KeyUses { legacy_keys: 1, ..none }]
    {
        assert!(!uses.is_none() && none.is_none());
    }
}
