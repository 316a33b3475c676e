//! RFC 6749 §6, RFC 9700 §4.14.2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::refresh_token::derive;
use stagedoor_protocol::{Effect, EpochOf, Refusal, Rules, Timestamp, opaque};
use stagedoor_wire::{Dialect, Secret};

use crate::api::{Api, refreshing};
use crate::client::Client;
use crate::setting::{START, keys, mixtape, rules, strict};

fn text(outcome: Result<stagedoor_wire::token_answer::TokenAnswer, Refusal>) -> Result<String, Refusal> {
    outcome.map(|answer| answer.refresh_token.unwrap().expose().to_owned())
}

fn standard(public: bool) -> (Api, Client, Secret) {
    let mut api = Api::built_in("standard");
    let client = if public { api.public_client() } else { api.client() };
    let first = api.grant(&client, "read").refresh_token.unwrap();
    (api, client, first)
}

#[test]
fn confidential_client_may_retry_until_the_successor_is_used() {
    let (mut api, client, first) = standard(false);
    let second = text(api.refresh(&client.shown(), &first)).unwrap();
    assert_ne!(second, first.expose());
    for seconds in [0, 1, 61, 3600, 10_000_000] {
        api.advance(seconds);
        assert_eq!(text(api.refresh(&client.shown(), &first)).as_ref(), Ok(&second), "{seconds}");
    }
    assert!(api.refresh(&client.shown(), &Secret::new(second.clone())).is_ok());
    assert_eq!(text(api.refresh(&client.shown(), &first)), Err(Refusal::RefreshTokenReplayed));
    assert_eq!(api.world.audit.last().unwrap().what, "refresh token replayed");
    assert_eq!(text(api.refresh(&client.shown(), &Secret::new(second))), Err(Refusal::GrantRevoked));
}

#[test]
fn public_client_may_retry_for_a_while() {
    let cases = [(20_000, None), (20_001, Some(Refusal::RefreshTokenReplayed))];
    for (millis, refused) in cases {
        let (mut api, client, first) = standard(true);
        let second = text(api.refresh(&client.shown(), &first)).unwrap();
        api.now = Timestamp(api.now.0 + 10_000);
        assert_eq!(text(api.refresh(&client.shown(), &first)).as_ref(), Ok(&second));
        // The time counts from the first presentation, not from the last.
        api.now = Timestamp(START.0 + millis);
        let outcome = text(api.refresh(&client.shown(), &first));
        assert_eq!(outcome, refused.map_or(Ok(second), Err), "{millis}");
    }
}

fn noted(api: &Api) -> usize {
    api.world.audit.iter().filter(|entry| entry.what == "refresh token presented again").count()
}

/// Once a generation, however often it comes; programs of one owner that race are nothing to tell.
#[test]
fn a_retry_is_audited() {
    for public in [false, true] {
        let (mut api, client, first) = standard(public);
        let mut refresh = |seconds| {
            api.advance(seconds);
            api.refresh(&client.shown(), &first).unwrap();
            (api.effects.len(), noted(&api))
        };
        assert_eq!([0, 2].map(&mut refresh), [(1, 0), (0, 0)], "first, then a race");
        assert_eq!([1, 1].map(&mut refresh), [(2, 1), (0, 1)], "then a retry, and another");
    }
}

/// A thief who always presents the public client's token shortly after its owner, or before, is noticed at the third.
#[test]
fn two_in_step_lose_the_grant() {
    let (mut api, client, mut token) = standard(true);
    for _ in 0..2 {
        let next = api.refresh(&client.shown(), &token).unwrap().refresh_token.unwrap();
        api.advance(10);
        assert_eq!(text(api.refresh(&client.shown(), &token)).as_deref(), Ok(next.expose()));
        (api.now, token) = (api.now.plus_seconds(3600), next);
    }
    let next = api.refresh(&client.shown(), &token).unwrap().refresh_token.unwrap();
    api.advance(10);
    assert_eq!(text(api.refresh(&client.shown(), &token)), Err(Refusal::RefreshTokenReplayed));
    assert_eq!(text(api.refresh(&client.shown(), &next)), Err(Refusal::GrantRevoked));
}

