//! RFC 8628.

use stagedoor_protocol::device::{self, DeviceAnswer, DeviceState};
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::{Refusal, Rules, Timestamp};
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_request::DEVICE_CODE;
use stagedoor_wire::{Dialect, Scopes};

use crate::api::Api;
use crate::client::{Client, Shown};
use crate::setting::{START, key_entry, keys, mixtape, rules};

pub(crate) fn start(api: &mut Api, by: &Shown, scope: &str) -> Result<DeviceAnswer, Refusal> {
    let (client, scopes) = (api.credentials(by), Scopes::parse(scope).unwrap());
    api.settle(|rules, world, now, rng| {
        let question = stagedoor_protocol::Question {
            client_id: &client.client_id,
            about: stagedoor_protocol::About::App,
        };
        device::start(rules, &client, Some(&scopes), &world.answer(&question), now, rng)
    })
}

/// The person types the code that the device shows.
pub(crate) fn answer(
    api: &mut Api,
    shown: &DeviceAnswer,
    person: AccountId,
    allow: bool,
) -> Result<(), Refusal> {
    let typed = device::read_user_code(&shown.user_code);
    api.settle(|rules, world, now, _| {
        let hashes = device::user_code_hashes(rules, &typed, now);
        let device = world.devices.values().find(|device| hashes.contains(&device.user_code_hash)).unwrap();
        let earlier = world.consents.get(&(device.app, person));
        let app = &world.apps[&device.app];
        device::answer(app, device, device::Answer { person: world.person(person), allow, earlier }, now)
    })
}

pub(crate) fn poll(api: &mut Api, by: &Shown, device: &DeviceAnswer) -> Result<TokenAnswer, Refusal> {
    api.token(by, &[("grant_type", DEVICE_CODE), ("device_code", device.device_code.expose())])
}

fn started() -> (Api, Client, AccountId, DeviceAnswer) {
    let mut api = Api::built_in("standard");
    let (client, person) = (api.client(), api.person());
    let device = start(&mut api, &client.shown(), "read").unwrap();
    (api, client, person, device)
}

#[test]
fn allowed_then_redeemed_once() {
    let (mut api, client, person, device) = started();
    assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), Refusal::AuthorizationPending);
    answer(&mut api, &device, person, true).unwrap();
    assert_eq!(api.world.consents[&(client.app, person)].as_str(), "read");
    let given = poll(&mut api, &client.shown(), &device).unwrap();
    assert_eq!(given.scopes.unwrap().as_str(), "read");
    let refreshed = api.refresh(&client.shown(), &given.refresh_token.unwrap()).unwrap();
    assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), Refusal::CodeReplayed);
    let token = refreshed.refresh_token.unwrap();
    assert_eq!(api.refresh(&client.shown(), &token).unwrap_err(), Refusal::GrantRevoked);
}

/// RFC 8628 §3.5: every poll that comes too soon adds five seconds.
#[test]
fn slow_down() {
    let (mut api, client, person, device) = started();
    use Refusal::{AuthorizationPending as Pending, SlowDown};
    // seconds since the last poll, answer, interval from then on
    let polls = [(0, Pending, 5), (5, Pending, 5), (4, SlowDown, 10), (9, SlowDown, 15), (15, Pending, 15)];
    for (seconds, expected, interval) in polls {
        api.advance(seconds);
        assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), expected, "{seconds}");
        assert_eq!(api.world.devices.values().next().unwrap().interval_seconds, interval);
    }
    answer(&mut api, &device, person, true).unwrap();
    assert!(poll(&mut api, &client.shown(), &device).is_ok(), "who may have it is not made to wait");
}

#[test]
fn denied() {
    let (mut api, client, person, device) = started();
    answer(&mut api, &device, person, false).unwrap();
    for _ in 0..2 {
        assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), Refusal::AccessDenied);
    }
    assert!(api.world.grants.is_empty() && api.world.consents.is_empty());
}

/// The first answer stands; whoever answers second is told so.
#[test]
fn answered_twice() {
    let (mut api, client, person, device) = started();
    answer(&mut api, &device, person, false).unwrap();
    assert_eq!(answer(&mut api, &device, person, true).unwrap_err(), Refusal::DeviceCodeUnknown);
    assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), Refusal::AccessDenied);
}

#[test]
fn expires() {
    let (mut api, client, person, device) = started();
    api.now = Timestamp(api.now.0 + 899_999);
    assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), Refusal::AuthorizationPending);
    api.now = Timestamp(api.now.0 + 1);
    assert_eq!(poll(&mut api, &client.shown(), &device).unwrap_err(), Refusal::DeviceCodeExpired);
    assert_eq!(answer(&mut api, &device, person, true).unwrap_err(), Refusal::DeviceCodeExpired);
}

