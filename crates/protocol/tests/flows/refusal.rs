//! Every reason is reached, and spelled.

use std::collections::BTreeSet;

use stagedoor_protocol::app::Stage;
use stagedoor_protocol::{Effect, Refusal, device, people};
use stagedoor_wire::redirect_uri::InvalidRedirectUri;
use stagedoor_wire::token_error::TokenError;
use stagedoor_wire::token_request::{DEVICE_CODE, TokenRequestError};

use crate::api::{Api, redemption, refreshing};
use crate::client::Client;
use crate::setting::dialects;

const REASONS: usize = 34;

/// Numbers the reasons; a new one has to be added here and reached below.
fn number(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::Unreadable(_) => 0,
        Refusal::BodyTooLarge => 1,
        Refusal::Method => 2,
        Refusal::ClientUnknown => 3,
        Refusal::ClientSecretMissing => 4,
        Refusal::ClientSecretWrong => 5,
        Refusal::ClientSuspended => 6,
        Refusal::GrantForbidden => 7,
        Refusal::Scope => 8,
        Refusal::CodeUnknown => 9,
        Refusal::CodeReplayed => 10,
        Refusal::CodeExpired => 11,
        Refusal::RedirectUriMissing => 12,
        Refusal::RedirectUriMismatch => 13,
        Refusal::RedirectUriInsecure(_) => 14,
        Refusal::VerifierMissing => 15,
        Refusal::VerifierUnexpected => 16,
        Refusal::VerifierWrong => 17,
        Refusal::RefreshTokenUnknown => 18,
        Refusal::GrantRevoked => 19,
        Refusal::RefreshTokenReplayed => 20,
        Refusal::RefreshTokenEnded => 21,
        Refusal::DuplicateGrant { .. } => 22,
        Refusal::TeamMissing => 23,
        Refusal::TeamForbidden => 24,
        Refusal::AuthorizationPending => 25,
        Refusal::SlowDown => 26,
        Refusal::DeviceCodeUnknown => 27,
        Refusal::DeviceCodeExpired => 28,
        Refusal::AccessDenied => 29,
        Refusal::LimitReached => 30,
        Refusal::TooManyRequests => 31,
        Refusal::BodyIncomplete => 32,
        Refusal::PublicApp => 33,
        Refusal::TeamKindNotServed => 34,
        Refusal::TooManyRedirectUris => 35,
    }
}

/// What the server or the store says, not a flow.
fn said_elsewhere() -> Vec<Refusal> {
    vec![
        Refusal::BodyTooLarge,
        Refusal::BodyIncomplete,
        Refusal::Method,
        Refusal::LimitReached,
        Refusal::TooManyRequests,
        // When an app is created: app.rs.
        Refusal::RedirectUriInsecure(InvalidRedirectUri::Localhost),
        Refusal::PublicApp,
        Refusal::TeamKindNotServed,
        Refusal::TooManyRedirectUris,
    ]
}

fn of_clients() -> Vec<Refusal> {
    let form = [("grant_type", "client_credentials")];
    let mut api = Api::built_in("soundcharts");
    let client = api.client();
    let unknown = crate::client::Shown { id: "x".into(), secret: Some("x".into()) };
    let mut said = vec![
        api.token(&client.shown(), &[]).unwrap_err(),
        api.token(&unknown, &form).unwrap_err(),
        api.token(&client.without_secret(), &form).unwrap_err(),
        api.token(&client.with_secret("wrong"), &form).unwrap_err(),
        api.token(&client.shown(), &[form[0], ("team_id", "x")]).unwrap_err(),
    ];
    let team = api.team("Label");
    api.world.commit(&[Effect::LetActFor { app: client.app, team }]).unwrap();
    said.push(api.token(&client.shown(), &form).unwrap_err());
    api.world.commit(&[Effect::SetStage { app: client.app, stage: Stage::Suspended }]).unwrap();
    said.push(api.token(&client.shown(), &form).unwrap_err());
    let mut api = Api::built_in("bandcamp");
    let client = api.client();
    api.token(&client.shown(), &form).unwrap();
    said.push(api.token(&client.shown(), &form).unwrap_err());
    said
}

fn of_codes() -> Vec<Refusal> {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let by = client.shown();
    let code = api.code(&client, person, "");
    let [grant_type, code_field, uri, verifier] = redemption(&code);
    let mut said = vec![
        api.redeem(&by, "x").unwrap_err(),
        api.token(&by, &[grant_type, code_field, verifier]).unwrap_err(),
        api.token(&by, &[grant_type, code_field, verifier, ("redirect_uri", "x")]).unwrap_err(),
        api.token(&by, &[grant_type, code_field, uri]).unwrap_err(),
        api.token(&by, &[grant_type, code_field, uri, ("code_verifier", &"x".repeat(43))]).unwrap_err(),
    ];
    api.redeem(&by, &code).unwrap();
    said.push(api.redeem(&by, &code).unwrap_err());
    let mut request = api.authorize_request(&client, "");
    (request.code_challenge, request.code_challenge_method) = (None, None);
    let bare = api.code_for(&request, person);
    said.push(api.redeem(&by, &bare).unwrap_err());
    api.advance(600);
    said.push(api.token(&by, &[grant_type, ("code", &bare), uri]).unwrap_err());
    said
}

