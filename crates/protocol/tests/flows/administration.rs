//! What administrators decide.

use std::net::IpAddr;

use rand::SeedableRng;
use rand::rngs::StdRng;
use stagedoor_protocol::account::{self, AccountChange, AccountRecord, Email, NewAccount};
use stagedoor_protocol::administration::{Change, Expectation, LegacyKeyName, Objection};
use stagedoor_protocol::app::{self, AppChange, AppRecord, SecretTerms, Stage};
use stagedoor_protocol::decision::Origin;
use stagedoor_protocol::id::{AccountId, GrantId, TeamId};
use stagedoor_protocol::legacy_key::{self, LegacyKeyRecord, NewLegacyKey};
use stagedoor_protocol::team::{self, Role, TeamChange, TeamKind, TeamRecord};
use stagedoor_protocol::{Decision, Effect, EpochOf, Refusal, grant};
use stagedoor_wire::redirect_uri::InvalidRedirectUri;
use stagedoor_wire::{Dialect, RedirectUri, Secret};

use crate::api::Api;
use crate::client::Client;
use crate::setting::{START, keys, rules};

const BY: &str = "uid 1000";

fn rng() -> StdRng {
    StdRng::seed_from_u64(3)
}

fn ada() -> AccountRecord {
    AccountRecord {
        id: AccountId(5),
        email: Email::parse("ada@example.com").unwrap(),
        name: "Ada".to_owned(),
        administrator: true,
        suspended: false,
        has_password: true,
        confirmed: true,
        created: START,
    }
}

fn owls() -> TeamRecord {
    TeamRecord { id: TeamId(7), name: "Owls".to_owned(), kind: TeamKind::Label, created: START }
}

fn legacy_key() -> LegacyKeyRecord {
    let name = LegacyKeyName { api: "music".to_owned(), id: "label-1".to_owned() };
    let (key, hash) = (stagedoor_protocol::keys::KeyId(1), [0; 16]);
    LegacyKeyRecord { name, app: stagedoor_protocol::id::AppId(1), key, hash, ends: None }
}

fn record(api: &Api, client: &Client) -> AppRecord {
    AppRecord {
        api: "music".to_owned(),
        app: (*api.world.apps[&client.app]).clone(),
        description: String::new(),
        website: String::new(),
        purpose: String::new(),
        terms: None,
        review_asked: None,
        stage_before: None,
        created: START,
    }
}

/// The lines it leaves in the audit log.
fn audit<T, R>(decision: &Decision<T, R>) -> Vec<&str> {
    let what = |effect: &'_ Effect| matches!(effect, Effect::Audit(_));
    let lines = decision.effects.iter().filter(|effect| what(effect));
    lines.map(|effect| if let Effect::Audit(entry) = effect { entry.what.as_str() } else { "" }).collect()
}

fn raises<T, R>(decision: &Decision<T, R>, of: EpochOf) -> bool {
    decision.effects.iter().any(|effect| matches!(effect, Effect::Raise { epoch, .. } if *epoch == of))
}

#[test]
fn accounts() {
    let new = |administrator| NewAccount {
        email: ada().email,
        name: "Ada".to_owned(),
        password_hash: "$argon2id$".to_owned(),
        administrator,
    };
    let create = |taken, administrator| account::create(new(administrator), taken, BY, START, &mut rng());
    assert_eq!(create(true, true).reply, Err(Objection::EmailTaken(ada().email)));
    assert_eq!(audit(&create(false, false)), ["account created"]);
    assert_eq!(audit(&create(false, true)), ["account created, administrator"]);

    let change = |change, another| account::change(&ada(), change, another, BY, START);
    let same = AccountChange { name: Some("Ada".to_owned()), administrator: Some(true) };
    assert!(change(same, false).effects.is_empty());
    let renamed = AccountChange { name: Some("Ada L.".to_owned()), administrator: None };
    assert_eq!(audit(&change(renamed, false)), ["account renamed"]);
    let no_more = || AccountChange { name: None, administrator: Some(false) };
    assert_eq!(change(no_more(), false).reply, Err(Objection::LastAdministrator));
    assert_eq!(audit(&change(no_more(), true)), ["administrator no more"]);
    let without_password = AccountRecord { has_password: false, ..ada() };
    let changed = account::change(&without_password, no_more(), false, BY, START);
    assert_eq!(audit(&changed), ["administrator no more"], "it could not sign in anyway");
}

