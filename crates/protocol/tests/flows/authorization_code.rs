//! RFC 6749 §4.1.3, RFC 7636 §4.6.

use stagedoor_protocol::access_token::{AccessToken, Standing};
use stagedoor_protocol::{Effect, Refusal, Timestamp, people};
use stagedoor_wire::authorize_request::AuthorizeRequest;

use crate::api::{Api, redemption};
use crate::client::Client;
use crate::setting::{REDIRECT_URI, VERIFIER, dialects, mixtape};

fn without_challenge(api: &Api, client: &Client) -> AuthorizeRequest {
    let request = api.authorize_request(client, "");
    AuthorizeRequest { code_challenge: None, code_challenge_method: None, ..request }
}

#[test]
fn redeemed_once() {
    for dialect in dialects().filter(|dialect| dialect.grants.authorization_code) {
        let mut api = Api::of(dialect);
        let (client, person) = (api.client(), api.person());
        let code = api.code(&client, person, "");
        let answer = api.redeem(&client.shown(), &code).unwrap();
        assert!(answer.refresh_token.is_some() && answer.scopes.is_some());
        let token = AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).unwrap();
        assert_eq!((token.app, token.account), (client.app, Some(person)));
        assert!(!api.world.has_ended(&token));
        assert_eq!(api.redeem(&client.shown(), &code).unwrap_err(), Refusal::CodeReplayed);
        assert!(api.world.has_ended(&token));
        assert_eq!(api.world.audit.last().unwrap().what, "code replayed");
    }
}

/// RFC 6749 §4.1.2: of many at once one wins, and what it won is revoked by the others.
#[test]
fn many_at_once() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let code = api.code(&client, person, "");
    let outcomes = api.token_at_once(&client.shown(), &redemption(&code), 200);
    let won: Vec<_> = outcomes.iter().flatten().collect();
    assert_eq!((won.len(), api.world.grants.len()), (1, 1));
    let token = AccessToken::verify(&api.rules, won[0].access_token.expose(), api.now).unwrap();
    assert!(api.world.has_ended(&token));
}

/// Whoever could not have redeemed the code cannot end its grant either.
#[test]
fn replay_counts_only_from_its_client() {
    let mut api = Api::built_in("spotify");
    let (client, other, person) = (api.client(), api.client(), api.person());
    let code = api.code(&client, person, "");
    api.redeem(&client.shown(), &code).unwrap();
    let [grant_type, code_field, uri, verifier] = redemption(&code);
    let wrong_verifier = ("code_verifier", "another-verifier-of-at-least-43-characters-or-so");
    let cases = [
        (
            client.with_secret("wrong"),
            vec![grant_type, code_field, uri, verifier],
            Refusal::ClientSecretWrong,
        ),
        (other.shown(), vec![grant_type, code_field, uri, verifier], Refusal::CodeUnknown),
        (client.shown(), vec![grant_type, code_field, uri], Refusal::VerifierMissing),
        (client.without_secret(), vec![grant_type, code_field, uri], Refusal::VerifierMissing),
        (client.shown(), vec![grant_type, code_field, uri, wrong_verifier], Refusal::VerifierWrong),
        (client.shown(), vec![grant_type, code_field, verifier], Refusal::RedirectUriMissing),
    ];
    for (by, form, expected) in cases {
        assert_eq!(api.token(&by, &form).unwrap_err(), expected);
        assert!(api.effects.is_empty(), "{expected}");
    }
}

#[test]
fn expires() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    for (millis, expected) in [(599_999, None), (600_000, Some(Refusal::CodeExpired))] {
        let code = api.code(&client, person, "");
        api.now = Timestamp(api.now.0 + millis);
        assert_eq!(api.redeem(&client.shown(), &code).err(), expected, "{millis}");
    }
}

#[test]
fn redirect_uri_is_repeated_byte_for_byte() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let code = api.code(&client, person, "");
    let slash = format!("{REDIRECT_URI}/");
    let upper = REDIRECT_URI.replace("app", "APP");
    for uri in [slash.as_str(), &upper, "https://evil.example/callback", "not a uri"] {
        let [grant_type, code, _, verifier] = redemption(&code);
        let form = [grant_type, code, ("redirect_uri", uri), verifier];
        assert_eq!(api.token(&client.shown(), &form).unwrap_err(), Refusal::RedirectUriMismatch, "{uri}");
    }
    assert!(api.redeem(&client.shown(), &code).is_ok(), "failed attempts do not use the code up");
}

