//! What teams decide: who owns them, whom they invite, where their apps go, and the reviews they ask for.

use stagedoor_protocol::account::Email;
use stagedoor_protocol::administration::{Change, Expectation};
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::id::{AccountId, AppId, InvitationId, TeamId};
use stagedoor_protocol::invitation::{INVITATION_SECONDS, Invitation, InvitedTo};
use stagedoor_protocol::team::{Role, TeamKind};
use stagedoor_protocol::{Effect, EpochOf};
use stagedoor_store::{CommitError, Page};
use stagedoor_wire::RedirectUri;

use crate::world::{
    ACCOUNT, API, APP, NOW, OTHER_ACCOUNT, OTHER_TEAM, TEAM, World, create_app, over, scopes, secret,
};

fn member(account: AccountId, role: Role) -> Effect {
    Effect::Administer(Change::SetMember { team: TEAM, account, role })
}

pub(crate) fn invitation(id: i64, to: InvitedTo) -> Invitation {
    Invitation {
        id: InvitationId(id),
        hash: [9; 32],
        team: TEAM,
        to,
        email: Email::parse("bob@example.com").unwrap(),
        invited_by: "ada@example.com".to_owned(),
        expires: NOW.plus_seconds(INVITATION_SECONDS),
    }
}

fn save(invitation: &Invitation) -> Effect {
    Effect::Administer(Change::SaveInvitation(invitation.clone()))
}

fn end(id: i64) -> Effect {
    Effect::Administer(Change::EndInvitation { invitation: InvitationId(id) })
}

/// Two owners who leave at the same time: one stays.
#[tokio::test(flavor = "multi_thread")]
async fn one_owner_is_always_left() {
    let world = World::new().await;
    world.commit([member(ACCOUNT, Role::Owner), member(OTHER_ACCOUNT, Role::Owner)]).await.unwrap();
    let leave = |account| {
        let store = world.store.clone();
        let role = Role::Owner;
        let effects = vec![
            Effect::Expect(Expectation::Member { team: TEAM, account, role }),
            Effect::Expect(Expectation::AnotherOwner { team: TEAM, than: account }),
            Effect::Administer(Change::RemoveMember { team: TEAM, account }),
        ];
        tokio::spawn(async move { store.commit(effects).await })
    };
    let both = [leave(ACCOUNT), leave(OTHER_ACCOUNT)];
    let mut left = 0;
    for one in both {
        left += usize::from(one.await.unwrap().is_ok());
    }
    assert_eq!(left, 1);
    assert_eq!(world.store.members(TEAM, Page { behind: None, limit: 9 }).await.unwrap().len(), 1);
}

#[tokio::test]
async fn another_owner_is_one_of_the_team() {
    let world = World::new().await;
    world.commit([member(ACCOUNT, Role::Owner), member(OTHER_ACCOUNT, Role::Developer)]).await.unwrap();
    assert!(!world.store.has_another_owner(TEAM, ACCOUNT).await.unwrap());
    assert!(world.store.has_another_owner(TEAM, OTHER_ACCOUNT).await.unwrap());
    assert!(!world.store.has_another_owner(OTHER_TEAM, OTHER_ACCOUNT).await.unwrap());
    let was = Expectation::Member { team: TEAM, account: OTHER_ACCOUNT, role: Role::Viewer };
    assert!(matches!(world.commit([Effect::Expect(was)]).await, Err(CommitError::Conflict)));
}

/// Of many who open one link at the same time, one is let in.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_works_once() {
    let world = World::new().await;
    let own = invitation(1, InvitedTo::Join(Role::Viewer));
    world.commit([save(&own)]).await.unwrap();
    let read = world.store.invitation(own.id).await.unwrap().unwrap();
    assert_eq!((read.invitation, &*read.team_name, read.app), (own.clone(), "First", None));
    let uses = (0..8).map(|_| {
        let store = world.store.clone();
        tokio::spawn(async move { store.commit(vec![end(1), member(OTHER_ACCOUNT, Role::Viewer)]).await })
    });
    let mut used = 0;
    for one in uses.collect::<Vec<_>>() {
        used += usize::from(one.await.unwrap().is_ok());
    }
    assert_eq!(used, 1);
    assert!(world.store.invitation(own.id).await.unwrap().is_none());
}

