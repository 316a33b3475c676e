//! What administrators change, what that expects, and what they see of it.

use stagedoor_protocol::access_token::Epochs;
use stagedoor_protocol::account::NO_PASSWORD;
use stagedoor_protocol::administration::{Change, Expectation, LegacyKeyName};
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::audit::{AuditFilter, AuditPlace};
use stagedoor_protocol::decision::AuditEntry;
use stagedoor_protocol::grant::Grant;
use stagedoor_protocol::id::{AccountId, AppId, GrantId, InvitationId, TeamId};
use stagedoor_protocol::keys::KeyId;
use stagedoor_protocol::team::{Role, TeamKind};
use stagedoor_protocol::{About, Effect, EpochOf, Subject};
use stagedoor_store::{AppFilter, CommitError, GrantFilter, Page};
use stagedoor_wire::RedirectUri;

use crate::world::{
    ACCOUNT, API, APP, NOW, OTHER_ACCOUNT, OTHER_APP, OTHER_TEAM, TEAM, World, client_id, code, device,
    grant, scopes, secret, token,
};

fn first<T>(limit: u32) -> Page<T> {
    Page { behind: None, limit }
}

fn administrator(account: AccountId, administrator: bool) -> Effect {
    Effect::Administer(Change::SetAdministrator { account, administrator })
}

fn suspended(account: AccountId, suspended: bool) -> Effect {
    Effect::Administer(Change::SetAccountSuspended { account, suspended })
}

