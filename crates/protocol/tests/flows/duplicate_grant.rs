//! One active grant per app: a second request is refused while the first one's newest access token lives.

use stagedoor_protocol::{Refusal, app};
use stagedoor_wire::dialect::ActiveGrants;
use stagedoor_wire::{Dialect, Secret};

use crate::api::{Api, refreshing};
use crate::client::Client;

const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];

fn start(api: &mut Api, client: &Client) -> Result<Secret, Refusal> {
    api.token(&client.shown(), &GRANT).map(|answer| answer.refresh_token.unwrap())
}

fn duplicate(client: &Client) -> Result<Secret, Refusal> {
    Err(Refusal::DuplicateGrant { client_id: client.id.to_string() })
}

#[track_caller]
fn assert_same(left: &Result<Secret, Refusal>, right: &Result<Secret, Refusal>) {
    let text = |side: &Result<Secret, Refusal>| side.clone().map(|token| token.expose().to_owned());
    assert_eq!(text(left), text(right));
}

#[test]
fn active_until_the_newest_access_token_expires() {
    let mut api = Api::built_in("bandcamp");
    let (client, other) = (api.client(), api.client());
    let first = start(&mut api, &client).unwrap();
    assert!(start(&mut api, &other).is_ok(), "another app's grant is its own");
    api.advance(3599);
    assert_same(&start(&mut api, &client), &duplicate(&client));
    assert!(api.effects.is_empty());
    let second = api.refresh(&client.shown(), &first).unwrap().refresh_token.unwrap();
    api.advance(3599);
    assert_same(&start(&mut api, &client), &duplicate(&client));
    api.advance(1);
    assert!(start(&mut api, &client).is_ok());
    assert_eq!(api.refresh(&client.shown(), &second).unwrap_err(), Refusal::GrantRevoked);
}

/// A grant that was left alone can be taken up again while no other took its place.
#[test]
fn refresh_makes_it_active_again() {
    let mut api = Api::built_in("bandcamp");
    let client = api.client();
    let first = start(&mut api, &client).unwrap();
    api.advance(100_000);
    assert!(api.refresh(&client.shown(), &first).is_ok());
    assert_same(&start(&mut api, &client), &duplicate(&client));
}

/// A published client refreshes with `grant_type=client_credentials`.
#[test]
fn client_credentials_with_a_refresh_token_is_a_refresh() {
    let mut api = Api::built_in("bandcamp");
    let client = api.client();
    let first = start(&mut api, &client).unwrap();
    let form = [GRANT[0], ("refresh_token", first.expose())];
    let second = api.token(&client.shown(), &form).unwrap().refresh_token.unwrap();
    let third = api.token(&client.shown(), &refreshing(second.expose())).unwrap().refresh_token.unwrap();
    let texts = [first.expose(), second.expose(), third.expose()];
    assert!(texts[0] != texts[1] && texts[1] != texts[2]);
    assert_eq!(api.token(&client.shown(), &form).unwrap_err(), Refusal::RefreshTokenReplayed);
}

#[test]
fn regenerating_ends_everything() {
    let mut api = Api::built_in("bandcamp");
    let mut client = api.client();
    let first = start(&mut api, &client).unwrap();
    let app = api.world.apps[&client.app].clone();
    let secret = api.settle(|rules, _, now, rng| app::regenerate(rules, &app, "dev", now, rng)).unwrap();
    assert_same(&start(&mut api, &client), &Err(Refusal::ClientSecretWrong));
    client.secret = Some(secret.text);
    assert_eq!(api.refresh(&client.shown(), &first).unwrap_err(), Refusal::GrantRevoked);
    assert!(start(&mut api, &client).is_ok());
}

#[test]
fn of_two_first_requests_at_once_one_wins() {
    let mut api = Api::built_in("bandcamp");
    let client = api.client();
    for later in [0, 4000] {
        api.advance(later);
        let outcomes = api.token_at_once(&client.shown(), &GRANT, 20);
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let refused =
            outcomes.iter().filter(|outcome| matches!(outcome, Err(Refusal::DuplicateGrant { .. })));
        assert_eq!((won, refused.count()), (1, 19));
    }
}

/// After a replay the client has no refresh token; it is not told to use one.
#[test]
fn revoked_grant_is_not_active() {
    let mut api = Api::built_in("bandcamp");
    let client = api.client();
    let first = start(&mut api, &client).unwrap();
    let second = api.refresh(&client.shown(), &first).unwrap().refresh_token.unwrap();
    api.refresh(&client.shown(), &second).unwrap();
    assert_eq!(api.refresh(&client.shown(), &first).unwrap_err(), Refusal::RefreshTokenReplayed);
    assert!(start(&mut api, &client).is_ok());
}

/// People's grants are not the app's own: any number of them stand beside it.
#[test]
fn grants_of_people_are_not_counted() {
    let mut dialect = Dialect::built_in("standard").unwrap();
    dialect.grants.client_credentials_refresh_token = true;
    dialect.refresh_token.as_mut().unwrap().active_grants = ActiveGrants::OnePerApp;
    let mut api = Api::of(dialect);
    let client = api.client();
    let people = [api.grant(&client, "read"), api.grant(&client, "read")];
    let own = start(&mut api, &client).unwrap();
    for token in people.map(|answer| answer.refresh_token.unwrap()).iter().chain([&own]) {
        assert!(api.refresh(&client.shown(), token).is_ok());
    }
    assert_same(&start(&mut api, &client), &duplicate(&client));
}
