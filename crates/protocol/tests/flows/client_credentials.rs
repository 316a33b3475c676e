//! RFC 6749 §4.4.

use stagedoor_protocol::access_token::{AccessToken, Standing};
use stagedoor_protocol::id::TeamId;
use stagedoor_protocol::{Effect, Refusal};

use crate::api::Api;
use crate::client::{Client, Shown};
use crate::setting::mixtape;

fn ask(api: &mut Api, by: &Shown, more: &[(&str, &str)]) -> Result<AccessToken, Refusal> {
    let form: Vec<_> = [("grant_type", "client_credentials")].iter().chain(more).copied().collect();
    let answer = api.token(by, &form)?;
    Ok(AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).unwrap())
}

/// An app of the team Owners that may act for two teams called Twins and one called Label too, and a team it may not act
/// for.
fn several_teams(api: &mut Api) -> (Client, [TeamId; 3], TeamId) {
    let client = api.client();
    let teams = [api.team("Twins"), api.team("Twins"), api.team("Label")];
    for team in teams {
        api.world.commit(&[Effect::LetActFor { app: client.app, team }]).unwrap();
    }
    let foreign = api.team("Foreign");
    (client, teams, foreign)
}

#[test]
fn team_by_id_else_by_its_own_name() {
    let mut api = Api::built_in("soundcharts");
    let (client, [twin, _, label], foreign) = several_teams(&mut api);
    let cases = [
        (label.to_string(), Ok(label)),
        (twin.to_string(), Ok(twin)),
        ("Label".to_owned(), Ok(label)),
        ("Twins".to_owned(), Err(Refusal::TeamMissing)),
        ("label".to_owned(), Err(Refusal::TeamForbidden)),
        ("Foreign".to_owned(), Err(Refusal::TeamForbidden)),
        (foreign.to_string(), Err(Refusal::TeamForbidden)),
        ("0".to_owned(), Err(Refusal::TeamForbidden)),
    ];
    for (named, expected) in cases {
        let team = ask(&mut api, &client.shown(), &[("team_id", &named)]).map(|token| token.team);
        assert_eq!(team, expected, "{named}");
    }
}

/// An id wins over another team's name that looks like it.
#[test]
fn team_named_like_an_id() {
    let mut api = Api::built_in("soundcharts");
    let (client, [_, _, label], _) = several_teams(&mut api);
    let sly = api.team(&label.to_string());
    api.world.commit(&[Effect::LetActFor { app: client.app, team: sly }]).unwrap();
    let token = ask(&mut api, &client.shown(), &[("team_id", &label.to_string())]).unwrap();
    assert_eq!(token.team, label);
}

#[test]
fn no_team_named() {
    let mut api = Api::built_in("soundcharts");
    let (several, ..) = several_teams(&mut api);
    let one = api.client();
    let owner = api.world.apps[&one.app].owner.id;
    assert_eq!(ask(&mut api, &one.shown(), &[]).unwrap().team, owner);
    assert_eq!(ask(&mut api, &one.shown(), &[("team_id", "")]).unwrap().team, owner);
    assert_eq!(ask(&mut api, &several.shown(), &[]), Err(Refusal::TeamMissing));
}

/// Where a request cannot name a team, the app acts for its owner.
#[test]
fn dialect_without_team_parameter() {
    let mut api = Api::built_in("standard");
    let (client, ..) = several_teams(&mut api);
    let owner = api.world.apps[&client.app].owner.id;
    assert_eq!(ask(&mut api, &client.shown(), &[]).unwrap().team, owner);
    assert_eq!(ask(&mut api, &client.shown(), &[("team_id", "Label")]).unwrap().team, owner);
}

#[test]
fn token_stands_for_the_app_alone_and_writes_nothing() {
    for dialect in ["standard", "spotify", "soundcharts"] {
        let mut api = Api::built_in(dialect);
        let client = api.client();
        let token = ask(&mut api, &client.shown(), &[]).unwrap();
        assert_eq!((token.app, &token.client_id), (client.app, &client.id));
        assert_eq!((token.account, token.grant, token.standing), (None, None, Standing::Served));
        assert!(api.effects.is_empty());
    }
}

#[test]
fn scopes() {
    let (read, none) = (Some("read"), Some(""));
    let cases = [
        // dialect, asked, granted; `None` is refused
        ("standard", "read", read),
        ("standard", "read read", read),
        ("standard", "", none),
        ("standard", "read unknown", None),
        ("spotify", "user-read-email", none),
        ("spotify", "unknown", none),
    ];
    for (dialect, asked, granted) in cases {
        let mut api = Api::built_in(dialect);
        let client = api.client();
        let token = ask(&mut api, &client.shown(), &[("scope", asked)]);
        let scopes = token.as_ref().map(|token| token.scopes.as_str());
        assert_eq!(scopes, granted.ok_or(&Refusal::Scope), "{dialect} {asked}");
    }
    let mut api = Api::of(mixtape());
    let client = api.client();
    let token = ask(&mut api, &client.shown(), &[("scope", "play unknown lend")]).unwrap();
    assert_eq!(token.scopes.as_str(), "play lend");
}