#[test]
fn bound_to_its_client() {
    let (mut api, client, person, device) = started();
    let other = api.client();
    answer(&mut api, &device, person, true).unwrap();
    let cases = [
        (other.shown(), Refusal::DeviceCodeUnknown),
        (client.without_secret(), Refusal::ClientSecretMissing),
        (client.with_secret("wrong"), Refusal::ClientSecretWrong),
    ];
    for (by, expected) in cases {
        assert_eq!(poll(&mut api, &by, &device).unwrap_err(), expected);
        assert!(api.effects.is_empty());
    }
    let state = api.world.devices.values().next().unwrap().state;
    assert!(matches!(state, DeviceState::Allowed { .. }));
    assert!(poll(&mut api, &client.shown(), &device).is_ok());
}

#[test]
fn who_may_start() {
    let mut api = Api::built_in("standard");
    let (client, public) = (api.client(), api.public_client());
    let cases = [
        (client.shown(), "read", None),
        (public.shown(), "", None),
        (client.without_secret(), "", Some(Refusal::ClientSecretMissing)),
        (client.with_secret("wrong"), "", Some(Refusal::ClientSecretWrong)),
        (client.shown(), "unknown", Some(Refusal::Scope)),
    ];
    for (by, scope, expected) in cases {
        assert_eq!(start(&mut api, &by, scope).err(), expected);
    }
    assert_eq!(api.world.devices.len(), 2);
}

#[test]
fn public_client_needs_no_secret() {
    let mut api = Api::built_in("standard");
    let (client, person) = (api.public_client(), api.person());
    let device = start(&mut api, &client.shown(), "").unwrap();
    answer(&mut api, &device, person, true).unwrap();
    assert!(poll(&mut api, &client.shown(), &device).is_ok());
}

#[test]
fn no_refresh_token_where_none_can_be_used() {
    let mut dialect = mixtape();
    dialect.grants.refresh_token = false;
    let mut api = Api::of(dialect);
    let (client, person) = (api.client(), api.person());
    let device = start(&mut api, &client.shown(), "").unwrap();
    answer(&mut api, &device, person, true).unwrap();
    assert!(poll(&mut api, &client.shown(), &device).unwrap().refresh_token.is_none());
}

/// The row does not tell the code, nor does trying all codes without the key; and a new key locks out no device that waits.
#[test]
fn user_codes_are_kept_hashed() {
    let (mut api, _, _, device) = started();
    let row = api.world.devices.values().next().unwrap().clone();
    let code = device::read_user_code(&device.user_code);
    assert!(!row.user_code_hash.to_uppercase().contains(&code));
    let hashes = |rules: &Rules, now| device::user_code_hashes(rules, &code, now);
    assert!(hashes(&api.rules, api.now).contains(&row.user_code_hash));
    let other_key = rules("music", Dialect::built_in("standard").unwrap(), &keys(2));
    let other_api = rules("another", Dialect::built_in("standard").unwrap(), &keys(1));
    for other in [other_key, other_api] {
        assert!(!hashes(&other, api.now).contains(&row.user_code_hash));
    }

    let rotated = api.now.plus_seconds(60);
    let newer = keys(1) + &key_entry(9, "client_secret", rotated, 9);
    api.rules = rules("music", Dialect::built_in("standard").unwrap(), &newer);
    let found = |seconds| hashes(&api.rules, START.plus_seconds(seconds)).contains(&row.user_code_hash);
    assert!(found(59) && found(60) && found(899));
    // Nor do two, and there is no more to look for than there may be.
    let newest = newer + &key_entry(10, "client_secret", api.now.plus_seconds(120), 10);
    api.rules = rules("music", Dialect::built_in("standard").unwrap(), &newest);
    let found = |seconds| hashes(&api.rules, START.plus_seconds(seconds)).contains(&row.user_code_hash);
    assert!(found(120) && found(899));
    let looked_for = [(59, 1), (60, 2), (120, 3), (1019, 3), (1020, 2), (1080, 1)];
    for (seconds, number) in looked_for {
        assert_eq!(hashes(&api.rules, START.plus_seconds(seconds)).len(), number, "{seconds}");
    }
}

#[test]
fn user_codes() {
    let (_, _, _, device) = started();
    let (left, right) = device.user_code.split_once('-').unwrap();
    for half in [left, right] {
        assert!(half.len() == 4 && half.chars().all(|c| "BCDFGHJKLMNPQRSTVWXZ".contains(c)), "{half}");
    }
    for typed in ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "w-d-j-b-m-j-h-t", "WDJB–MJHT"] {
        assert_eq!(device::read_user_code(typed), "WDJBMJHT", "{typed}");
    }
    assert_eq!(device::read_user_code(&"x".repeat(1000)).len(), 16);
}
