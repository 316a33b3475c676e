//! What apps have done: written in parts, asked for as a whole, and gone in time.

use stagedoor_protocol::administration::Change;
use stagedoor_protocol::id::{AccountId, AppId};
use stagedoor_protocol::usage::{AppUsage, Day, Hour, OTHERS, Outcomes, Refused, TOKEN};
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_store::{Slot, Span};

use crate::world::{ACCOUNT, APP, NOW, OTHER_ACCOUNT, OTHER_APP, World, over, scopes};

fn hour(later: i64) -> Hour {
    Hour(Hour::of(NOW).0 + later)
}

fn today() -> Day {
    Day::of(NOW)
}

fn hours(first: i64, last: i64) -> Span {
    Span::Hours { first: hour(first), last: hour(last) }
}

fn answered(answered: u64) -> Outcomes {
    Outcomes { answered, ..Outcomes::default() }
}

fn used(app: AppId, later_hours: i64, calls: &[(&str, u64)]) -> AppUsage {
    let calls = calls.iter().map(|(endpoint, number)| ((*endpoint).into(), answered(*number))).collect();
    AppUsage {
        app,
        hour: hour(later_hours),
        calls,
        people: Vec::new(),
        refused: Vec::new(),
        secrets: Vec::new(),
    }
}

fn refused(reason: &'static str, seconds: i64) -> Refused {
    let (last, request_id) = (NOW.plus_seconds(seconds), format!("at-{seconds}"));
    Refused { reason, endpoint: "GET /me".into(), times: 2, last, request_id }
}

impl World {
    async fn count(&self, usage: AppUsage) {
        self.commit([Effect::CountUsage(usage.into())]).await.unwrap();
    }

    /// Calls within a span.
    async fn calls(&self, app: AppId, span: Span) -> u64 {
        let usage = self.store.usage(app, span, None).await.unwrap();
        usage.slots.iter().map(|slot| slot.calls.total()).sum()
    }

    async fn rows(&self) -> u64 {
        let rows = self.store.sizes(std::time::Duration::from_secs(1)).await.unwrap().rows;
        let of_usage = |name: &str| name.starts_with("usage_") || name == "refusals";
        rows.iter().filter(|(name, _)| of_usage(name)).map(|(_, rows)| rows).sum()
    }
}

#[tokio::test]
async fn what_is_written_in_parts_is_one() {
    let world = World::new().await;
    for _ in 0..3 {
        let first = used(APP, 0, &[("GET /a", 2), ("GET /b", 1), (TOKEN, 1)]);
        world.count(AppUsage { people: vec![ACCOUNT], ..first }).await;
    }
    world.count(used(APP, 1, &[("GET /a", 5)])).await;
    world.count(used(OTHER_APP, 0, &[("GET /a", 100)])).await;

    let usage = world.store.usage(APP, hours(-1, 1), None).await.unwrap();
    let slot = |later, calls, tokens| {
        let begins = hour(later).begins();
        Slot { calls: answered(calls), tokens: answered(tokens), ..Slot::new(begins) }
    };
    assert_eq!(usage.slots, [slot(0, 9, 3), slot(1, 5, 0)]);
    let endpoints: Vec<_> =
        usage.endpoints.iter().map(|own| (own.endpoint.as_str(), own.calls.answered)).collect();
    assert_eq!(endpoints, [("GET /a", 11), ("GET /b", 3)]);

    let only = world.store.usage(APP, hours(0, 1), Some("GET /b")).await.unwrap();
    assert_eq!((only.slots, only.endpoints), (vec![slot(0, 3, 3), slot(1, 0, 0)], usage.endpoints));
    assert_eq!(world.calls(APP, hours(1, 1)).await, 5);
    let days = Span::Days { first: today(), last: today() };
    assert_eq!(world.calls(APP, days).await, 14);
    assert_eq!(world.calls(AppId(99), hours(-10, 10)).await, 0);
}

#[tokio::test]
async fn each_person_counts_once() {
    let world = World::new().await;
    for (later, people) in [(0, vec![ACCOUNT]), (1, vec![ACCOUNT, OTHER_ACCOUNT]), (24, vec![ACCOUNT])] {
        world.count(AppUsage { people, ..used(APP, later, &[]) }).await;
    }
    let tomorrow = Day(today().0 + 1);
    let since = async |day| world.store.active_users(APP, today(), tomorrow, day).await.unwrap();
    assert_eq!((since(today()).await.since, since(tomorrow).await.since), (2, 1));
    assert_eq!(since(today()).await.by_day, [(today(), 2), (tomorrow, 1)]);
}

