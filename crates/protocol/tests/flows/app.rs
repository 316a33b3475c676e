//! How an app comes to be, is regenerated and moves between stages.

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::app::{self, NewApp, SecretTerms, Stage};
use stagedoor_protocol::id::{AppId, TeamId};
use stagedoor_protocol::{Effect, Refusal};
use stagedoor_wire::redirect_uri::InvalidRedirectUri;
use stagedoor_wire::{Dialect, RedirectUri};

use crate::api::{ANYONE, Api};
use crate::setting::mixtape;

const SECOND: SecretTerms<'_> = SecretTerms { name: "second", expires: None };

fn create(api: &mut Api, team: TeamId, uri: &str, public: bool) -> Result<app::CreatedApp, Refusal> {
    let redirect_uris = vec![RedirectUri::parse(uri).unwrap()];
    let (name, text) = ("App".into(), String::new);
    let new = NewApp { team, name, description: text(), purpose: text(), terms: None, redirect_uris, public };
    api.settle(|rules, _, now, rng| {
        app::create(rules, AppId::new(now, rng), new.clone(), ANYONE, "dev", now, rng)
    })
}

#[test]
fn comes_to_be_as_the_dialect_has_it() {
    let hex = |text: &str| text.len() == 32 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let decimal = |text: &str| text.parse::<i64>().is_ok();
    type Form = fn(&str) -> bool;
    let cases: [(Dialect, Stage, bool, Form); 3] = [
        (Dialect::built_in("spotify").unwrap(), Stage::Development, true, hex),
        (Dialect::built_in("soundcharts").unwrap(), Stage::Development, true, hex),
        (mixtape(), Stage::Requested, false, decimal),
    ];
    for (dialect, stage, has_secret, id_form) in cases {
        let mut api = Api::of(dialect);
        let team = api.team("Owners");
        let created = create(&mut api, team, "https://app.example/", false).unwrap();
        let app = &api.world.apps[&created.id];
        assert_eq!(
            (app.stage, created.secret.is_some(), app.secrets.len()),
            (stage, has_secret, usize::from(has_secret))
        );
        assert!(id_form(created.client_id.as_str()), "{}", created.client_id);
        assert_eq!(api.world.audit.last().unwrap().what, "app created");
    }
}

/// Two secrets overlap while clients change over; then the old one goes, and tokens won with it live on.
#[test]
fn secrets_rotate() {
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let old = api.world.apps[&client.app].secrets[0].id;
    let before = api.token(&client.shown(), &[("grant_type", "client_credentials")]).unwrap();
    let add = |api: &mut Api| {
        let app = api.world.apps[&client.app].clone();
        api.settle(|rules, _, now, rng| app::add_secret(rules, &app, SECOND, "dev", now, rng))
    };
    let new = add(&mut api).unwrap();
    let by_new = client.with_secret(new.text.expose());
    for shown in [&client.shown(), &by_new] {
        api.token(shown, &[("grant_type", "client_credentials")]).unwrap();
    }
    api.settle(|_, _, now, _| app::remove_secret(client.app, old, "dev", now)).unwrap();
    let refused = api.token(&client.shown(), &[("grant_type", "client_credentials")]);
    assert_eq!(refused.err(), Some(Refusal::ClientSecretWrong));
    api.token(&by_new, &[("grant_type", "client_credentials")]).unwrap();
    let token = AccessToken::verify(&api.rules, before.access_token.expose(), api.now).unwrap();
    assert_eq!(token.epochs.app, api.world.apps[&client.app].epoch);
    for _ in 0..4 {
        add(&mut api).unwrap();
    }
    assert_eq!(add(&mut api).err(), Some(Refusal::LimitReached), "at most five");
}

#[test]
fn public_app_gets_no_secret() {
    let mut api = Api::built_in("standard");
    let team = api.team("Owners");
    let created = create(&mut api, team, "my-app://callback", true).unwrap();
    assert!(created.secret.is_none() && api.world.apps[&created.id].secrets.is_empty());
}

#[test]
fn no_public_app_where_nothing_goes_without_a_secret() {
    for dialect in ["bandcamp", "soundcharts"] {
        let mut api = Api::built_in(dialect);
        let team = api.team("Owners");
        let refused = create(&mut api, team, "my-app://callback", true).err();
        assert_eq!(refused, Some(Refusal::PublicApp), "{dialect}");
        assert!(api.world.apps.is_empty());
    }
}