fn of_refresh_tokens() -> Vec<Refusal> {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let by = client.shown();
    let first = api.grant(&client, "read").refresh_token.unwrap();
    let second = api.refresh(&by, &first).unwrap().refresh_token.unwrap();
    let [grant_type, token] = refreshing(second.expose());
    let mut said = vec![
        api.token(&by, &[grant_type, token, ("scope", "write")]).unwrap_err(),
        api.token(&by, &refreshing("x")).unwrap_err(),
    ];
    api.refresh(&by, &second).unwrap();
    said.push(api.refresh(&by, &first).unwrap_err());
    said.push(api.refresh(&by, &second).unwrap_err());
    let mut dialect = (*api.rules.dialect).clone();
    dialect.refresh_token = None;
    api.rules.dialect = dialect.into();
    said.push(api.refresh(&by, &second).unwrap_err());
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let token = api.grant(&client, "").refresh_token.unwrap();
    api.now = api.now.plus_months(6);
    said.push(api.refresh(&client.shown(), &token).unwrap_err());
    said
}

fn of_devices() -> Vec<Refusal> {
    let mut api = Api::built_in("standard");
    let (client, person): (Client, _) = (api.client(), api.person());
    let by = client.shown();
    let shown = api.credentials(&by);
    let facts = api.facts(&client.id, stagedoor_protocol::About::App);
    let started =
        api.settle(|rules, _, now, rng| device::start(rules, &shown, None, &facts, now, rng)).unwrap();
    let form = [("grant_type", DEVICE_CODE), ("device_code", started.device_code.expose())];
    let mut said: Vec<_> = (0..2).map(|_| api.token(&by, &form).unwrap_err()).collect();
    said.push(api.token(&by, &[form[0], ("device_code", "x")]).unwrap_err());
    let device = api.world.devices.values().next().unwrap().clone();
    let person = api.world.person(person);
    let app = api.world.apps[&client.app].clone();
    api.settle(|_, _, now, _| {
        device::answer(&app, &device, device::Answer { person, allow: false, earlier: None }, now)
    })
    .unwrap();
    said.push(api.token(&by, &form).unwrap_err());
    api.advance(900);
    said.push(api.token(&by, &form).unwrap_err());
    said
}

#[test]
fn every_reason_is_reached() {
    let flows = [of_clients(), of_codes(), of_refresh_tokens(), of_devices(), said_elsewhere()];
    let reached: BTreeSet<_> = flows.iter().flatten().map(number).collect();
    let missing: Vec<_> = (0..REASONS).filter(|number| !reached.contains(number)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A status, an `error` and no text that a caller could have planted.
#[test]
fn every_reason_is_spelled_in_every_dialect() {
    let planted = Refusal::Unreadable(TokenRequestError::GrantTypeUnsupported("\"}\r\n<script>".into()));
    let flows =
        [of_clients(), of_codes(), of_refresh_tokens(), of_devices(), said_elsewhere(), vec![planted]];
    for dialect in dialects() {
        for refusal in flows.iter().flatten() {
            let (kind, detail) = refusal.kind();
            let error = TokenError::spell(&dialect, kind, detail);
            assert!((400..=429).contains(&error.status), "{refusal:?}");
            let description = error.description.unwrap_or_default();
            assert!(description.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'"' && b != b'\\'));
        }
    }
}

/// The server limits these by address: none of them may be what a client that proved itself gets to hear.
#[test]
fn unauthenticated_reasons() {
    let of_codes_and_tokens = [of_codes(), of_refresh_tokens(), of_devices()];
    assert!(of_codes_and_tokens.iter().flatten().all(|refusal| !refusal.is_unauthenticated()));
    let of_clients: Vec<_> = of_clients().iter().map(Refusal::is_unauthenticated).collect();
    assert_eq!(of_clients, [true, true, true, true, false, false, true, false]);
}

#[test]
fn effects_of_listing_name_the_dialects_number() {
    for (dialect, expected) in [("spotify", Some(5)), ("standard", None)] {
        let mut api = Api::built_in(dialect);
        let (client, person) = (api.client(), api.person());
        let decision = people::list(&api.rules, client.app, person, "dev", api.now);
        assert!(matches!(decision.effects[0], Effect::ListUser { at_most, .. } if at_most == expected));
    }
}
