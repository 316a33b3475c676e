//! An app's list of people, consents, and the end of a person's access.

use stagedoor_protocol::access_token::AccessToken;
use stagedoor_protocol::app::{self, Stage};
use stagedoor_protocol::id::{AccountId, AppId};
use stagedoor_protocol::{Decision, Effect, EpochOf, Refusal, Timestamp, consent, people};
use stagedoor_wire::token_answer::TokenAnswer;

use crate::api::Api;
use crate::client::Client;
use crate::device;

/// Two people with a grant for each of two apps, in the order (app, person).
struct Four {
    api: Api,
    clients: [Client; 2],
    people: [AccountId; 2],
    answers: Vec<TokenAnswer>,
}

fn four() -> Four {
    let mut api = Api::built_in("spotify");
    let clients = [api.client(), api.client()];
    let people = [api.person(), api.person()];
    let mut answers = Vec::new();
    for client in &clients {
        for person in people {
            let code = api.code(client, person, "streaming");
            answers.push(api.redeem(&client.shown(), &code).unwrap());
        }
    }
    Four { api, clients, people, answers }
}

impl Four {
    /// Which of the four still live.
    #[track_caller]
    fn assert_alive(&mut self, expected: [bool; 4]) {
        for (at, (answer, alive)) in self.answers.iter().zip(expected).enumerate() {
            let api = &mut self.api;
            let token = AccessToken::verify(&api.rules, answer.access_token.expose(), api.now).unwrap();
            assert_eq!(!api.world.has_ended(&token), alive, "access token {at}");
            let refreshed =
                api.refresh(&self.clients[at / 2].shown(), answer.refresh_token.as_ref().unwrap());
            assert_eq!(refreshed.err(), (!alive).then_some(Refusal::GrantRevoked), "refresh token {at}");
        }
    }
}

#[test]
fn ending_a_consent_ends_one_app_for_one_person() {
    let mut four = four();
    let (app, person) = (four.clients[0].app, four.people[1]);
    four.api.settle(|_, _, now, _| consent::end(app, person, "ada", now)).unwrap();
    four.assert_alive([true, false, true, true]);
    assert!(!four.api.world.consents.contains_key(&(app, person)));
    assert_eq!(four.api.world.consents.len(), 3);
}

#[test]
fn unlisting_ends_one_app_for_one_person() {
    let mut four = four();
    let (app, person) = (four.clients[1].app, four.people[0]);
    four.api.settle(|rules, _, now, _| people::list(rules, app, person, "dev", now)).unwrap();
    four.api.settle(|_, _, now, _| people::unlist(app, person, "dev", now)).unwrap();
    four.assert_alive([true, true, false, true]);
    assert!(four.api.world.listed.is_empty());
    assert!(!four.api.world.consents.contains_key(&(app, person)));
}

#[test]
fn ending_a_persons_access_ends_all_apps() {
    let mut four = four();
    let person = four.people[0];
    four.api.settle(|_, _, now, _| people::end_everywhere(person, "ada", now)).unwrap();
    four.assert_alive([false, true, false, true]);
    assert_eq!(four.api.world.audit.last().unwrap().what, "all access ended");
}

/// A person may come back after everything of theirs was ended; what was ended stays so.
#[test]
fn new_grant_after_the_end() {
    let mut four = four();
    let person = four.people[0];
    four.api.settle(|_, _, now, _| people::end_everywhere(person, "ada", now)).unwrap();
    let code = four.api.code(&four.clients[0], person, "");
    four.answers[0] = four.api.redeem(&four.clients[0].shown(), &code).unwrap();
    four.assert_alive([true, true, false, true]);
}