#[test]
fn redirect_uris_by_rule() {
    use InvalidRedirectUri::{Insecure, Localhost};
    let cases = [
        ("spotify", "http://127.0.0.1:3000", None),
        ("spotify", "http://localhost:8888/callback", Some(Localhost)),
        ("spotify", "http://app.example/", Some(Insecure)),
        ("spotify-ads", "http://localhost:8888/callback", None),
        ("spotify-ads", "http://app.example/", Some(Insecure)),
    ];
    for (dialect, uri, why) in cases {
        let mut api = Api::built_in(dialect);
        let team = api.team("Owners");
        let refusal = create(&mut api, team, uri, false).err();
        assert_eq!(refusal, why.map(Refusal::RedirectUriInsecure), "{dialect} {uri}");
        assert_eq!(api.world.apps.is_empty(), why.is_some());
    }
}

#[test]
fn apps_per_team() {
    for (dialect, most) in [("soundcharts", 5), ("bandcamp", 1), ("spotify", 25)] {
        let mut api = Api::built_in(dialect);
        let (team, other) = (api.team("Owners"), api.team("Others"));
        for _ in 0..most {
            create(&mut api, team, "https://app.example/", false).unwrap();
        }
        let one_more = create(&mut api, team, "https://app.example/", false);
        assert_eq!(one_more.err(), Some(Refusal::LimitReached), "{dialect}");
        assert!(create(&mut api, other, "https://app.example/", false).is_ok());
    }
}

#[test]
fn regenerating_ends_tokens_grants_and_secrets() {
    let mut api = Api::built_in("standard");
    let mut client = api.client();
    let answer = api.grant(&client, "read");
    api.add_secret(&client, None);
    let app = api.world.apps[&client.app].clone();
    let secret = api.settle(|rules, _, now, rng| app::regenerate(rules, &app, "dev", now, rng)).unwrap();
    assert!(api.effects.iter().any(|effect| matches!(effect, Effect::RemoveLegacyKeys { .. })));
    let token = AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).unwrap();
    assert!(api.world.has_ended(&token));
    let refresh = answer.refresh_token.unwrap();
    assert_eq!(api.refresh(&client.shown(), &refresh).unwrap_err(), Refusal::ClientSecretWrong);
    client.secret = Some(secret.text);
    assert_eq!(api.refresh(&client.shown(), &refresh).unwrap_err(), Refusal::GrantRevoked);
    assert_eq!(api.world.apps[&client.app].secrets.len(), 1);
    let next = api.grant(&client, "read");
    let token = AccessToken::verify(&api.rules, next.access_token.expose(), api.now).unwrap();
    assert!(!api.world.has_ended(&token));
}

/// What was made while the API let an app in is over when it no longer does, at once and for good.
#[test]
fn leaving_approved_ends_what_was_issued() {
    use Stage::{Approved, Development, Requested, Suspended};
    for (stage, ends) in [(Approved, false), (Requested, true), (Development, true), (Suspended, true)] {
        let mut api = Api::built_in("spotify-ads");
        let client = api.client();
        let answer = api.grant(&client, "");
        api.settle(|_, _, now, _| app::set_stage(client.app, stage, "admin", now)).unwrap();
        assert!(matches!(api.effects.last(), Some(Effect::Audit(entry)) if entry.what == stage.as_str()));
        let token = AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).unwrap();
        assert_eq!(api.world.has_ended(&token), ends, "{stage:?}");
        api.settle(|_, _, now, _| app::set_stage(client.app, Approved, "admin", now)).unwrap();
        assert_eq!(api.world.has_ended(&token), ends, "{stage:?}");
        let again = api.refresh(&client.shown(), &answer.refresh_token.unwrap());
        assert_eq!(again.err(), ends.then_some(Refusal::GrantRevoked), "{stage:?}");
    }
}

#[test]
fn stages_are_stored_as_text() {
    for stage in [Stage::Requested, Stage::Development, Stage::Approved, Stage::Suspended] {
        assert_eq!(Stage::from_stored(stage.as_str()), Some(stage));
    }
    assert_eq!(Stage::from_stored("Approved"), None);
}