/// RFC 9700 §4.8.2: a verifier for a code that was asked for without challenge is a sign of a stripped challenge.
#[test]
fn challenge_cannot_be_stripped() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let code = api.code_for(&without_challenge(&api, &client), person);
    assert_eq!(api.redeem(&client.shown(), &code).unwrap_err(), Refusal::VerifierUnexpected);
    let [grant_type, code_field, uri, _] = redemption(&code);
    let form = [grant_type, code_field, uri];
    assert_eq!(api.token(&client.without_secret(), &form).unwrap_err(), Refusal::ClientSecretMissing);
    assert!(api.token(&client.shown(), &form).is_ok());
}

#[test]
fn without_a_secret_by_rule() {
    // dialect, public app, outcome
    let missing = Err(Refusal::ClientSecretMissing);
    let cases = [
        ("spotify", false, Ok(())),
        ("spotify", true, Ok(())),
        ("standard", true, Ok(())),
        ("standard", false, missing.clone()),
        ("spotify-ads", false, missing.clone()),
        ("spotify-ads", true, missing),
    ];
    for (dialect, public, expected) in cases {
        let mut api = Api::built_in(dialect);
        let client = api.client();
        // As it may stand in a database from before the dialect forbade it.
        api.world.change(client.app).public = public;
        let person = api.person();
        let code = api.code(&client, person, "");
        let outcome = api.redeem(&client.without_secret(), &code).map(|_| ());
        assert_eq!(outcome, expected, "{dialect} {public}");
    }
}

#[test]
fn no_code_of_ours() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let code = api.code(&client, person, "");
    let mut changed = code.clone().into_bytes();
    let last = changed.len() - 2;
    changed[last] ^= 1;
    let answer = api.redeem(&client.shown(), &code).unwrap();
    let changed = String::from_utf8(changed).unwrap();
    let refresh = answer.refresh_token.unwrap();
    for code in [changed.as_str(), "x", "sdc_", refresh.expose(), answer.access_token.expose()] {
        assert_eq!(api.redeem(&client.shown(), code).unwrap_err(), Refusal::CodeUnknown);
        assert!(api.effects.is_empty());
    }
}

/// Facts about someone else are not taken for the code's person.
#[test]
fn facts_are_the_codes() {
    use stagedoor_protocol::token;
    let mut api = Api::built_in("spotify");
    let (client, person, stranger) = (api.client(), api.person(), api.person());
    let code = api.code(&client, person, "");
    let request = api.read(&client.shown(), &redemption(&code)).unwrap();
    let right = api.world.answer(&token::question(&api.rules, &request));
    let strangers = api.facts(&client.id, stagedoor_protocol::About::Account(stranger)).account;
    for account in [None, strangers] {
        let facts = stagedoor_protocol::Facts { account, ..right.clone() };
        let decision = token::decide(&api.rules, &request, &facts, api.now, &mut api.rng);
        assert_eq!(decision.reply.unwrap_err(), Refusal::CodeUnknown);
        assert!(decision.effects.is_empty());
    }
}

#[test]
fn person_who_is_not_listed() {
    let mut api = Api::of(mixtape());
    let (client, listed, stranger) = (api.client(), api.person(), api.person());
    let stage = stagedoor_protocol::app::Stage::Development;
    let mut dialect = mixtape();
    dialect.apps.creation = stagedoor_wire::dialect::AppCreation::SelfService;
    api.rules.dialect = dialect.into();
    api.world.commit(&[Effect::SetStage { app: client.app, stage }]).unwrap();
    api.settle(|rules, _, now, _| people::list(rules, client.app, listed, "dev", now)).unwrap();
    for (person, expected) in [(listed, Standing::Served), (stranger, Standing::UserNotListed)] {
        let code = api.code(&client, person, "");
        let answer = api.redeem(&client.shown(), &code).unwrap();
        let token = AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).unwrap();
        assert_eq!(token.standing, expected);
    }
    assert_eq!(VERIFIER.len(), 45);
}
