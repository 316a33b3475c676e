//! RFC 6749 §2.3.

use stagedoor_protocol::Refusal;
use stagedoor_protocol::app::{self, Stage};
use stagedoor_protocol::client_secret::NewSecret;
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_wire::Secret;

use crate::api::Api;
use crate::client::{Client, Shown};

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn outcome(api: &mut Api, by: &Shown) -> Option<Refusal> {
    let refusal = api.token(by, &GRANT).err();
    if refusal.is_some() {
        assert!(api.effects.is_empty());
    }
    refusal
}

#[test]
fn one_of_its_secrets() {
    let mut api = Api::built_in("spotify");
    let (client, other) = (api.client(), api.client());
    let unknown = Shown { id: "nobody".into(), secret: Some("x".into()) };
    let foreign = client.with_secret(other.secret.as_ref().unwrap().expose());
    let cases = [
        (client.shown(), None),
        (client.with_secret("wrong"), Some(Refusal::ClientSecretWrong)),
        (foreign, Some(Refusal::ClientSecretWrong)),
        (client.without_secret(), Some(Refusal::ClientSecretMissing)),
        (unknown, Some(Refusal::ClientUnknown)),
    ];
    for (by, expected) in cases {
        assert_eq!(outcome(&mut api, &by), expected);
    }
}

#[test]
fn two_secrets_overlap_until_one_expires() {
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let old = client.shown();
    let new = client.with_secret(api.add_secret(&client, None).text.expose());
    let brief = client.with_secret(api.add_secret(&client, Some(60)).text.expose());
    for by in [&old, &new, &brief] {
        assert_eq!(outcome(&mut api, by), None);
    }
    api.now = Timestamp(api.now.0 + 59_999);
    assert_eq!(outcome(&mut api, &brief), None);
    api.now = Timestamp(api.now.0 + 1);
    assert_eq!(outcome(&mut api, &brief), Some(Refusal::ClientSecretWrong));
    for by in [&old, &new] {
        assert_eq!(outcome(&mut api, by), None);
    }
}

/// Basic is compared as sent, then form-decoded (RFC 6749 §2.3.1); a form's secret only as the form says.
#[test]
fn basic_is_compared_in_both_readings() {
    let cases = [
        // the secret, what stands in Basic, accepted
        ("a+b/c=", "a+b/c=", true),
        ("a+b/c=", "a%2Bb%2Fc%3D", true),
        ("a%2Bb", "a%2Bb", true),
        ("a%2Bb", "a%252Bb", true),
        ("a b", "a+b", true),
        ("a+b", "a b", false),
        ("a%2Bb", "a+b", false),
        ("100%", "100%", true),
    ];
    for (secret, sent, accepted) in cases {
        let mut api = Api::built_in("standard");
        let client = with_text(&mut api, secret);
        assert_eq!(outcome(&mut api, &client.with_secret(sent)).is_none(), accepted, "{secret} as {sent}");
    }
    let mut api = Api::built_in("bandcamp");
    let client = with_text(&mut api, "a%2Bb");
    assert_eq!(outcome(&mut api, &client.with_secret("a+b")), Some(Refusal::ClientSecretWrong));
    assert_eq!(outcome(&mut api, &client.with_secret("a%2Bb")), None);
}

/// A client whose one secret is this text.
fn with_text(api: &mut Api, text: &str) -> Client {
    let client = api.client();
    let secret =
        NewSecret::of(&api.rules, client.app, "own", Secret::new(text), api.now, &mut api.rng).stored;
    let app = client.app;
    api.world.commit(&[Effect::RemoveSecrets { app }, Effect::AddSecret { app, secret }]).unwrap();
    client
}

#[test]
fn stages_by_rule() {
    use Stage::{Approved, Development, Requested, Suspended};
    let cases = [
        // self service; by request, and refused tokens until approved
        ("spotify", [(Requested, true), (Development, true), (Approved, true), (Suspended, false)]),
        ("bandcamp", [(Requested, false), (Development, false), (Approved, true), (Suspended, false)]),
    ];
    for (dialect, stages) in cases {
        for (stage, served) in stages {
            let mut api = Api::built_in(dialect);
            let client = api.client();
            api.settle(|_, _, now, _| app::set_stage(client.app, stage, "admin", now)).unwrap();
            let expected = (!served).then_some(Refusal::ClientSuspended);
            assert_eq!(outcome(&mut api, &client.shown()), expected, "{dialect} {stage:?}");
            // Whoever does not know the secret is not told the stage.
            let wrong = outcome(&mut api, &client.with_secret("wrong"));
            assert_eq!(wrong, Some(Refusal::ClientSecretWrong), "{dialect} {stage:?}");
        }
    }
}

/// Refused by the API, not by the token endpoint.
#[test]
fn unlisted_app_gets_tokens_where_the_api_refuses_them() {
    let mut api = Api::built_in("spotify-ads");
    let client = api.client();
    let token = api.grant(&client, "").refresh_token.unwrap();
    for (stage, refused) in [(Stage::Requested, false), (Stage::Approved, false), (Stage::Suspended, true)] {
        api.world.commit(&[Effect::SetStage { app: client.app, stage }]).unwrap();
        let answer = api.refresh(&client.shown(), &token);
        assert_eq!(answer.is_err(), refused, "{stage:?}");
    }
}

#[test]
fn public_app_has_no_secret_to_show() {
    let mut api = Api::built_in("standard");
    let client = api.public_client();
    assert_eq!(outcome(&mut api, &client.without_secret()), Some(Refusal::GrantForbidden));
    assert_eq!(outcome(&mut api, &client.with_secret("any")), Some(Refusal::ClientSecretWrong));
}
