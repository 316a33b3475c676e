//! The plots, each with its table.

use stagedoor_protocol::usage::{Day, Outcomes};
use stagedoor_store::{Endpoint, Slot};

use super::Known;
use super::period::Period;
use super::table::{About, Row, Table};
use crate::usage::plot::{Bar, Limit, Mark, Plot, Series};
use crate::usage::words::{self, number};

/// A plot, the same in numbers, and what stands around them.
pub(super) struct Block {
    /// Of its heading, and in addresses.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) legend: Vec<Series>,
    /// SVG, made here.
    pub(super) plot: String,
    pub(super) caption: String,
    pub(super) table: Table,
}

/// Rows of endpoints that are shown.
const ENDPOINTS: usize = 12;

const ANSWERED: Series = Series { name: "answered", class: "answered" };
const LIMITED: Series = Series { name: "too many (429)", class: "limited" };
const ERRORS: Series = Series { name: "other errors", class: "errors" };
const ISSUED: Series = Series { name: "issued", class: "answered" };
const USERS: Series = Series { name: "users", class: "answered" };

/// Those of outcomes, in the order of [`values`].
const OUTCOMES: &[(&str, &str)] = &[
    ("Answered", "answered"),
    ("Over the limit", "limited_429"),
    ("Refused (4xx)", "client_errors_4xx"),
    ("Failed (5xx)", "server_errors_5xx"),
];

pub(super) fn requests(known: &Known, slots: &[Slot]) -> Block {
    let period = known.asked.period;
    let calls: Vec<_> = slots.iter().map(|slot| slot.calls).collect();
    let highest = calls.iter().map(|calls| calls.total()).max().unwrap_or(0);
    let (limit, in_words) = limit(known, highest);
    let of_endpoint = known.asked.endpoint.as_ref().map_or(String::new(), |only| format!(": {only}"));
    let total: u64 = calls.iter().map(|calls| calls.total()).sum();
    let says = format!(
        "Requests by {}, {} in {}, at most {}",
        period.unit(),
        number(total),
        period.name(),
        number(highest)
    );
    let of = |calls: Outcomes| vec![calls.answered, calls.limited, calls.errors()];
    let bars = bars(period, slots, |slot| of(slot.calls));
    let series = vec![ANSWERED, LIMITED, ERRORS];
    Block {
        id: "requests",
        title: format!("Requests by {}{of_endpoint}", period.unit()),
        legend: series.clone(),
        plot: Plot { says, series, bars, limit }.drawn(),
        caption: caption(period) + &in_words,
        table: table(period, slots, OUTCOMES, |slot| values(slot.calls)),
    }
}

/// The limit in words, and as a line where that can be seen without making the bars small. It is a rate, and bursts are refused
/// in an hour that stays far below the line.
fn limit(known: &Known, highest: u64) -> (Option<Limit>, String) {
    let Some(at) = known.terms.limit_an_hour().filter(|_| known.asked.period == Period::TwoDays) else {
        return (None, String::new());
    };
    let whose = if known.users.since > 0 { " for each user" } else { "" };
    let rate = format!(
        " The limit is {} calls at once, and then {} a minute{whose}",
        number(known.terms.limit.burst.into()),
        number(known.terms.limit.per_minute.into())
    );
    if at > highest.saturating_mul(2) {
        return (None, format!("{rate}: {} an hour, far above.", number(at)));
    }
    let (says, says_briefly) =
        (format!("limit {} an hour{whose}", number(at)), format!("limit {}", number(at)));
    (Some(Limit { at, says, says_briefly }), format!("{rate}: the line is an hour of that."))
}

pub(super) fn tokens(known: &Known, slots: &[Slot]) -> Block {
    const COLUMNS: &[(&str, &str)] =
        &[("Issued", "issued"), ("Too many", "limited_429"), ("Refused", "refused"), ("Failed", "failed")];
    let period = known.asked.period;
    let issued: u64 = slots.iter().map(|slot| slot.tokens.answered).sum();
    let series = vec![ISSUED, LIMITED, ERRORS];
    let bars =
        bars(period, slots, |slot| vec![slot.tokens.answered, slot.tokens.limited, slot.tokens.errors()]);
    let says = format!("Token requests by {}, {} issued in {}", period.unit(), number(issued), period.name());
    Block {
        id: "tokens",
        title: format!("Token requests by {}", period.unit()),
        legend: series.clone(),
        plot: Plot { says, series, bars, limit: None }.drawn(),
        caption: caption(period),
        table: table(period, slots, COLUMNS, |slot| values(slot.tokens)),
    }
}

