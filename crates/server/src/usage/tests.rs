//! Counting, without a database.

use super::*;
use stagedoor_protocol::usage::{Hour, OTHERS, Outcomes, TOKEN};

const NOON: Timestamp = Timestamp(1_800_000_000_000);

fn request(app: i64, endpoint: &str) -> Request<'_> {
    Request {
        app: AppId(app),
        at: NOON,
        endpoint,
        outcome: Outcome::Answered,
        account: None,
        reason: None,
        secret: None,
    }
}

fn taken(usage: &Usage) -> Vec<AppUsage> {
    usage.take().into_usage().collect()
}

fn total(usage: &[AppUsage]) -> u64 {
    usage.iter().flat_map(|usage| &usage.calls).map(|(_, outcomes)| outcomes.total()).sum()
}

#[test]
fn by_app_hour_and_outcome() {
    let usage = Usage::default();
    let limited = Request { outcome: Outcome::Limited, reason: Some("rate_limited"), ..request(2, "GET /a") };
    let person = Request { account: Some(AccountId(7)), ..request(2, TOKEN) };
    let earlier = Request { at: NOON.plus_seconds(-3600), ..request(1, "GET /a") };
    for request in [&limited, &limited, &person, &person, &earlier] {
        usage.count(request);
    }
    usage.refuse(AppId(3), NOON, TOKEN, "client_secret_wrong");
    let [first, second, third] = taken(&usage).try_into().unwrap();
    let hour = Hour::of(NOON);
    assert_eq!((first.app, first.hour, total(&[first])), (AppId(1), Hour(hour.0 - 1), 1));
    assert_eq!((second.app, second.hour, &second.people[..]), (AppId(2), hour, &[AccountId(7)][..]));
    let of = |endpoint| second.calls.iter().find(|(own, _)| &**own == endpoint).unwrap().1;
    assert_eq!(of("GET /a"), Outcomes { limited: 2, ..Outcomes::default() });
    assert_eq!(of(TOKEN), Outcomes { answered: 2, ..Outcomes::default() });
    assert_eq!((second.refused[0].reason, second.refused[0].times), ("rate_limited", 2));
    assert_eq!((third.calls.len(), third.refused[0].reason), (0, "client_secret_wrong"));
    assert!(taken(&usage).is_empty());
}

/// An app names its endpoints itself.
#[test]
fn so_many_endpoints_and_no_more() {
    let usage = Usage::default();
    for number in 0..1_000 {
        let endpoint = format!("GET /{number}x");
        usage.count(&Request { reason: Some("scope_missing"), ..request(1, &endpoint) });
    }
    let taken = taken(&usage);
    assert_eq!((taken[0].calls.len(), taken[0].refused.len(), total(&taken)), (65, 65, 1_000));
    let others = taken[0].calls.iter().find(|(endpoint, _)| &**endpoint == OTHERS).unwrap().1;
    assert_eq!(others.answered, 1_000 - 64);
    assert_eq!(taken[0].refused.iter().map(|refused| refused.times).sum::<u64>(), 1_000);
}

#[test]
fn two_threads_lose_nothing() {
    const TIMES: u64 = 20_000;
    let usage = Usage::default();
    let (mut written, mut is_away) = (0, false);
    std::thread::scope(|scope| {
        let count = || (0..TIMES).for_each(|number| usage.count(&request(number as i64 % 3, "GET /a")));
        let threads = [scope.spawn(count), scope.spawn(count)];
        while threads.iter().any(|thread| !thread.is_finished()) {
            let taken = taken(&usage);
            // Every other time the database is away.
            is_away = !is_away;
            if is_away { usage.put_back(taken) } else { written += total(&taken) }
        }
    });
    written += total(&taken(&usage));
    assert_eq!(written, 2 * TIMES);
}

#[test]
fn what_is_put_back_is_counted_once() {
    let usage = Usage::default();
    let refused =
        Request { reason: Some("scope_missing"), account: Some(AccountId(7)), ..request(1, "GET /a") };
    usage.count(&refused);
    let before = taken(&usage);
    usage.put_back(before.clone());
    assert_eq!(taken(&usage), before);
    usage.put_back(before);
    usage.count(&refused);
    let [both] = taken(&usage).try_into().unwrap();
    assert_eq!((both.calls[0].1.answered, both.people.len(), both.refused[0].times), (2, 1, 2));
}