/// Without an administrator the setup link would let someone in again.
#[test]
fn an_administrator_is_left() {
    let suspend = |another| account::suspend(&ada(), another, BY, START);
    assert_eq!(suspend(false).reply, Err(Objection::LastAdministrator));
    let suspended = suspend(true);
    assert!(matches!(suspended.effects[0], Effect::Expect(Expectation::AnotherAdministrator(AccountId(5)))));
    assert!(raises(&suspended, EpochOf::Account(AccountId(5))));
    assert_eq!(audit(&suspended), ["account suspended"]);
    let fan = AccountRecord { administrator: false, ..ada() };
    assert_eq!(account::suspend(&fan, false, BY, START).reply, Ok(()));
    let kept_out = AccountRecord { suspended: true, ..fan.clone() };
    assert!(account::suspend(&kept_out, false, BY, START).effects.is_empty(), "is already");
    assert_eq!(audit(&account::resume(&kept_out, BY, START)), ["account resumed"]);
    assert!(account::resume(&fan, BY, START).effects.is_empty());
    let set = account::set_password(fan.id, "$argon2id$".to_owned(), BY, START);
    assert!(raises(&set, EpochOf::Account(fan.id)));
}

#[test]
fn the_first_administrator_is_the_first() {
    let create = |exists, account: Option<AccountRecord>| {
        let (email, password_hash) = (ada().email, "$argon2id$".to_owned());
        let new = NewAccount { email, name: "Ada".to_owned(), password_hash, administrator: false };
        account::create_first_administrator(new, exists, account.as_ref(), START, &mut rng())
    };
    assert_eq!(create(true, None).reply, Err(Objection::AdministratorExists));
    let decision = create(false, None);
    assert!(matches!(decision.effects[0], Effect::Expect(Expectation::NoAdministrator)));
    let made = |effect: &Effect| {
        matches!(effect, Effect::Administer(Change::SetAdministrator { administrator: true, .. }))
    };
    assert!(decision.effects.iter().any(made));
    let address = Some(IpAddr::from([192, 0, 2, 7]));
    let by_page = decision.by_way_of(Origin { way: "setup page", address });
    let origin = |effect: &Effect| matches!(effect, Effect::Audit(entry) if entry.origin == "setup page" && entry.address == address);
    assert!(by_page.effects.iter().any(origin));

    // One that came without a password is given this one; no other account is.
    let without = AccountRecord { has_password: false, ..ada() };
    let fan = AccountRecord { administrator: false, ..without.clone() };
    let kept_out = AccountRecord { suspended: true, ..without.clone() };
    let decision = create(false, Some(without));
    assert!(matches!(decision.effects[0], Effect::Expect(Expectation::NoAdministrator)));
    assert_eq!(audit(&decision), ["password set, all access ended"]);
    for other in [ada(), fan, kept_out] {
        assert_eq!(create(false, Some(other)).reply, Err(Objection::EmailTaken(ada().email)));
    }
}

#[test]
fn teams() {
    let create = |taken| team::create("Owls".to_owned(), TeamKind::Band, taken, BY, START, &mut rng());
    assert_eq!(create(true).reply, Err(Objection::TeamNameTaken));
    assert!(
        matches!(&create(false).effects[0], Effect::Expect(Expectation::TeamNameFree(name)) if name == "Owls")
    );
    assert_eq!(audit(&create(false)), ["team created"]);
    let change = |name: &str, kind, taken| {
        let change = TeamChange { name: Some(name.to_owned()), kind: Some(kind) };
        team::change(&owls(), change, taken, BY, START)
    };
    assert!(change("Owls", TeamKind::Label, true).effects.is_empty(), "its own name");
    assert_eq!(change("Larks", TeamKind::Label, true).reply, Err(Objection::TeamNameTaken));
    assert_eq!(audit(&change("Larks", TeamKind::Band, false)), ["team renamed", "team kind changed"]);
    let set = team::set_member(TeamId(7), &ada(), Role::Owner, BY, START);
    assert_eq!(audit(&set), ["member set: ada@example.com as owner"]);
    let removed = team::remove_member(TeamId(7), &ada(), BY, START);
    assert_eq!(audit(&removed), ["member removed: ada@example.com"]);
}

#[test]
fn stages() {
    use Stage::{Approved, Development, Requested, Suspended};
    let mut api = Api::built_in("spotify");
    let client = api.client();
    // From a stage, whether each may be done.
    let cases = [
        (Requested, [true, true, true, false]),
        (Development, [true, false, true, false]),
        (Approved, [false, false, true, false]),
        (Suspended, [false, false, false, true]),
    ];
    for (stage, expected) in cases {
        let mut record = record(&api, &client);
        record.app.stage = stage;
        let done = [
            app::approve(&record, BY, START).reply,
            app::decline(&record, "", BY, START).reply,
            app::suspend(&record, BY, START).reply,
            app::resume(&api.rules, &record, BY, START).reply.map(drop),
        ];
        let wanted = expected.map(|may| if may { Ok(()) } else { Err(Objection::Stage { is: stage }) });
        assert_eq!(done, wanted, "{stage:?}");
    }
}

