//! Many at once.

use std::collections::HashMap;

use stagedoor_protocol::administration::{Change, Expectation};
use stagedoor_protocol::grant::Succession;
use stagedoor_protocol::id::{AppId, CodeId, GrantId};
use stagedoor_protocol::invitation::{INVITATION_SECONDS, Invitation, InvitedTo};
use stagedoor_protocol::team::Role;
use stagedoor_protocol::{About, Effect, EpochOf, Timestamp};
use stagedoor_store::{CommitError, Store};
use tokio::task::JoinSet;

use crate::teams::invitation;
use crate::world::{APP, NOW, OTHER_TEAM, TEAM, World, client_id, code, create_app, grant, present, secret};

/// How many commits ended how.
async fn tally(store: &Store, jobs: Vec<Vec<Effect>>) -> HashMap<&'static str, usize> {
    let mut commits = JoinSet::new();
    for effects in jobs {
        let store = store.clone();
        commits.spawn(async move {
            match store.commit(effects).await {
                Ok(()) => "committed",
                Err(CommitError::Conflict) => "conflict",
                Err(CommitError::LimitReached) => "limit",
                Err(CommitError::Unavailable(error)) => panic!("{error}"),
            }
        });
    }
    let mut tally = HashMap::new();
    while let Some(ended) = commits.join_next().await {
        *tally.entry(ended.unwrap()).or_default() += 1;
    }
    tally
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_redeems_a_code() {
    let world = World::new().await;
    world.commit([Effect::SaveCode(code(1))]).await.unwrap();
    let jobs = (1..=200).map(|id| {
        vec![Effect::RedeemCode { code: CodeId(1), grant: GrantId(id) }, Effect::StartGrant(grant(id))]
    });
    let tally = tally(&world.store, jobs.collect()).await;
    assert_eq!(tally, HashMap::from([("committed", 1), ("conflict", 199)]));
    let mut grants = 0;
    for id in 1..=200 {
        grants += usize::from(world.ask(About::Grant(GrantId(id))).await.grant.is_some());
    }
    assert_eq!(grants, 1, "the losers left nothing behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_presents_a_generation() {
    let world = World::new().await;
    world.commit([Effect::StartGrant(grant(1))]).await.unwrap();
    for generation in 0..3 {
        let jobs = (0..100).map(|_| vec![present(1, generation)]).collect();
        let tally = tally(&world.store, jobs).await;
        assert_eq!(tally, HashMap::from([("committed", 1), ("conflict", 99)]));
    }
    let grant = world.ask(About::Grant(GrantId(1))).await.grant.unwrap();
    assert_eq!(grant.succession, Succession { presented: 3, at: NOW });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_limit_holds_however_many_come_at_once() {
    let world = World::new().await;
    let jobs = (100..150).map(|id| vec![create_app(AppId(id), OTHER_TEAM, Some(5))]).collect();
    let tally = tally(&world.store, jobs).await;
    assert_eq!(tally, HashMap::from([("committed", 5), ("limit", 45)]));
}

/// What a caller was told is what every later question sees.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_acknowledged_commit_is_seen_by_the_next_question() {
    let world = World::new().await;
    let store = &world.store;
    let mut tasks = JoinSet::new();
    for id in 1..=16 {
        let store = store.clone();
        tasks.spawn(async move {
            store.commit(vec![Effect::StartGrant(grant(id))]).await.unwrap();
            for generation in 0..20 {
                store.commit(vec![present(id, generation)]).await.unwrap();
                let question = stagedoor_protocol::Question {
                    client_id: &client_id(APP),
                    about: About::Grant(GrantId(id)),
                };
                let facts = store.answer(crate::world::API, &question).await.unwrap();
                assert_eq!(facts.grant.unwrap().succession.presented, generation + 1);
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
}

/// Of many who regenerate an app one does, so that the secret it was shown is the one that works.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_regenerates() {
    let world = World::new().await;
    let epoch = world.app(APP).await.epoch;
    let regenerate = |id| {
        vec![
            Effect::Expect(Expectation::AppEpoch { app: APP, epoch }),
            Effect::Raise { epoch: EpochOf::App(APP), at: NOW },
            Effect::RemoveSecrets { app: APP },
            Effect::AddSecret { app: APP, secret: secret(id) },
        ]
    };
    let tally = tally(&world.store, (100..150).map(regenerate).collect()).await;
    assert_eq!(tally, HashMap::from([("committed", 1), ("conflict", 49)]));
    assert_eq!(world.app(APP).await.secrets.len(), 1);
}

/// Invitations that are over are none.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_team_invites_so_many() {
    let world = World::new().await;
    let invite = |id: i64, at: Timestamp| {
        let expires = at.plus_seconds(INVITATION_SECONDS);
        let invitation = Invitation { expires, ..invitation(id, InvitedTo::Join(Role::Viewer)) };
        vec![
            Effect::Expect(Expectation::FewerInvitations { team: TEAM, than: 5, at }),
            Effect::Administer(Change::SaveInvitation(invitation)),
        ]
    };
    let all = (1..=40).map(|id| invite(id, NOW)).collect();
    assert_eq!(tally(&world.store, all).await, HashMap::from([("committed", 5), ("limit", 35)]));
    let later = NOW.plus_seconds(INVITATION_SECONDS);
    assert_eq!(tally(&world.store, vec![invite(50, later)]).await, HashMap::from([("committed", 1)]));
}