/// By day, whatever the period: that is how people are kept.
pub(super) fn users(known: &Known) -> Block {
    const COLUMNS: &[(&str, &str)] = &[("Users", "users")];
    let today = Day::of(known.now);
    let on = |day: Day| known.users.by_day.iter().find(|(own, _)| *own == day).map_or(0, |(_, users)| *users);
    let days: Vec<_> =
        (today.0 - 29..=today.0).map(|day| (Day(day).begins(), u64::from(on(Day(day))))).collect();
    let highest = days.iter().map(|(_, users)| *users).max().unwrap_or(0);
    let bar = |(begins, users): &(_, u64)| Bar {
        when: Period::Month.when(*begins),
        mark: Period::Month.mark(*begins),
        values: vec![*users],
    };
    let row = |(begins, users): &(_, u64)| Row {
        about: About::Time { begins: *begins, says: Period::Month.when(*begins) },
        values: vec![*users],
    };
    let says = format!("Active users by day, at most {} in 30 days", number(highest));
    let plot = Plot { says, series: vec![USERS], bars: days.iter().map(bar).collect(), limit: None };
    Block {
        id: "users",
        title: "Active users by day".to_owned(),
        legend: Vec::new(),
        plot: plot.drawn(),
        caption: "Last 30 days, in UTC: the people the app made a call for.".to_owned(),
        table: Table { first: ("Day", "begins"), columns: COLUMNS, rows: days.iter().map(row).collect() },
    }
}

/// All of them, in numbers.
pub(super) fn endpoints(endpoints: &[Endpoint]) -> Table {
    let row =
        |own: &Endpoint| Row { about: About::Endpoint(own.endpoint.clone()), values: values(own.calls) };
    Table { first: ("Endpoint", "endpoint"), columns: OUTCOMES, rows: endpoints.iter().map(row).collect() }
}

/// An endpoint among those that are called most.
pub(super) struct Share {
    pub(super) endpoint: String,
    pub(super) calls: String,
    pub(super) says: String,
    /// From where to where each part goes, in thousandths of the most called endpoint's.
    pub(super) parts: Vec<(&'static str, u64, u64)>,
}

pub(super) fn shares(endpoints: &[Endpoint]) -> Vec<Share> {
    let most = endpoints.first().map_or(1, |first| first.calls.total()).max(1);
    let share = |own: &Endpoint| {
        let calls = own.calls;
        let (mut from, mut parts) = (0, Vec::new());
        let of = [(ANSWERED, calls.answered), (LIMITED, calls.limited), (ERRORS, calls.errors())];
        for (series, part) in of.into_iter().filter(|(_, part)| *part > 0) {
            let to = from + (u128::from(part) * 1000 / u128::from(most)).max(4) as u64;
            parts.push((series.class, from, to - from));
            from = to;
        }
        let says = of.map(|(series, part)| format!("{} {}", number(part), series.name)).join(", ");
        Share { endpoint: own.endpoint.clone(), calls: number(calls.total()), says, parts }
    };
    endpoints.iter().take(ENDPOINTS).map(share).collect()
}

fn bars(period: Period, slots: &[Slot], values: impl Fn(&Slot) -> Vec<u64>) -> Vec<Bar> {
    let bar = |slot: &Slot| Bar {
        when: period.when(slot.begins),
        mark: period.mark(slot.begins),
        values: values(slot),
    };
    let mut bars: Vec<_> = slots.iter().map(bar).collect();
    // Where it begins in the middle of something.
    if let Some(first) =
        bars.first_mut().filter(|first| first.mark == Mark::None && period == Period::TwoDays)
    {
        first.mark = Mark::Minor(words::hour(slots[0].begins));
    }
    bars
}

fn table(
    period: Period,
    slots: &[Slot],
    columns: &'static [(&'static str, &'static str)],
    values: impl Fn(&Slot) -> Vec<u64>,
) -> Table {
    let row = |slot: &Slot| Row {
        about: About::Time { begins: slot.begins, says: period.when(slot.begins) },
        values: values(slot),
    };
    let first = match period {
        Period::TwoDays => ("Hour (UTC)", "begins"),
        Period::Month => ("Day (UTC)", "begins"),
        Period::Year => ("Week (UTC)", "begins"),
    };
    Table { first, columns, rows: slots.iter().map(row).collect() }
}

fn values(calls: Outcomes) -> Vec<u64> {
    vec![calls.answered, calls.limited, calls.client_errors, calls.server_errors]
}

fn caption(period: Period) -> String {
    format!("Last {}, in UTC; this {} is not over.", period.name(), period.unit())
}