async fn holds(world: &World, expectation: Expectation) -> bool {
    match world.commit([Effect::Expect(expectation)]).await {
        Ok(()) => true,
        Err(CommitError::Conflict) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn administrators() {
    let world = World::new().await;
    let another = |account| Expectation::AnotherAdministrator(account);
    assert!(holds(&world, Expectation::NoAdministrator).await);
    assert!(!world.store.has_administrator().await.unwrap());
    assert!(!holds(&world, another(ACCOUNT)).await);
    world.commit([administrator(ACCOUNT, true)]).await.unwrap();
    assert!(world.store.has_administrator().await.unwrap());
    assert!(!holds(&world, Expectation::NoAdministrator).await);
    assert!(!holds(&world, another(ACCOUNT)).await && holds(&world, another(OTHER_ACCOUNT)).await);
    assert!(world.store.has_another_administrator(OTHER_ACCOUNT).await.unwrap());
    world.commit([suspended(ACCOUNT, true)]).await.unwrap();
    assert!(!holds(&world, another(OTHER_ACCOUNT)).await, "who is suspended is no help");
    assert!(!world.store.has_administrator().await.unwrap());
    assert!(world.store.account_by_email("ada@example.com").await.unwrap().unwrap().suspended);
}

/// Who has no password cannot sign in.
#[tokio::test]
async fn administrators_without_a_password() {
    let world = World::new().await;
    world.commit([administrator(ACCOUNT, true)]).await.unwrap();
    for (password_hash, can) in [(NO_PASSWORD, false), ("$argon2id$", true)] {
        let password_hash = password_hash.to_owned();
        let set = Effect::Administer(Change::SetPassword { account: ACCOUNT, password_hash });
        world.commit([set]).await.unwrap();
        assert_eq!(world.store.account(ACCOUNT).await.unwrap().unwrap().has_password, can);
        assert_eq!(world.store.has_administrator().await.unwrap(), can);
        assert_eq!(holds(&world, Expectation::NoAdministrator).await, !can);
        assert_eq!(holds(&world, Expectation::AnotherAdministrator(OTHER_ACCOUNT)).await, can);
    }
}

/// Of two who would be the first administrator at the same time, one is.
#[tokio::test(flavor = "multi_thread")]
async fn one_first_administrator() {
    let world = World::new().await;
    let be_first = |account| {
        let store = world.store.clone();
        let effects = vec![Effect::Expect(Expectation::NoAdministrator), administrator(account, true)];
        tokio::spawn(async move { store.commit(effects).await })
    };
    let both = [be_first(ACCOUNT), be_first(OTHER_ACCOUNT)];
    let mut won = 0;
    for one in both {
        won += usize::from(one.await.unwrap().is_ok());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn what_does_not_exist_is_a_conflict() {
    let world = World::new().await;
    let (account, team, app) = (AccountId(99), TeamId(99), AppId(99));
    let (name, key) = (String::new, LegacyKeyName { api: API.to_owned(), id: "none".to_owned() });
    let changes = [
        Change::RenameAccount { account, name: name() },
        Change::SetAdministrator { account, administrator: true },
        Change::SetAccountSuspended { account, suspended: true },
        Change::SetPassword { account, password_hash: name() },
        Change::RenameTeam { team, name: name() },
        Change::SetTeamKind { team, kind: TeamKind::Band },
        Change::SetMember { team, account: ACCOUNT, role: Role::Owner },
        Change::SetMember { team: TEAM, account, role: Role::Owner },
        Change::DescribeApp { app, name: name(), description: name(), website: name(), purpose: name() },
        Change::AskForReview { app, purpose: name(), at: NOW },
        Change::EndReview { app: APP },
        Change::MoveApp { app: APP, from: OTHER_TEAM, to: TEAM, terms: None, at_most: None },
        Change::EndInvitation { invitation: InvitationId(99) },
        Change::SetRedirectUris {
            app,
            redirect_uris: vec![RedirectUri::parse("https://a.example/").unwrap()],
        },
        Change::RemoveApp { app },
        Change::SetLegacyKeyEnd { key: key.clone(), ends: None },
    ];
    for change in changes {
        let name = format!("{change:?}");
        let outcome = world.commit([Effect::Administer(change)]).await;
        assert!(matches!(outcome, Err(CommitError::Conflict)), "{name}");
    }
    let removals = [
        Change::RemoveMember { team, account },
        Change::StopActingFor { app, team },
        Change::RemoveLegacyKey { key },
    ];
    world.commit(removals.map(Effect::Administer)).await.unwrap();
    assert!(!holds(&world, Expectation::TeamNameFree("First".to_owned())).await);
    assert!(holds(&world, Expectation::TeamNameFree("first".to_owned())).await);
    assert!(!holds(&world, Expectation::Stage { app: APP, stage: Stage::Approved }).await);
    assert!(holds(&world, Expectation::Stage { app: APP, stage: Stage::Development }).await);
}

#[tokio::test]
async fn accounts() {
    let world = World::new().await;
    let renamed = Change::RenameAccount { account: ACCOUNT, name: "Ada L.".to_owned() };
    let password_hash = "$argon2id$new".to_owned();
    let password = Change::SetPassword { account: ACCOUNT, password_hash: password_hash.clone() };
    world.commit([renamed, password].map(Effect::Administer)).await.unwrap();
    let account = world.store.account(ACCOUNT).await.unwrap().unwrap();
    assert_eq!((account.email.as_str(), &*account.name), ("ada@example.com", "Ada L."));
    assert_eq!((account.administrator, account.suspended, account.created), (false, false, NOW));
    assert_eq!(world.store.account_of_email("ada@example.com").await.unwrap(), Some(account.clone()));
    let known = world.store.account_by_email("ada@example.com").await.unwrap().unwrap();
    assert_eq!(known.password_hash, password_hash);

    let page = world.store.accounts(first(1)).await.unwrap();
    assert_eq!(page, [account]);
    let next = world.store.accounts(Page { behind: Some(ACCOUNT), limit: 9 }).await.unwrap();
    assert_eq!(next.iter().map(|account| account.id).collect::<Vec<_>>(), [OTHER_ACCOUNT]);
    assert!(world.store.account(AccountId(99)).await.unwrap().is_none());
}

#[tokio::test]
async fn teams_and_members() {
    let world = World::new().await;
    let member = |account, role| Effect::Administer(Change::SetMember { team: TEAM, account, role });
    let kind = Effect::Administer(Change::SetTeamKind { team: TEAM, kind: TeamKind::Partner });
    let effects =
        [member(ACCOUNT, Role::Viewer), member(ACCOUNT, Role::Owner), member(OTHER_ACCOUNT, Role::Developer)];
    world.commit(effects.into_iter().chain([kind])).await.unwrap();
    let team = world.store.team_by_name("First").await.unwrap().unwrap();
    assert_eq!((team.id, team.kind), (TEAM, TeamKind::Partner));
    assert_eq!(world.store.team(TEAM).await.unwrap(), Some(team.clone()));
    assert_eq!(world.store.teams(first(1)).await.unwrap(), std::slice::from_ref(&team));
    let members = world.store.members(TEAM, first(9)).await.unwrap();
    let members: Vec<_> = members.iter().map(|member| (member.email.as_str(), member.role)).collect();
    assert_eq!(members, [("ada@example.com", Role::Owner), ("bob@example.com", Role::Developer)]);
    assert_eq!(world.store.memberships(ACCOUNT).await.unwrap(), [(team, Role::Owner)]);
    world.commit([Effect::Administer(Change::RemoveMember { team: TEAM, account: ACCOUNT })]).await.unwrap();
    assert_eq!(world.store.members(TEAM, first(9)).await.unwrap().len(), 1);
}

/// Memory holds an app with its names, teams and addresses: it learns what changes.
#[tokio::test]
async fn memory_learns_what_changes() {
    let world = World::new().await;
    let uris = |uris: &[&str]| uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
    let (name, description) = ("New".to_owned(), "Words".to_owned());
    let acts = Effect::LetActFor { app: APP, team: OTHER_TEAM };
    world.commit([acts]).await.unwrap();
    let changes = [
        Change::RenameTeam { team: TEAM, name: "Third".to_owned() },
        Change::RenameTeam { team: OTHER_TEAM, name: "Fourth".to_owned() },
        Change::DescribeApp { app: APP, name, description, website: String::new(), purpose: String::new() },
        Change::SetRedirectUris {
            app: APP,
            redirect_uris: uris(&["https://z.example/", "https://y.example/"]),
        },
        Change::StopActingFor { app: APP, team: OTHER_TEAM },
    ];
    for change in changes {
        world.app(APP).await;
        assert!(world.knows(APP));
        let name = format!("{change:?}");
        world.commit([Effect::Administer(change)]).await.unwrap();
        assert!(!world.knows(APP), "{name}");
    }
    let app = world.app(APP).await;
    assert_eq!((&*app.name, &*app.owner.name, app.teams.len()), ("New", "Third", 1));
    let uris: Vec<_> = app.redirect_uris.iter().map(RedirectUri::as_str).collect();
    assert_eq!(uris, ["https://z.example/", "https://y.example/"]);
    assert_eq!(world.store.app(API, &client_id(APP)).await.unwrap().unwrap().description, "Words");
}

#[tokio::test]
async fn apps() {
    let world = World::new().await;
    world.commit([Effect::AddSecret { app: APP, secret: secret(1) }]).await.unwrap();
    let list = async |filter, page| {
        let apps = world.store.apps(filter, page).await.unwrap();
        apps.iter().map(|record| record.app.id).collect::<Vec<_>>()
    };
    let of = |team, stage, api: &str| AppFilter { api: Some(api.to_owned()), team, stage };
    let development = Some(Stage::Development);
    let cases = [
        (AppFilter::default(), vec![APP, OTHER_APP]),
        (of(None, None, API), vec![APP, OTHER_APP]),
        (of(None, None, "another"), vec![]),
        (of(None, development, API), vec![APP, OTHER_APP]),
        (of(None, Some(Stage::Approved), API), vec![]),
        (of(Some(TEAM), None, API), vec![APP, OTHER_APP]),
        (of(Some(TEAM), development, API), vec![APP, OTHER_APP]),
        (of(Some(OTHER_TEAM), None, API), vec![]),
    ];
    for (filter, expected) in cases {
        let name = format!("{filter:?}");
        assert_eq!(list(filter.clone(), first(9)).await, expected, "{name}");
        let behind = Page { behind: Some(APP), limit: 9 };
        let rest: Vec<_> = expected.iter().copied().filter(|app| *app == OTHER_APP).collect();
        assert_eq!(list(filter, behind).await, rest, "{name}");
    }
    let record = world.store.app(API, &client_id(APP)).await.unwrap().unwrap();
    assert_eq!((record.app.secrets.len(), record.app.redirect_uris.len()), (1, 2));
    assert_eq!((&*record.api, record.created, record.stage_before), (API, NOW, None));
    assert!(world.store.app("another", &client_id(APP)).await.unwrap().is_none());
}

#[tokio::test]
async fn where_it_stood_before_it_was_suspended() {
    let world = World::new().await;
    let set = |stage| Effect::SetStage { app: APP, stage };
    for stage in [Stage::Approved, Stage::Suspended, Stage::Suspended] {
        world.commit([set(stage)]).await.unwrap();
    }
    let record = world.store.app(API, &client_id(APP)).await.unwrap().unwrap();
    assert_eq!((record.app.stage, record.stage_before), (Stage::Suspended, Some(Stage::Approved)));
}

/// Everything that hangs on it goes, and nothing of other apps.
#[tokio::test]
async fn an_app_is_removed() {
    let world = World::new().await;
    let add_key = |id: &str, app| Effect::AddLegacyKey {
        api: API.into(),
        id: id.to_owned(),
        app,
        key: KeyId(6),
        hash: [8; 16],
        ends: None,
    };
    let others = Grant { app: OTHER_APP, ..grant(2) };
    let effects = [
        Effect::AddSecret { app: APP, secret: secret(1) },
        Effect::ListUser { app: APP, account: ACCOUNT, at_most: None },
        Effect::LetActFor { app: APP, team: OTHER_TEAM },
        Effect::SaveConsent { app: APP, account: ACCOUNT, scopes: scopes("read"), at: NOW },
        Effect::SaveCode(code(1)),
        Effect::StartDevice(device(1)),
        Effect::StartGrant(grant(1)),
        Effect::StartGrant(others),
        add_key("own", APP),
        add_key("other", OTHER_APP),
    ];
    world.commit(effects).await.unwrap();
    world.store.legacy_key(API, "own").await.unwrap().unwrap();
    let raise = Effect::Raise { epoch: EpochOf::App(APP), at: NOW };
    world.commit([raise, Effect::Administer(Change::RemoveApp { app: APP })]).await.unwrap();
    assert!(world.ask(About::App).await.app.is_none());
    assert!(world.store.has_ended(&token(1)), "tokens of it are over");
    assert!(world.store.legacy_key(API, "own").await.unwrap().is_none());
    assert!(world.store.legacy_key(API, "other").await.unwrap().is_some());
    let grants = world.store.grants(GrantFilter::default(), first(9)).await.unwrap();
    assert_eq!(grants.iter().map(|record| record.grant.id).collect::<Vec<_>>(), [GrantId(2)]);
}

#[tokio::test]
async fn legacy_keys_and_listed_users() {
    let world = World::new().await;
    let add = |id: &str| Effect::AddLegacyKey {
        api: API.into(),
        id: id.to_owned(),
        app: APP,
        key: KeyId(6),
        hash: [8; 16],
        ends: None,
    };
    let list = |account| Effect::ListUser { app: APP, account, at_most: None };
    world.commit([add("a"), add("b"), list(ACCOUNT), list(OTHER_ACCOUNT)]).await.unwrap();
    let keys = world.store.legacy_keys(APP, Page { behind: Some("a".to_owned()), limit: 9 }).await.unwrap();
    assert_eq!(keys.iter().map(|key| &*key.name.id).collect::<Vec<_>>(), ["b"]);
    let key = keys[0].name.clone();
    assert!(world.store.legacy_key(API, "b").await.unwrap().unwrap().ends.is_none());
    let ends = Some(NOW.plus_seconds(9));
    world.commit([Effect::Administer(Change::SetLegacyKeyEnd { key: key.clone(), ends })]).await.unwrap();
    assert_eq!(world.store.legacy_key(API, "b").await.unwrap().unwrap().ends, ends, "also in memory");
    assert_eq!(world.store.legacy_key_record(&key).await.unwrap().unwrap().ends, ends);
    world.commit([Effect::Administer(Change::RemoveLegacyKey { key: key.clone() })]).await.unwrap();
    assert!(world.store.legacy_key(API, "b").await.unwrap().is_none());
    assert!(world.store.legacy_key_record(&key).await.unwrap().is_none());
    let users = world.store.listed_users(APP, Page { behind: Some(ACCOUNT), limit: 9 }).await.unwrap();
    assert_eq!(users.iter().map(|user| user.email.as_str()).collect::<Vec<_>>(), ["bob@example.com"]);
}

#[tokio::test]
async fn grants() {
    let world = World::new().await;
    let own = Grant { account: None, ..grant(2) };
    let others = Grant { account: Some(OTHER_ACCOUNT), app: OTHER_APP, ..grant(3) };
    let epochs = Epochs { app: 0, team: 0, account: 1 };
    let newer = Grant { epochs, ..grant(4) };
    let start = [grant(1), own, others, newer].map(Effect::StartGrant);
    world.commit(start).await.unwrap();
    let list = async |app, account, behind: i64| {
        let filter = GrantFilter { app, account };
        let page = Page { behind: Some(GrantId(behind)), limit: 9 };
        let grants = world.store.grants(filter, page).await.unwrap();
        grants.iter().map(|record| record.grant.id.0).collect::<Vec<_>>()
    };
    assert_eq!(list(None, None, 0).await, [1, 2, 3, 4]);
    assert_eq!(list(None, None, 2).await, [3, 4]);
    assert_eq!(list(Some(APP), None, 0).await, [1, 2, 4]);
    assert_eq!(list(None, Some(ACCOUNT), 0).await, [1, 4]);
    assert_eq!(list(Some(OTHER_APP), Some(OTHER_ACCOUNT), 0).await, [3]);
    assert!(list(Some(OTHER_APP), Some(ACCOUNT), 0).await.is_empty());

    world.commit([Effect::Raise { epoch: EpochOf::Account(ACCOUNT), at: NOW }]).await.unwrap();
    assert_eq!(list(None, None, 0).await, [2, 3, 4], "an epoch ended the first");
    world.commit([Effect::RevokeGrant { grant: GrantId(3), at: NOW }]).await.unwrap();
    assert_eq!(list(None, None, 0).await, [2, 4]);
    for (id, ended) in [(1, true), (2, false), (3, true), (4, false)] {
        assert_eq!(world.store.grant(GrantId(id)).await.unwrap().unwrap().ended, ended, "{id}");
    }
    let record = world.store.grant(GrantId(4)).await.unwrap().unwrap();
    assert_eq!((&*record.api, &record.client_id), (API, &client_id(APP)));
    assert_eq!(record.email.unwrap().as_str(), "ada@example.com");
    assert!(world.store.grant(GrantId(9)).await.unwrap().is_none());
}

#[tokio::test]
async fn audit() {
    let world = World::new().await;
    let line = |seconds, actor: &str, what: &str, subject| {
        Effect::Audit(AuditEntry::new(NOW.plus_seconds(seconds), actor, what, subject))
    };
    let lines = [
        line(0, "ada", "a", Subject::App(APP)),
        line(1, "bob", "b", Subject::Team(TEAM)),
        line(1, "ada", "c", Subject::Account(ACCOUNT)),
        line(3, "bob", "d", Subject::App(APP)),
        line(2, "ada", "e", Subject::Grant(GrantId(7))),
    ];
    world.commit(lines).await.unwrap();
    let read = async |filter: &AuditFilter, page| {
        let lines = world.store.audit(filter.clone(), page).await.unwrap();
        lines.iter().map(|line| line.entry.what.clone()).collect::<String>()
    };
    let all = AuditFilter::default();
    let at = |seconds| Some(NOW.plus_seconds(seconds));
    let cases = [
        (all.clone(), "decba"),
        (AuditFilter { actor: Some("ada".to_owned()), ..all.clone() }, "eca"),
        (AuditFilter { subject: Some(Subject::App(APP)), ..all.clone() }, "da"),
        (AuditFilter { subject: Some(Subject::App(APP)), actor: Some("ada".to_owned()), ..all.clone() }, "a"),
        (AuditFilter { since: at(1), ..all.clone() }, "decb"),
        (AuditFilter { until: at(1), ..all.clone() }, "a"),
        (AuditFilter { since: at(1), until: at(3), ..all.clone() }, "ecb"),
        (AuditFilter { actor: Some("ada".to_owned()), since: at(1), until: at(2), ..all.clone() }, "c"),
        (AuditFilter { actor: Some("nobody".to_owned()), ..all.clone() }, ""),
    ];
    for (filter, expected) in cases {
        assert_eq!(read(&filter, first(9)).await, expected, "{filter:?}");
    }
    // A page at a time, also through lines of one instant.
    let (mut behind, mut seen) = (None, String::new());
    loop {
        let lines = world.store.audit(all.clone(), Page { behind, limit: 1 }).await.unwrap();
        let Some(line) = lines.first() else { break };
        seen.push_str(&line.entry.what);
        behind = Some(AuditPlace { at: line.entry.at, id: line.id });
    }
    assert_eq!(seen, "decba");
    let names = world.store.audit(all, first(9)).await.unwrap();
    let names: Vec<_> = names.iter().map(|line| line.subject_name.as_deref()).collect();
    let app = format!("api/{}", client_id(APP));
    assert_eq!(names, [Some(&*app), None, Some("ada@example.com"), Some("First"), Some(&*app)]);
}

/// A decision about a person's password or e-mail rests on all of what it looked at.
#[tokio::test]
async fn an_account_as_it_was() {
    let world = World::new().await;
    let account = world.store.account_by_id(ACCOUNT).await.unwrap().unwrap();
    assert!(account.confirmed);
    let expects = |epoch, hash: &str, confirmed| {
        let password_hash = hash.to_owned();
        Expectation::AccountIs { account: ACCOUNT, epoch, password_hash, confirmed }
    };
    let hash = account.password_hash.as_str();
    assert!(holds(&world, expects(0, hash, true)).await);
    assert!(!holds(&world, expects(1, hash, true)).await);
    assert!(!holds(&world, expects(0, "another", true)).await);
    assert!(!holds(&world, expects(0, hash, false)).await);
    let unconfirmed = Change::SetAccountConfirmed { account: ACCOUNT, confirmed: false };
    world.commit([Effect::Administer(unconfirmed)]).await.unwrap();
    assert!(holds(&world, expects(0, hash, false)).await);
    world.commit([administrator(ACCOUNT, true)]).await.unwrap();
    assert!(holds(&world, Expectation::NoAdministrator).await, "one who cannot sign in yet");
}
