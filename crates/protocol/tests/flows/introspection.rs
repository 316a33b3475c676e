//! RFC 7662.

use stagedoor_protocol::introspection::{self, LiveToken};
use stagedoor_protocol::{Effect, EpochOf, Refusal};
use stagedoor_wire::Secret;

use crate::api::Api;
use crate::client::{Client, Shown};

pub(crate) fn introspect(api: &mut Api, by: &Shown, token: &Secret) -> Result<Option<LiveToken>, Refusal> {
    let client = api.credentials(by);
    api.settle(|rules, world, now, _| {
        let facts = world.answer(&introspection::question(&client, token));
        introspection::decide(rules, &client, token, &facts, |token| world.has_ended(token), now)
    })
}

fn tokens(api: &mut Api, client: &Client) -> [Secret; 2] {
    let answer = api.grant(client, "read");
    [answer.access_token, answer.refresh_token.unwrap()]
}

#[test]
fn own_tokens() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let tokens = tokens(&mut api, &client);
    let person = *api.world.accounts.keys().next().unwrap();
    let [access, refresh] =
        tokens.map(|token| introspect(&mut api, &client.shown(), &token).unwrap().unwrap());
    for live in [&access, &refresh] {
        assert_eq!((&live.client_id, live.scopes.as_str(), live.account), (&client.id, "read", Some(person)));
        assert_eq!(live.issued, api.now);
    }
    assert_eq!((access.bearer, access.expires), (true, Some(api.now.plus_seconds(3600))));
    assert_eq!((refresh.bearer, refresh.expires), (false, None));
}

/// The lifetime became shorter: it is over as soon as one that was made then by today's rules.
#[test]
fn expiry_by_todays_lifetime() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let [access, _] = tokens(&mut api, &client);
    let mut dialect = (*api.rules.dialect).clone();
    dialect.access_token.seconds = 60;
    api.rules.dialect = dialect.into();
    let live = introspect(&mut api, &client.shown(), &access).unwrap().unwrap();
    assert_eq!(live.expires, Some(api.now.plus_seconds(61)));
    api.now = api.now.plus_seconds(61);
    assert_eq!(introspect(&mut api, &client.shown(), &access).unwrap(), None);
}

#[test]
fn nothing_is_told_of_others_tokens() {
    let mut api = Api::built_in("standard");
    let team = api.team("Owners of both");
    let (client, other) = (api.client_of(team, false), api.client_of(team, false));
    let [access, refresh] = tokens(&mut api, &client);
    for token in [access, refresh, Secret::new("x"), Secret::new("sdr_"), Secret::new("")] {
        assert_eq!(introspect(&mut api, &other.shown(), &token), Ok(None));
    }
}

#[test]
fn only_apps_that_prove_themselves_may_ask() {
    let mut api = Api::built_in("standard");
    let (client, public) = (api.client(), api.public_client());
    let [access, _] = tokens(&mut api, &client);
    let unknown = Shown { id: "nobody".into(), secret: Some("x".into()) };
    let cases = [
        (client.without_secret(), Refusal::ClientSecretMissing),
        (client.with_secret("wrong"), Refusal::ClientSecretWrong),
        (public.shown(), Refusal::ClientSecretMissing),
        (unknown, Refusal::ClientUnknown),
    ];
    for (by, expected) in cases {
        assert_eq!(introspect(&mut api, &by, &access), Err(expected));
    }
}

/// What a refresh would refuse is not live, whatever ended it.
#[test]
fn dead_tokens() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let tokens = tokens(&mut api, &client);
    let person = *api.world.accounts.keys().next().unwrap();
    let grant = *api.world.grants.keys().next().unwrap();
    let (team, at) = (api.world.apps[&client.app].owner.id, api.now);
    let raise = |epoch| Effect::Raise { epoch, at };
    let ends = [
        Effect::RevokeGrant { grant, at },
        Effect::RevokeGrantsOf { app: client.app, account: person, at },
        raise(EpochOf::App(client.app)),
        raise(EpochOf::Team(team)),
        raise(EpochOf::Account(person)),
    ];
    let whole = api.world.clone();
    for effect in ends {
        api.world = whole.clone();
        api.world.commit(std::slice::from_ref(&effect)).unwrap();
        for token in &tokens {
            assert_eq!(introspect(&mut api, &client.shown(), token), Ok(None), "{effect:?}");
        }
    }
}

#[test]
fn account_that_is_gone() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let [_, refresh] = tokens(&mut api, &client);
    api.world.accounts.clear();
    assert_eq!(introspect(&mut api, &client.shown(), &refresh), Ok(None));
}

#[test]
fn by_time() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    let [access, refresh] = tokens(&mut api, &client);
    api.advance(3600);
    assert_eq!(introspect(&mut api, &client.shown(), &access), Ok(None));
    assert!(introspect(&mut api, &client.shown(), &refresh).unwrap().is_some());

    let mut api = Api::built_in("spotify");
    let client = api.client();
    let refresh = api.grant(&client, "").refresh_token.unwrap();
    let ends = api.now.plus_months(6);
    assert_eq!(introspect(&mut api, &client.shown(), &refresh).unwrap().unwrap().expires, Some(ends));
    api.now = ends;
    assert_eq!(introspect(&mut api, &client.shown(), &refresh), Ok(None));
}

/// A rotated token lives as long as presenting it gives its successor again.
#[test]
fn rotated_tokens() {
    for public in [false, true] {
        let mut api = Api::built_in("standard");
        let client = if public { api.public_client() } else { api.client() };
        let asking = api.add_secret(&client, None).text;
        let asking = client.with_secret(asking.expose());
        let [_, first] = tokens(&mut api, &client);
        let second = api.refresh(&client.shown(), &first).unwrap().refresh_token.unwrap();
        assert!(introspect(&mut api, &asking, &first).unwrap().is_some());
        api.advance(61);
        assert_eq!(introspect(&mut api, &asking, &first).unwrap().is_some(), !public);
        api.refresh(&client.shown(), &second).unwrap();
        assert_eq!(introspect(&mut api, &asking, &first), Ok(None));
        assert!(introspect(&mut api, &asking, &second).unwrap().is_some());
    }
}
