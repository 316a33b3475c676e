//! RFC 7009.

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::{Effect, Refusal, introspection, revocation};
use stagedoor_wire::Secret;

use crate::api::Api;
use crate::client::{Client, Shown};
use crate::setting::mixtape;

pub(crate) fn revoke(api: &mut Api, by: &Shown, token: &Secret) -> Result<(), Refusal> {
    let client = api.credentials(by);
    api.settle(|rules, world, now, _| {
        let facts = world.answer(&introspection::question(&client, token));
        revocation::decide(rules, &client, token, &facts, now)
    })
}

fn has_ended(api: &Api, token: &Secret) -> bool {
    api.world.has_ended(&AccessToken::verify(&api.rules, token.expose(), api.now).unwrap())
}

fn app_token(api: &mut Api, client: &Client) -> Secret {
    api.token(&client.shown(), &[("grant_type", "client_credentials")]).unwrap().access_token
}

/// RFC 7009 §2.1: either token ends the grant and so the other.
#[test]
fn grant_ends_with_either_token() {
    for by_refresh_token in [false, true] {
        let mut api = Api::built_in("standard");
        let client = api.client();
        let answer = api.grant(&client, "read");
        let refresh = answer.refresh_token.unwrap();
        let given = if by_refresh_token { &refresh } else { &answer.access_token };
        revoke(&mut api, &client.shown(), given).unwrap();
        assert!(matches!(api.effects.as_slice(), [Effect::RevokeGrant { .. }, Effect::Audit(_)]));
        assert!(has_ended(&api, &answer.access_token));
        assert_eq!(api.refresh(&client.shown(), &refresh).unwrap_err(), Refusal::GrantRevoked);
        assert_eq!(revoke(&mut api, &client.shown(), given), Ok(()), "again is no error");
    }
}

#[test]
fn token_without_grant_ends_alone() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let (one, two) = (app_token(&mut api, &client), app_token(&mut api, &client));
    revoke(&mut api, &client.shown(), &one).unwrap();
    assert!(matches!(api.effects.as_slice(), [Effect::EndToken { .. }]));
    assert!(has_ended(&api, &one) && !has_ended(&api, &two));
}

/// A token that is served again looks like every other of its time: ending it must end no one else's, and what is served
/// next must live.
#[test]
fn token_that_is_served_again() {
    let mut api = Api::of(mixtape());
    let (client, other) = (api.client(), api.client());
    let (own, others) = (app_token(&mut api, &client), app_token(&mut api, &other));
    revoke(&mut api, &client.shown(), &own).unwrap();
    assert!(has_ended(&api, &own) && !has_ended(&api, &others));
    let next = app_token(&mut api, &client);
    revoke(&mut api, &client.shown(), &own).unwrap();
    assert!(api.effects.is_empty() && !has_ended(&api, &next), "it is over already");
}

/// RFC 7009 §2.2: answered like success, so that nothing is learned.
#[test]
fn what_is_not_the_clients_changes_nothing() {
    let mut api = Api::built_in("standard");
    let (client, other) = (api.client(), api.client());
    let answer = api.grant(&client, "read");
    let alone = app_token(&mut api, &client);
    let unknown = [Secret::new("x"), Secret::new("sda_AAAA"), Secret::new("")];
    for token in unknown.iter().chain([&answer.access_token, &answer.refresh_token.unwrap(), &alone]) {
        assert_eq!(revoke(&mut api, &other.shown(), token), Ok(()));
        assert!(api.effects.is_empty());
    }
    api.advance(3600);
    assert_eq!(revoke(&mut api, &client.shown(), &answer.access_token), Ok(()));
    assert!(api.effects.is_empty(), "it is over already");
}

/// RFC 7009 §2.1: a public client names itself, a confidential one proves itself.
#[test]
fn who_may_revoke() {
    let mut api = Api::built_in("standard");
    let (client, public) = (api.client(), api.public_client());
    let token = api.grant(&client, "").access_token;
    let cases = [
        (client.without_secret(), Refusal::ClientSecretMissing),
        (client.with_secret("wrong"), Refusal::ClientSecretWrong),
    ];
    for (by, expected) in cases {
        assert_eq!(revoke(&mut api, &by, &token), Err(expected));
        assert!(!has_ended(&api, &token));
    }
    let own = api.grant(&public, "").access_token;
    revoke(&mut api, &public.shown(), &own).unwrap();
    assert!(has_ended(&api, &own));
}