#[tokio::test]
async fn invitations_end_with_time_and_with_their_app() {
    let world = World::new().await;
    let (join, take) = (invitation(1, InvitedTo::Join(Role::Owner)), invitation(2, InvitedTo::TakeOver(APP)));
    world.commit([save(&join), save(&take)]).await.unwrap();
    let of_team = async |now| world.store.invitations(TEAM, now).await.unwrap();
    let both = of_team(NOW).await;
    assert_eq!(both[1].app.as_ref().map(|app| &*app.2), Some("App 10"));
    assert_eq!((both.len(), of_team(join.expires).await.len()), (2, 0));
    world.commit([Effect::Administer(Change::RemoveApp { app: APP })]).await.unwrap();
    assert_eq!(of_team(NOW).await.len(), 1);
    world.store.clean(over(join.expires), 100).await.unwrap();
    assert!(world.store.invitation(join.id).await.unwrap().is_none());
}

#[tokio::test]
async fn an_app_moves() {
    let world = World::new().await;
    let third = TeamId(78);
    let team = Effect::CreateTeam { id: third, name: "Third".to_owned(), kind: TeamKind::Label, at: NOW };
    world.commit([team, save(&invitation(1, InvitedTo::TakeOver(APP)))]).await.unwrap();
    let acts = [OTHER_TEAM, third].map(|team| Effect::LetActFor { app: APP, team });
    world.commit(acts).await.unwrap();
    let acting = async |team| world.store.apps_acting_for(team, 9).await.unwrap().len();
    assert_eq!([acting(TEAM).await, acting(third).await], [0, 1], "its owner is no other");
    let consent = Effect::SaveConsent { app: APP, account: ACCOUNT, scopes: scopes(""), at: NOW };
    world.commit([consent, Effect::ListUser { app: APP, account: ACCOUNT, at_most: None }]).await.unwrap();
    let listed = async || world.store.listed_users(APP, Page { behind: None, limit: 9 }).await.unwrap().len();
    assert_eq!(listed().await, 1);
    assert_eq!(world.store.people_of(APP).await.unwrap(), 1);
    let redirect_uris = vec![RedirectUri::parse("https://old.example/callback").unwrap()];
    let text = || "of the old team".to_owned();
    let changes = [
        Change::SetRedirectUris { app: APP, redirect_uris },
        Change::DescribeApp { app: APP, name: text(), description: text(), website: text(), purpose: text() },
        Change::AskForReview { app: APP, purpose: text(), at: NOW },
    ];
    world.commit(changes.map(Effect::Administer)).await.unwrap();
    world.commit([Effect::SetStage { app: APP, stage: Stage::Approved }]).await.unwrap();
    assert!(world.app(APP).await.reviewed);
    let terms = || Some("v2".to_owned());
    let moves = |at_most| {
        Effect::Administer(Change::MoveApp { app: APP, from: TEAM, to: OTHER_TEAM, terms: terms(), at_most })
    };
    world.app(APP).await;
    world.commit([create_app(AppId(77), OTHER_TEAM, None)]).await.unwrap();
    assert!(matches!(world.commit([moves(Some(1))]).await, Err(CommitError::LimitReached)));
    world.commit([moves(Some(2))]).await.unwrap();
    assert!(!world.knows(APP), "memory learns it");
    let app = world.app(APP).await;
    assert_eq!((app.owner.id, app.teams.len(), app.redirect_uris.len()), (OTHER_TEAM, 1, 0));
    assert_eq!((app.stage, app.reviewed), (Stage::Approved, false), "the new team was not looked at");
    let record = world.store.app(API, &app.client_id).await.unwrap().unwrap();
    assert_eq!((&*record.website, &*record.purpose, record.review_asked), ("", "", None));
    assert_eq!((&*record.description, record.terms), ("of the old team", terms()));
    assert!(
        matches!(world.commit([moves(None)]).await, Err(CommitError::Conflict)),
        "it is not theirs any more"
    );
    assert!(world.store.invitations(TEAM, NOW).await.unwrap().is_empty());
    assert_eq!(acting(third).await, 0, "who trusted the old owner did not trust the new one");
    assert_eq!(world.store.people_of(APP).await.unwrap(), 0, "nor did who allowed it something");
    assert_eq!(listed().await, 0, "whom the old owner knows");
}

/// Many add one at the same time: the limit holds.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_counted_by_the_commit() {
    let world = World::new().await;
    let add = |id| {
        let store = world.store.clone();
        let fewer = Effect::Expect(Expectation::FewerSecrets { app: APP, than: 3 });
        tokio::spawn(async move {
            store.commit(vec![fewer, Effect::AddSecret { app: APP, secret: secret(id) }]).await
        })
    };
    let (mut added, all) = (0, (40..50).map(add).collect::<Vec<_>>());
    for one in all {
        match one.await.unwrap() {
            Ok(()) => added += 1,
            Err(error) => assert!(matches!(error, CommitError::LimitReached), "{error:?}"),
        }
    }
    assert_eq!(added, 3);
}