#[test]
fn resumed_where_it_stood() {
    for (creation, first) in [("spotify", Stage::Development), ("bandcamp", Stage::Requested)] {
        let mut api = Api::built_in(creation);
        let client = api.client();
        let mut record = record(&api, &client);
        record.app.stage = Stage::Suspended;
        for (before, expected) in [(None, first), (Some(Stage::Approved), Stage::Approved)] {
            record.stage_before = before;
            let resumed = app::resume(&api.rules, &record, BY, START);
            assert_eq!(
                (audit(&resumed), resumed.reply.clone()),
                (vec!["app resumed"], Ok(expected)),
                "{creation}"
            );
        }
    }
}

/// What was issued ends at once, nothing more is, and after it is resumed only what is new works.
#[test]
fn suspending_ends_everything() {
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let person = api.person();
    let code = api.code(&client, person, "streaming");
    let answer = api.redeem(&client.shown(), &code).unwrap();
    let before = record(&api, &client);
    api.settle(|_, _, now, _| app::suspend(&before, BY, now)).unwrap();
    let verify = stagedoor_protocol::access_token::AccessToken::verify;
    let token = verify(&api.rules, answer.access_token.expose(), api.now).unwrap();
    assert!(api.world.has_ended(&token));
    let ask = |api: &mut Api| api.token(&client.shown(), &[("grant_type", "client_credentials")]).err();
    assert_eq!(ask(&mut api), Some(Refusal::ClientSuspended));

    let mut suspended = record(&api, &client);
    suspended.stage_before = Some(Stage::Approved);
    assert_eq!(api.settle(|rules, _, now, _| app::resume(rules, &suspended, BY, now)), Ok(Stage::Approved));
    assert_eq!(ask(&mut api), None);
    let refreshed = api.refresh(&client.shown(), answer.refresh_token.as_ref().unwrap());
    assert_eq!(refreshed.err(), Some(Refusal::GrantRevoked));
}

#[test]
fn a_declined_request_is_gone() {
    let mut api = Api::built_in("bandcamp");
    let client = api.client();
    let mut asked = record(&api, &client);
    asked.app.stage = Stage::Requested;
    api.world.change(client.app).stage = Stage::Requested;
    api.settle(|_, _, now, _| app::decline(&asked, "Later.", BY, now)).unwrap();
    assert!(api.world.apps.is_empty());
    assert_eq!(api.world.audit.last().unwrap().what, format!("app declined: {} of music", client.id));
}

/// Who was approved under one name is not under another, unless an administrator gives it.
#[test]
fn a_name_is_what_was_reviewed() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    api.world.commit(&[Effect::SetStage { app: client.app, stage: Stage::Approved }]).unwrap();
    let rename = |api: &mut Api, name: &str, by_administrator| {
        let old = record(api, &client);
        let new = AppChange { name: Some(name.to_owned()), by_administrator, ..AppChange::default() };
        api.settle(|rules, _, now, _| app::change(rules, &old, new.clone(), BY, now)).unwrap();
        record(api, &client)
    };
    assert!(rename(&mut api, "Owl", true).app.reviewed);
    let renamed = rename(&mut api, "Official Catalogue", false);
    assert!(!renamed.app.reviewed && renamed.app.stage == Stage::Approved, "it works as before");
    assert!(!rename(&mut api, "Catalogue", true).app.reviewed, "it was not before either");
    let renamed = record(&api, &client);
    assert!(app::ask_for_review(&renamed, String::new(), BY, START).reply.is_ok());
    api.settle(|_, _, now, _| app::approve(&renamed, BY, now)).unwrap();
    let approved = record(&api, &client);
    assert!(approved.app.reviewed);
    assert!(app::ask_for_review(&approved, String::new(), BY, START).reply.is_err());
    assert!(app::approve(&approved, BY, START).reply.is_err());
}