/// Neither lost answers now and then nor programs that refresh at once are two owners; nor is a client that proves itself.
#[test]
fn who_is_not_in_step() {
    // public, seconds until the token comes again, and how often it does so: every or every other time
    for (public, seconds, every) in [(true, 10, 2), (true, 2, 1), (false, 10, 1)] {
        let (mut api, client, mut token) = standard(public);
        for at in 0..9 {
            let next = api.refresh(&client.shown(), &token).unwrap().refresh_token.unwrap();
            if at % every == 0 {
                api.advance(seconds);
                for _ in 0..200 {
                    assert_eq!(text(api.refresh(&client.shown(), &token)).as_deref(), Ok(next.expose()));
                }
            }
            (api.now, token) = (api.now.plus_seconds(3600), next);
        }
    }
}

/// Many late ones of the same generation, decided on the same row, are noted once.
#[test]
fn many_late_at_once_are_noted_once() {
    let (mut api, client, first) = standard(true);
    api.refresh(&client.shown(), &first).unwrap();
    api.advance(10);
    let outcomes = api.token_at_once(&client.shown(), &refreshing(first.expose()), 200);
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(noted(&api), 1);
}

#[test]
fn many_at_once_have_one_heir() {
    let (mut api, client, first) = standard(true);
    let outcomes = api.token_at_once(&client.shown(), &refreshing(first.expose()), 200);
    let mut heirs: Vec<_> = outcomes.into_iter().map(|outcome| text(outcome).unwrap()).collect();
    heirs.dedup();
    assert_eq!(heirs.len(), 1);
    assert_eq!(api.world.grants.values().next().unwrap().succession.presented, 1);
}

/// RFC 6749 §6: bound to its client; whoever fails authentication changes nothing.
#[test]
fn replay_counts_only_from_its_client() {
    let (mut api, client, first) = standard(false);
    let other = api.client();
    let second = api.refresh(&client.shown(), &first).unwrap().refresh_token.unwrap();
    api.refresh(&client.shown(), &second).unwrap();
    let cases = [
        (other.shown(), Refusal::RefreshTokenUnknown),
        (client.without_secret(), Refusal::ClientSecretMissing),
        (client.with_secret("wrong"), Refusal::ClientSecretWrong),
    ];
    for (by, expected) in cases {
        assert_eq!(api.refresh(&by, &first).unwrap_err(), expected);
        assert!(api.effects.is_empty());
    }
    assert!(api.refresh(&client.shown(), &second).is_ok());
}

/// A database restored from a backup knows less than its clients.
#[test]
fn token_newer_than_the_row_is_adopted_and_audited() {
    let (mut api, client, first) = standard(true);
    let backup = api.world.clone();
    let mut newest = first.clone();
    for _ in 0..3 {
        newest = api.refresh(&client.shown(), &newest).unwrap().refresh_token.unwrap();
    }
    api.world = backup;
    let next = api.refresh(&client.shown(), &newest).unwrap().refresh_token.unwrap();
    assert_eq!(api.world.audit.last().unwrap().what, "refresh token newer than the database adopted");
    assert_eq!(
        api.world.grants.values().next().unwrap().succession,
        Succession { presented: 4, at: api.now }
    );
    let [Effect::Present { was: 0, .. }, Effect::Audit(_)] = api.effects.as_slice() else { panic!() };
    assert!(api.refresh(&client.shown(), &next).is_ok());
    assert_eq!(api.refresh(&client.shown(), &first).unwrap_err(), Refusal::RefreshTokenReplayed);
}

#[test]
fn echoed_or_left_out_it_stays_valid() {
    let echoes =
        [(Api::built_in("spotify"), true), (Api::built_in("spotify-ads"), true), (Api::of(mixtape()), false)];
    for (mut api, echoed) in echoes {
        let client = api.client();
        let token = api.grant(&client, "").refresh_token.unwrap();
        for _ in 0..4 {
            api.advance(100_000);
            let answer = api.refresh(&client.shown(), &token).unwrap();
            let given = answer.refresh_token.map(|token| token.expose().to_owned());
            assert_eq!(given.as_deref(), echoed.then_some(token.expose()));
            assert!(api.effects.is_empty());
        }
    }
}

