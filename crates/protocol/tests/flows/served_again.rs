//! A live token served again: the same bytes from any process with the same keys, and what remains of its lifetime.

use rand::SeedableRng;
use rand::rngs::StdRng;
use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::{About, Effect, EpochOf, Timestamp, app, token};
use stagedoor_wire::Dialect;

use crate::api::Api;
use crate::client::Client;
use crate::setting::{key_entry, keys, rules};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn ask(api: &mut Api, client: &Client) -> (String, u32) {
    let answer = api.token(&client.shown(), &GRANT).unwrap();
    (answer.access_token.expose().to_owned(), answer.expires_in_seconds)
}

/// The next start of a window of half an hour.
fn window_start(api: &mut Api) -> Timestamp {
    let half_hour = 1_800_000;
    api.now = Timestamp((api.now.0 / half_hour + 1) * half_hour);
    api.now
}

#[test]
fn what_remains_is_between_half_and_all() {
    let mut api = Api::built_in("soundcharts");
    let client = api.client();
    let start = window_start(&mut api);
    let (first, remaining) = ask(&mut api, &client);
    assert_eq!(remaining, 3600);
    for (millis_later, expected) in [(1, 3599), (1_000, 3599), (900_000, 2700), (1_799_999, 1800)] {
        api.now = Timestamp(start.0 + millis_later);
        assert_eq!(ask(&mut api, &client), (first.clone(), expected), "{millis_later}");
    }
    api.now = start.plus_seconds(1800);
    let (second, remaining) = ask(&mut api, &client);
    assert_ne!(second, first);
    assert_eq!(remaining, 3600);
}

#[test]
fn another_process_with_the_same_key_file() {
    let mut api = Api::built_in("soundcharts");
    let client = api.client();
    let (ours, _) = ask(&mut api, &client);
    let request = api.read(&client.shown(), &GRANT).unwrap();
    let facts = api.facts(&client.id, About::App);
    let elsewhere = |keys: &str, rng| {
        let rules = rules("music", Dialect::built_in("soundcharts").unwrap(), keys);
        let later = api.now.plus_seconds(2);
        let answer = token::decide(&rules, &request, &facts, later, &mut StdRng::seed_from_u64(rng));
        answer.reply.map(|answer| answer.access_token.expose().to_owned())
    };
    let (same, again) = (keys(1), keys(1));
    assert_eq!(elsewhere(&same, 99).as_ref(), Ok(&ours));
    assert_eq!(elsewhere(&again, 100).as_ref(), Ok(&ours));
    assert!(elsewhere(&keys(2), 99).is_err(), "other keys do not even know the secret");
}

#[test]
fn not_for_another_app_or_team() {
    let mut api = Api::built_in("soundcharts");
    let (client, other) = (api.client(), api.client());
    let (ours, _) = ask(&mut api, &client);
    assert_ne!(ours, ask(&mut api, &other).0);
    let team = api.team("Label");
    api.world.commit(&[Effect::LetActFor { app: client.app, team }]).unwrap();
    let named = [GRANT[0], ("team_id", "Label")];
    let theirs = api.token(&client.shown(), &named).unwrap();
    assert_ne!(ours, theirs.access_token.expose());
}

#[test]
fn raised_epoch_gives_a_new_token_at_once() {
    let mut api = Api::built_in("soundcharts");
    let mut client = api.client();
    let (first, _) = ask(&mut api, &client);
    let app = api.world.apps[&client.app].clone();
    let secret = api.settle(|rules, _, now, rng| app::regenerate(rules, &app, "dev", now, rng)).unwrap();
    client.secret = Some(secret.text);
    let (second, _) = ask(&mut api, &client);
    assert_ne!(first, second);
    let (epoch, at) = (EpochOf::Team(app.owner.id), api.now);
    api.world.commit(&[Effect::Raise { epoch, at }]).unwrap();
    assert_ne!(second, ask(&mut api, &client).0);
}

/// A key that becomes active within a window is used from the next one on, so that all processes agree.
#[test]
fn key_of_the_windows_start() {
    let mut api = Api::built_in("soundcharts");
    let client = api.client();
    let start = window_start(&mut api);
    let middle = start.plus_seconds(900);
    let rotated = keys(1) + &key_entry(77, "access_token", middle, 7);
    let (before, _) = ask(&mut api, &client);
    let old = api.rules.clone();
    api.rules = rules("music", Dialect::built_in("soundcharts").unwrap(), &rotated);
    for seconds in [0, 899, 900, 1799] {
        api.now = start.plus_seconds(seconds);
        assert_eq!(ask(&mut api, &client).0, before, "{seconds}");
    }
    api.now = start.plus_seconds(1800);
    let (by_new_key, _) = ask(&mut api, &client);
    let verifies = |rules| AccessToken::verify(rules, &by_new_key, api.now).is_ok();
    assert!(verifies(&api.rules) && !verifies(&old));
}