#[tokio::test]
async fn refusals_are_one_a_reason_and_endpoint() {
    let world = World::new().await;
    for (later, seconds) in [(0, 5), (0, 9), (24, 24 * 3600)] {
        let refused = vec![refused("scope_missing", seconds), refused("rate_limited", 1)];
        world.count(AppUsage { refused, ..used(APP, later, &[]) }).await;
    }
    let tomorrow = Day(today().0 + 1);
    let rows = world.store.refusals(APP, today(), tomorrow, 10).await.unwrap();
    let seen: Vec<_> =
        rows.iter().map(|row| (row.reason.as_str(), row.times, row.request_id.as_str())).collect();
    assert_eq!(seen, [("scope_missing", 6, "at-86400"), ("rate_limited", 6, "at-1")]);
    assert_eq!(rows[0].last, NOW.plus_seconds(24 * 3600));
    assert_eq!(world.store.refusals(APP, today(), tomorrow, 1).await.unwrap().len(), 1);
    let first_day = world.store.refusals(APP, today(), today(), 10).await.unwrap();
    assert_eq!((first_day[0].times, first_day[0].request_id.as_str()), (4, "at-9"));
}

/// Whatever paths an app calls, over and over.
#[tokio::test]
async fn an_app_has_so_many_rows_and_no_more() {
    let world = World::new().await;
    for round in 0..4 {
        let names: Vec<_> = (0..50).map(|number| format!("GET /{round}/{number}")).collect();
        let calls: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).chain([(TOKEN, 1)]).collect();
        let other = |name: &String| Refused { endpoint: name.as_str().into(), ..refused("scope_missing", 0) };
        let refused = names.iter().map(other).collect();
        world.count(AppUsage { refused, ..used(APP, 0, &calls) }).await;
    }
    let usage = world.store.usage(APP, hours(0, 0), None).await.unwrap();
    assert_eq!((usage.slots[0].calls.total(), usage.slots[0].tokens.total()), (200, 4));
    assert_eq!((usage.endpoints.len(), usage.endpoints[0].endpoint.as_str()), (64, OTHERS));
    let refusals = world.store.refusals(APP, today(), today(), 1000).await.unwrap();
    assert_eq!((refusals.len(), refusals.iter().map(|row| row.times).sum::<u64>()), (65, 400));
    assert_eq!(world.rows().await, 2 * 65 + 65);
}

#[tokio::test]
async fn an_app_takes_its_usage_along() {
    let world = World::new().await;
    let all = |app, later| {
        let (people, refused) = (vec![ACCOUNT, AccountId(99)], vec![refused("scope_missing", 0)]);
        AppUsage { people, refused, ..used(app, later, &[("GET /a", 1), (TOKEN, 1)]) }
    };
    for later in [-30_000, 0, 1, 40, 900_000] {
        world.count(all(APP, later)).await;
    }
    world.count(all(OTHER_APP, 0)).await;
    world.commit([Effect::Administer(Change::RemoveApp { app: APP })]).await.unwrap();
    assert_eq!(world.rows().await, 7);
    assert_eq!(world.calls(OTHER_APP, hours(0, 0)).await, 1);
    // It was counted and not yet written.
    world.count(all(APP, 0)).await;
    assert_eq!(world.rows().await, 7);
}

#[tokio::test]
async fn it_goes_in_time() {
    let world = World::new().await;
    let (people, refused) = (vec![ACCOUNT], vec![refused("scope_missing", 0)]);
    world.count(AppUsage { people, refused, ..used(APP, 0, &[("GET /a", 1)]) }).await;
    world.count(used(APP, 24, &[("GET /a", 1)])).await;
    let cleaned = async |days: i64| {
        let now = Timestamp(NOW.0).plus_seconds(days * 24 * 3600);
        world.store.clean(over(now), 100).await.unwrap().rows
    };
    assert_eq!([cleaned(0).await, cleaned(62).await], [0, 0]);
    assert_eq!(cleaned(63).await, 3, "an hour, a person and a refusal");
    assert_eq!([cleaned(64).await, cleaned(400).await], [1, 0]);
    assert_eq!([cleaned(401).await, cleaned(402).await], [1, 1]);
    assert_eq!(world.rows().await, 0);
}

/// An app that may act for somebody: the last day it did, and never that of another app or person, nor from before it was
/// allowed to.
#[tokio::test]
async fn when_an_app_last_called_for_somebody() {
    let world = World::new().await;
    let allow = |later: i64| Effect::SaveConsent {
        app: APP,
        account: ACCOUNT,
        scopes: scopes("a"),
        at: NOW.plus_seconds(later * 3600),
    };
    let called = |app: AppId, account: AccountId, later: i64| AppUsage {
        people: vec![account],
        ..used(app, later, &[("GET /me", 1)])
    };
    let last = async || {
        let connections = world.store.connections(ACCOUNT).await.unwrap();
        connections.iter().map(|own| own.used.map(|day| day.0 - today().0)).collect::<Vec<_>>()
    };
    world.commit([allow(0)]).await.unwrap();
    assert_eq!(last().await, [None]);
    for (usage, expected) in [
        (called(APP, ACCOUNT, -48), None),
        (called(OTHER_APP, ACCOUNT, 24), None),
        (called(APP, OTHER_ACCOUNT, 48), None),
        (called(APP, ACCOUNT, 0), Some(0)),
        (called(APP, ACCOUNT, 20 * 24), Some(20)),
        (called(APP, ACCOUNT, 10 * 24), Some(20)),
        (called(OTHER_APP, OTHER_ACCOUNT, 300 * 24), Some(20)),
    ] {
        world.count(usage).await;
        assert_eq!(last().await, [expected]);
    }
}