/// Six calendar months after the authorization, however often it is refreshed: 31 August ends on 28 February.
#[test]
fn ends_six_months_after_authorization() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let code = api.code(&client, person, "");
    api.advance(300); // Redeeming later does not extend it.
    let token = api.redeem(&client.shown(), &code).unwrap().refresh_token.unwrap();
    let end = Timestamp(1_803_816_000_000); // 2027-02-28T12:00:00Z
    api.now = Timestamp(end.0 - 1);
    assert!(api.refresh(&client.shown(), &token).is_ok());
    api.now = end;
    assert_eq!(api.refresh(&client.shown(), &token).unwrap_err(), Refusal::RefreshTokenEnded);

    let mut api = Api::built_in("spotify-ads");
    let client = api.client();
    let token = api.grant(&client, "").refresh_token.unwrap();
    api.now = Timestamp(i64::MAX / 2);
    assert!(api.refresh(&client.shown(), &token).is_ok(), "without end");
}

#[test]
fn scope_is_narrowed_never_widened() {
    let cases = [
        // dialect, granted, asked, answered; `None` is refused
        ("standard", "read write", "", Some("read write")),
        ("standard", "read write", "write", Some("write")),
        ("standard", "read", "read write", None),
        ("standard", "", "read", None),
        ("mixtape", "play", "play record", Some("play")),
        ("mixtape", "play", "record", Some("")),
    ];
    for (dialect, granted, asked, answered) in cases {
        let mut api = if dialect == "mixtape" { Api::of(mixtape()) } else { Api::built_in(dialect) };
        let client = api.client();
        let token = api.grant(&client, granted).refresh_token.unwrap();
        let form = refreshing(token.expose()).into_iter().chain([("scope", asked)]);
        let answer = api.token(&client.shown(), &form.collect::<Vec<_>>());
        let scopes = answer.map(|answer| answer.scopes.unwrap().to_string());
        assert_eq!(scopes, answered.map(str::to_owned).ok_or(Refusal::Scope), "{dialect} {granted} {asked}");
        // A refused or narrowed refresh leaves the grant as wide as it was, and the token good.
        let again = api.refresh(&client.shown(), &token).unwrap();
        assert_eq!(again.scopes.unwrap().as_str(), granted);
    }
}

/// Where the dialect gives nothing twice, the second use is a replay, however soon and whoever sends it.
#[test]
fn lost_answer_is_lost() {
    for public in [false, true] {
        let mut api = Api::of(strict());
        let client = if public { api.public_client() } else { api.client() };
        let first = api.grant(&client, "read").refresh_token.unwrap();
        let second = api.refresh(&client.shown(), &first).unwrap().refresh_token.unwrap();
        let third = api.refresh(&client.shown(), &second).unwrap().refresh_token.unwrap();
        assert_eq!(api.refresh(&client.shown(), &second).unwrap_err(), Refusal::RefreshTokenReplayed);
        assert_eq!(api.refresh(&client.shown(), &third).unwrap_err(), Refusal::GrantRevoked);
        let told = api.token_at_once(&client.shown(), &refreshing(third.expose()), 2);
        assert!(told.iter().all(Result::is_err));
    }
}

/// Two at once: one wins, and the other is the replay.
#[test]
fn lost_answer_of_two_at_once() {
    let mut api = Api::of(strict());
    let client = api.client();
    let first = api.grant(&client, "read").refresh_token.unwrap();
    let told = api.token_at_once(&client.shown(), &refreshing(first.expose()), 2);
    let told: Vec<_> = told.into_iter().map(Result::err).collect();
    assert_eq!(told, [None, Some(Refusal::RefreshTokenReplayed)]);
}

