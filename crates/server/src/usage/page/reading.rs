//! The four figures above the plots, each with what it means.

use stagedoor_protocol::app::Stage;
use stagedoor_store::Slot;

use super::Known;
use super::period::Period;
use crate::usage::words::{hour_of_day, number, percent};

/// A number, and what to make of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) reading: String,
    /// Whether there is something to do.
    pub(super) attention: bool,
}

/// Calls for one token from which on it is well kept.
const WELL_KEPT: u64 = 10;
/// Tokens below which nothing is said of how they are kept.
const FEW: u64 = 20;

pub(super) fn figures(known: &Known, slots: &[Slot]) -> [Figure; 4] {
    let calls: u64 = slots.iter().map(|slot| slot.calls.total()).sum();
    let tokens: u64 = slots.iter().map(|slot| slot.tokens.answered).sum();
    [requests(known, calls), limited(known, slots, calls), issued(known, tokens, calls), active(known)]
}

fn requests(known: &Known, calls: u64) -> Figure {
    let before = known.before.as_ref().map(|(usage, name)| {
        let before: u64 = usage.slots.iter().map(|slot| slot.calls.total()).sum();
        (before, *name)
    });
    let reading = match before {
        None => "nothing to compare with".to_owned(),
        Some((0, name)) => format!("none in {name}"),
        Some((before, name)) => {
            // Of whole percents; what doubled is told by how often.
            let change = (i128::from(calls) - i128::from(before)) * 100 / i128::from(before);
            match change {
                0 => format!("as in {name}"),
                ..0 => format!("−{} % on {name}", -change),
                1..1000 => format!("+{change} % on {name}"),
                _ => format!("{} times {name}", number(calls / before)),
            }
        }
    };
    let name = format!("Requests, {}", known.asked.period.name());
    Figure { name, value: number(calls), reading, attention: false }
}

fn limited(known: &Known, slots: &[Slot], calls: u64) -> Figure {
    let limited: u64 = slots.iter().map(|slot| slot.calls.limited).sum();
    let reading = match limited {
        0 => "none: you stay within the limit".to_owned(),
        _ => format!("{} of requests{}", percent(limited, calls), mostly(known.asked.period, slots, limited)),
    };
    let attention = limited > 0 && limited >= calls / 100;
    Figure { name: "Over the limit (429)".to_owned(), value: number(limited), reading, attention }
}

/// The four hours of the day in which most of it happens, where most of it does.
fn mostly(period: Period, slots: &[Slot], limited: u64) -> String {
    if period != Period::TwoDays {
        return String::new();
    }
    let mut by_hour = [0_u64; 24];
    for slot in slots {
        by_hour[hour_of_day(slot.begins) as usize] += slot.calls.limited;
    }
    let within = |from: usize| (from..from + 4).map(|hour| by_hour[hour % 24]).sum::<u64>();
    // Of those that hold as much, the one that begins with some of it.
    let from = (0..24).max_by_key(|from| (within(*from), by_hour[*from] > 0, std::cmp::Reverse(*from)));
    match from {
        Some(from) if within(from) * 10 >= limited * 6 => {
            format!(", mostly {}–{} h UTC", from, (from + 4) % 24)
        }
        _ => String::new(),
    }
}

fn issued(known: &Known, tokens: u64, calls: u64) -> Figure {
    let minutes = known.terms.token_seconds / 60;
    let (reading, attention) = match calls.checked_div(tokens) {
        None if calls > 0 => ("none was needed: earlier ones live".to_owned(), false),
        None => ("none".to_owned(), false),
        Some(each) if each >= WELL_KEPT => (format!("one per {} requests: good", number(each)), false),
        Some(_) if tokens < FEW => (format!("for {} requests", number(calls)), false),
        Some(each @ 2..) => (format!("one per {each} requests: keep each for its {minutes} minutes"), true),
        Some(_) => (format!("one for every call: keep each for its {minutes} minutes"), true),
    };
    Figure { name: "Tokens issued".to_owned(), value: number(tokens), reading, attention }
}

fn active(known: &Known) -> Figure {
    let (.., when) = known.asked.period.days(known.now);
    let allowed = known.terms.users_allowed.filter(|_| known.terms.stage == Stage::Development);
    let reading = match (allowed, known.users.since) {
        (Some(allowed), _) => format!("{when}, of {} allowed", number(u64::from(allowed))),
        (None, _) => when.to_owned(),
    };
    let value = number(known.users.since);
    Figure { name: "Active users".to_owned(), value, reading, attention: false }
}