/// Who was invited twice, joined and was removed does not come back by the other invitation. An app that was offered to them has
/// nothing to do with that.
#[tokio::test]
async fn who_is_removed_is_invited_no_more() {
    let world = World::new().await;
    let other_team = Invitation { team: OTHER_TEAM, ..invitation(3, InvitedTo::Join(Role::Viewer)) };
    let offer = invitation(2, InvitedTo::TakeOver(APP));
    world
        .commit([save(&invitation(1, InvitedTo::Join(Role::Owner))), save(&offer), save(&other_team)])
        .await
        .unwrap();
    world.commit([member(OTHER_ACCOUNT, Role::Viewer)]).await.unwrap();
    let left = async |team| {
        let left = world.store.invitations(team, NOW).await.unwrap();
        left.iter().map(|record| record.invitation.id.0).collect::<Vec<_>>()
    };
    assert_eq!(left(TEAM).await, [1, 2]);
    world
        .commit([Effect::Administer(Change::RemoveMember { team: TEAM, account: OTHER_ACCOUNT })])
        .await
        .unwrap();
    assert_eq!((left(TEAM).await, left(OTHER_TEAM).await), (vec![2], vec![3]));
}

/// Who is kept out invites nobody.
#[tokio::test]
async fn invitations_end_with_an_account() {
    let world = World::new().await;
    let raise = |account| Effect::Raise { epoch: EpochOf::Account(account), at: NOW };
    let own = invitation(1, InvitedTo::TakeOver(APP));
    world
        .commit([
            save(&own),
            save(&Invitation {
                invited_by: "carl@example.com".to_owned(),
                ..invitation(2, InvitedTo::Join(Role::Viewer))
            }),
        ])
        .await
        .unwrap();
    for (ended, left) in [(OTHER_ACCOUNT, 2), (ACCOUNT, 1)] {
        world.commit([raise(ended)]).await.unwrap();
        assert_eq!(world.store.invitations(TEAM, NOW).await.unwrap().len(), left);
    }
}

/// Whoever is an owner no more has invited nobody.
#[tokio::test]
async fn invitations_end_with_who_made_them() {
    let world = World::new().await;
    for ended in [
        member(ACCOUNT, Role::Developer),
        Effect::Administer(Change::RemoveMember { team: TEAM, account: ACCOUNT }),
    ] {
        let by = |id, invited_by: &str| {
            save(&Invitation {
                invited_by: invited_by.to_owned(),
                ..invitation(id, InvitedTo::Join(Role::Owner))
            })
        };
        world
            .commit([member(ACCOUNT, Role::Owner), by(1, "ada@example.com"), by(2, "bob@example.com")])
            .await
            .unwrap();
        world.commit([member(ACCOUNT, Role::Owner)]).await.unwrap();
        assert_eq!(world.store.invitations(TEAM, NOW).await.unwrap().len(), 2, "an owner still");
        world.commit([ended]).await.unwrap();
        let left = world.store.invitations(TEAM, NOW).await.unwrap();
        assert_eq!(left.iter().map(|record| record.invitation.id.0).collect::<Vec<_>>(), [2]);
        world.commit([end(2)]).await.unwrap();
    }
}

#[tokio::test]
async fn reviews() {
    let world = World::new().await;
    let ask = || {
        let purpose = "Charts".to_owned();
        Effect::Administer(Change::AskForReview { app: APP, purpose, at: NOW })
    };
    let waiting = async || world.store.apps_in_review(Page { behind: None, limit: 9 }).await.unwrap();
    world.commit([ask()]).await.unwrap();
    assert!(matches!(world.commit([ask()]).await, Err(CommitError::Conflict)));
    let record = waiting().await.pop().unwrap();
    assert_eq!((record.app.id, &*record.purpose, record.review_asked), (APP, "Charts", Some(NOW)));
    world.commit([Effect::Administer(Change::EndReview { app: APP })]).await.unwrap();
    assert!(waiting().await.is_empty());
    world.commit([ask()]).await.unwrap();
    let stage = Stage::Approved;
    world.commit([Effect::SetStage { app: APP, stage }]).await.unwrap();
    assert!(waiting().await.is_empty(), "an approval is the answer");
}