#[test]
fn what_ends_a_grant() {
    let raise = |epoch| move |_: &Api| vec![Effect::Raise { epoch, at: START }];
    let (api, client, _) = standard(false);
    let team = api.world.apps[&client.app].owner.id;
    let person = *api.world.accounts.keys().next().unwrap();
    type Change = Box<dyn Fn(&Api) -> Vec<Effect>>;
    let cases: [(&str, Change); 5] = [
        ("app", Box::new(raise(EpochOf::App(client.app)))),
        ("team", Box::new(raise(EpochOf::Team(team)))),
        ("account", Box::new(raise(EpochOf::Account(person)))),
        (
            "grants",
            Box::new(move |_| vec![Effect::RevokeGrantsOf { app: client.app, account: person, at: START }]),
        ),
        (
            "grant",
            Box::new(|api| {
                vec![Effect::RevokeGrant { grant: *api.world.grants.keys().next().unwrap(), at: START }]
            }),
        ),
    ];
    for (name, change) in cases {
        let (mut api, client, first) = standard(false);
        let access = api.refresh(&client.shown(), &first).unwrap().access_token;
        let effects = change(&api);
        api.world.commit(&effects).unwrap();
        assert_eq!(api.refresh(&client.shown(), &first).unwrap_err(), Refusal::GrantRevoked, "{name}");
        assert!(api.effects.is_empty(), "{name}");
        let token = AccessToken::verify(&api.rules, access.expose(), api.now).unwrap();
        assert!(api.world.has_ended(&token), "{name}");
    }
}

/// An account or team that is gone is no reason to serve its grants.
#[test]
fn grant_whose_person_or_team_is_gone() {
    let (mut api, client, first) = standard(false);
    let whole = api.world.clone();
    api.world.accounts.clear();
    assert_eq!(api.refresh(&client.shown(), &first).unwrap_err(), Refusal::GrantRevoked);
    api.world = whole;
    api.world.change(client.app).teams.clear();
    assert_eq!(api.refresh(&client.shown(), &first).unwrap_err(), Refusal::GrantRevoked);
}

#[test]
fn no_refresh_token_of_ours() {
    let (mut api, client, first) = standard(false);
    let answer = api.refresh(&client.shown(), &first).unwrap();
    let (access, padded) = (answer.access_token.expose(), format!("{}=", first.expose()));
    let disguised = access.replace("sda_", "sdr_");
    for text in [padded.as_str(), access, &disguised, "", "sdr_", "x"] {
        let refused = api.token(&client.shown(), &refreshing(text)).unwrap_err();
        let missing = stagedoor_wire::token_request::TokenRequestError::ParameterMissing("refresh_token");
        let expected = if text.is_empty() { missing.into() } else { Refusal::RefreshTokenUnknown };
        assert_eq!(refused, expected, "{text}");
        assert!(api.effects.is_empty());
    }
}

/// Every bit counts, those of the generation too: no one can skip ahead or fall back.
#[test]
fn changed_tokens() {
    let (mut api, client, first) = standard(false);
    let encoded = first.expose().strip_prefix(opaque::REFRESH_TOKEN).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(encoded).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let changed = opaque::wrap(opaque::REFRESH_TOKEN, &bytes);
        assert_eq!(
            api.refresh(&client.shown(), &changed).unwrap_err(),
            Refusal::RefreshTokenUnknown,
            "{bit}"
        );
        assert!(api.effects.is_empty());
    }
    assert!(api.refresh(&client.shown(), &first).is_ok());
}

/// Neither the database nor the key file alone opens a grant: its tokens hang on the random bits of its row and on the key.
#[test]
fn derived_from_row_and_key() {
    let (api, _, first) = standard(false);
    let grant = api.world.grants.values().next().unwrap().clone();
    let text = |rules: &Rules, grant: &Grant| derive(rules, grant, 1).expose().to_owned();
    assert_eq!(text(&api.rules, &grant), first.expose());
    let mut other_salt = grant.clone();
    other_salt.salt[15] ^= 1;
    assert_ne!(text(&api.rules, &other_salt), first.expose());
    let other_keys = rules("music", Dialect::built_in("standard").unwrap(), &keys(2));
    assert_ne!(text(&other_keys, &grant), first.expose());
    assert!(!format!("{grant:?}").contains(&first.expose()[4..]));
}