#[test]
fn apps_change() {
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let (old, other) = (record(&api, &client), api.team("Others"));
    let change = |new| app::change(&api.rules, &old, new, BY, START);
    let same = AppChange {
        name: Some(old.app.name.clone()),
        description: Some(String::new()),
        website: Some(String::new()),
        purpose: Some(String::new()),
        redirect_uris: Some(old.app.redirect_uris.clone()),
        acts_for: Some(Vec::new()),
        by_administrator: true,
    };
    assert!(change(same).effects.is_empty());
    let insecure = vec![RedirectUri::parse("http://app.example/").unwrap()];
    let refused = change(AppChange { redirect_uris: Some(insecure), ..AppChange::default() }).reply;
    let why = Refusal::RedirectUriInsecure(InvalidRedirectUri::Insecure);
    assert_eq!(refused, Err(Objection::Refused(why)));
    let uris =
        |count| (0..count).map(|at| RedirectUri::parse(&format!("https://{at}.example/")).unwrap()).collect();
    let many = |count| change(AppChange { redirect_uris: Some(uris(count)), ..AppChange::default() }).reply;
    assert_eq!(many(app::MAX_REDIRECT_URIS), Ok(()));
    let too_many = Err(Objection::Refused(Refusal::TooManyRedirectUris));
    assert_eq!(many(app::MAX_REDIRECT_URIS + 1), too_many);
    let all = AppChange {
        name: Some("Owl".to_owned()),
        description: Some("Hoots".to_owned()),
        website: Some("https://owl.example".to_owned()),
        purpose: None,
        redirect_uris: Some(vec![RedirectUri::parse("https://owl.example/").unwrap()]),
        acts_for: Some(vec![other]),
        by_administrator: false,
    };
    let decision = change(all.clone());
    let line = |what: &str| format!("{what}: {} of music (Owners)", client.id);
    let changed = "app changed: name (was App), description, website, redirect URIs, teams";
    assert_eq!(audit(&decision), [&line("app acts for the team"), changed]);
    assert!(!raises(&decision, EpochOf::App(client.app)), "more teams end nothing");
    api.settle(|rules, _, now, _| app::change(rules, &old, all.clone(), BY, now)).unwrap();
    let changed = record(&api, &client);
    assert_eq!((&*changed.app.name, changed.app.teams.len()), ("Owl", 2));
    let fewer = AppChange { acts_for: Some(Vec::new()), ..AppChange::default() };
    assert!(raises(&app::change(&api.rules, &changed, fewer, BY, START), EpochOf::App(client.app)));
    let ended = app::stop_acting_for(&changed, other, BY, START);
    assert!(raises(&ended, EpochOf::App(client.app)), "as the team itself ends it");
    assert_eq!(audit(&ended), [&line("app acts for the team no more"), "app changed: teams"]);
    for team in [changed.app.owner.id, TeamId(1)] {
        assert!(
            app::stop_acting_for(&changed, team, BY, START).effects.is_empty(),
            "it does not act for that"
        );
    }
}

#[test]
fn secrets_end() {
    let mut api = Api::built_in("spotify");
    let client = api.client();
    let terms = SecretTerms { name: "blue", expires: Some(START.plus_seconds(60)) };
    let app = record(&api, &client).app;
    let secret = api.settle(|rules, _, now, rng| app::add_secret(rules, &app, terms, BY, now, rng)).unwrap();
    assert_eq!(api.world.audit.last().unwrap().what, "secret added: blue");
    assert!(secret.stored.accepts(&api.rules, client.app, &secret.text, START.plus_seconds(59)));
    assert!(!secret.stored.accepts(&api.rules, client.app, &secret.text, START.plus_seconds(60)));
}

#[test]
fn legacy_keys() {
    let rules = rules("music", Dialect::built_in("soundcharts").unwrap(), &keys(1));
    let add = |new, taken| legacy_key::add(&rules, legacy_key().app, new, taken, BY, START, &mut rng());
    assert_eq!(add(NewLegacyKey::default(), true).reply.err(), Some(Objection::LegacyKeyTaken));
    let past = NewLegacyKey { ends: Some(START), ..NewLegacyKey::default() };
    assert_eq!(add(past, false).reply.err(), Some(Objection::EndInThePast));
    let made = add(NewLegacyKey::default(), false).reply.unwrap();
    assert_eq!((made.id.len(), made.key.expose().len()), (16, 32));
    let own = NewLegacyKey { id: Some("label-1".to_owned()), key: Some(Secret::new("old")), ends: None };
    let taken_over = add(own, false);
    let Effect::AddLegacyKey { hash, id, .. } = &taken_over.effects[0] else { panic!() };
    assert_eq!(
        (*hash, &**id),
        (legacy_key::hash(&rules, "label-1", &Secret::new("old"), START).1, "label-1")
    );
    assert_eq!(audit(&taken_over), ["legacy key added: label-1"]);

    let set_end = |ends| legacy_key::set_end(&legacy_key(), ends, BY, START);
    assert_eq!(set_end(Some(START)).reply, Err(Objection::EndInThePast));
    assert_eq!(audit(&set_end(None)), ["legacy key ends: label-1 never"]);
    assert_eq!(audit(&legacy_key::remove(&legacy_key(), BY, START)), ["legacy key removed: label-1"]);
    assert_eq!(audit(&grant::revoke(GrantId(1), BY, START)), ["grant revoked"]);
}