/// A code or a device that was allowed before is no way around the end.
#[test]
fn what_was_not_redeemed_ends_too() {
    type End = fn(AppId, AccountId, Timestamp) -> Decision<()>;
    let ends: [End; 4] = [
        |app, person, now| consent::end(app, person, "ada", now),
        |app, person, now| people::unlist(app, person, "dev", now),
        |_, person, now| people::end_everywhere(person, "ada", now),
        |app, _, now| app::set_stage(app, Stage::Development, "admin", now),
    ];
    for end in ends {
        let mut api = Api::built_in("standard");
        let (client, person) = (api.client(), api.person());
        let code = api.code(&client, person, "read");
        let device = device::start(&mut api, &client.shown(), "").unwrap();
        device::answer(&mut api, &device, person, true).unwrap();
        api.settle(|_, _, now, _| end(client.app, person, now)).unwrap();
        assert_eq!(api.redeem(&client.shown(), &code).unwrap_err(), Refusal::CodeUnknown);
        let refused = device::poll(&mut api, &client.shown(), &device).unwrap_err();
        assert_eq!(refused, Refusal::AccessDenied);
        assert!(api.world.grants.is_empty());
    }
}

/// What was decided for someone before an epoch rose and is saved just after it starts nothing under the new one.
#[test]
fn what_is_saved_after_the_end_is_over_too() {
    type Whose = fn(&Api, AppId, AccountId) -> EpochOf;
    let epochs: [Whose; 3] = [
        |_, app, _| EpochOf::App(app),
        |api, app, _| EpochOf::Team(api.world.apps[&app].owner.id),
        |_, _, person| EpochOf::Account(person),
    ];
    for whose in epochs {
        let mut api = Api::built_in("standard");
        let (client, person) = (api.client(), api.person());
        let device = device::start(&mut api, &client.shown(), "").unwrap();
        let before = api.world.clone();
        let code = api.code(&client, person, "read");
        let mut late = api.effects.clone();
        device::answer(&mut api, &device, person, true).unwrap();
        late.extend(api.effects.clone());
        // The epochs in them suffice, where a commit expects nothing of them.
        late.retain(|effect| !matches!(effect, Effect::Expect(_)));

        api.world = before;
        let raise = Effect::Raise { epoch: whose(&api, client.app, person), at: api.now };
        api.world.commit(&[raise]).unwrap();
        api.world.commit(&late).unwrap();
        assert_eq!(api.redeem(&client.shown(), &code).unwrap_err(), Refusal::CodeUnknown);
        let refused = device::poll(&mut api, &client.shown(), &device).unwrap_err();
        assert_eq!(refused, Refusal::AccessDenied);
        assert!(api.world.grants.is_empty());
        // And what is decided from here on is good.
        let code = api.code(&client, person, "read");
        assert!(api.redeem(&client.shown(), &code).is_ok());
    }
}

/// A code that an earlier consent stood in for, saved in the instant that consent ended: no epoch tells.
#[test]
fn code_saved_after_its_consent_ended() {
    type End = fn(AppId, AccountId, Timestamp) -> Decision<()>;
    let ends: [End; 2] = [
        |app, person, now| consent::end(app, person, "ada", now),
        |app, person, now| people::unlist(app, person, "dev", now),
    ];
    for end in ends {
        let mut api = Api::built_in("spotify");
        let (client, person) = (api.client(), api.person());
        api.code(&client, person, "streaming");
        let before = api.world.clone();
        let code = api.code(&client, person, "streaming");
        // What is remembered saves a code and no consent.
        let late: Vec<_> =
            api.effects.iter().filter(|effect| matches!(effect, Effect::SaveCode(_))).cloned().collect();
        api.world = before;
        api.settle(|_, _, now, _| end(client.app, person, now)).unwrap();
        api.world.commit(&late).unwrap();
        assert_eq!(api.redeem(&client.shown(), &code).unwrap_err(), Refusal::CodeUnknown);
        assert!(api.world.grants.is_empty());
        // A new consent to less does not stand in for it either.
        api.code(&client, person, "");
        assert_eq!(api.redeem(&client.shown(), &code).unwrap_err(), Refusal::CodeUnknown);
        api.code(&client, person, "streaming");
        assert!(api.redeem(&client.shown(), &code).is_ok());
    }
}

#[test]
fn as_many_as_the_dialect_lets() {
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let list = |api: &mut Api, person| {
        api.settle(|rules, _, now, _| people::list(rules, client.app, person, "dev", now)).is_ok()
    };
    let first = api.person();
    assert!(list(&mut api, first));
    for _ in 0..4 {
        let person = api.person();
        assert!(list(&mut api, person));
    }
    let sixth = api.person();
    assert!(!list(&mut api, sixth) && list(&mut api, first));
}
