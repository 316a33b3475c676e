//! Which stretch of time is shown, and what a bar of it is.

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::usage::{Day, Hour};
use stagedoor_store::{Slot, Span};

use super::super::plot::Mark;
use super::super::words;

/// A stretch of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// By hour.
    #[default]
    TwoDays,
    /// By day.
    Month,
    /// By week.
    Year,
}

impl Period {
    pub(super) const ALL: [Self; 3] = [Self::TwoDays, Self::Month, Self::Year];

    /// As an address says it; any other text is the shortest.
    pub fn read(text: &str) -> Self {
        Self::ALL.into_iter().find(|period| period.key() == text).unwrap_or_default()
    }

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::TwoDays => "48h",
            Self::Month => "30d",
            Self::Year => "52w",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TwoDays => "48 hours",
            Self::Month => "30 days",
            Self::Year => "52 weeks",
        }
    }

    /// What a bar is.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::TwoDays => "hour",
            Self::Month => "day",
            Self::Year => "week",
        }
    }

    pub(super) fn span(self, now: Timestamp) -> Span {
        let (last_hour, today) = (Hour::of(now), Day::of(now));
        match self {
            Self::TwoDays => Span::Hours { first: Hour(last_hour.0 - 47), last: last_hour },
            Self::Month => Span::Days { first: Day(today.0 - 29), last: today },
            Self::Year => Span::Days { first: Day(today.0 - 7 * 52 + 1), last: today },
        }
    }

    /// The stretch before it that is as long, as far as it is kept, and its name.
    pub(super) fn before(self, now: Timestamp) -> Option<(Span, &'static str)> {
        match self.span(now) {
            Span::Hours { first, .. } => {
                let before = Span::Hours { first: Hour(first.0 - 48), last: Hour(first.0 - 1) };
                Some((before, "the two days before"))
            }
            Span::Days { first, .. } if self == Self::Month => {
                let before = Span::Days { first: Day(first.0 - 30), last: Day(first.0 - 1) };
                Some((before, "the 30 days before"))
            }
            Span::Days { .. } => None,
        }
    }

    /// The days of which people and refusals are told, and their name: the last 30 at most.
    pub(super) fn days(self, now: Timestamp) -> (Day, Day, &'static str) {
        let today = Day::of(now);
        match self {
            Self::TwoDays => (Day(today.0 - 1), today, "today and yesterday"),
            Self::Month | Self::Year => (Day(today.0 - 29), today, "in 30 days"),
        }
    }

    /// A slot for each bar, also where nothing happened.
    pub(super) fn filled(self, now: Timestamp, slots: &[Slot]) -> Vec<Slot> {
        let (start, bars, seconds) = match self.span(now) {
            Span::Hours { first, last } => (first.begins(), last.0 - first.0 + 1, 3600),
            Span::Days { first, .. } if self == Self::Year => (first.begins(), 52, 7 * 24 * 3600),
            Span::Days { first, last } => (first.begins(), last.0 - first.0 + 1, 24 * 3600),
        };
        let mut filled: Vec<_> = (0..bars).map(|bar| Slot::new(start.plus_seconds(bar * seconds))).collect();
        for slot in slots {
            let bar = (slot.begins.seconds() - start.seconds()).div_euclid(seconds);
            if let Some(own) = usize::try_from(bar).ok().and_then(|bar| filled.get_mut(bar)) {
                own.calls += slot.calls;
                own.tokens += slot.tokens;
            }
        }
        filled
    }

    /// When a bar is, in words.
    pub(super) fn when(self, begins: Timestamp) -> String {
        let day = || format!("{} {}", words::weekday(begins), words::date(begins));
        match self {
            Self::TwoDays => format!("{}, {}", day(), words::hour(begins)),
            Self::Month => day(),
            Self::Year => {
                format!("{} to {}", words::date(begins), words::date(begins.plus_seconds(6 * 24 * 3600)))
            }
        }
    }

    /// What stands below a bar.
    pub(super) fn mark(self, begins: Timestamp) -> Mark {
        match self {
            Self::TwoDays => match words::hour_of_day(begins) {
                0 => Mark::Major(format!("{} {}", words::weekday(begins), words::date(begins))),
                6 | 12 | 18 => Mark::Minor(words::hour(begins)),
                _ => Mark::None,
            },
            Self::Month if words::weekday(begins) == "Mon" => Mark::Major(words::date(begins)),
            Self::Year if words::day_of_month(begins) <= 7 => Mark::Major(words::month(begins).to_owned()),
            Self::Month | Self::Year => Mark::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stagedoor_protocol::usage::Outcomes;

    fn now() -> Timestamp {
        Timestamp::from_rfc3339("2026-11-26T20:58:31Z").unwrap()
    }

    #[test]
    fn a_bar_for_each_stretch() {
        for (period, bars, first, last) in [
            (Period::TwoDays, 48, "Tue 24 Nov, 21:00", "Thu 26 Nov, 20:00"),
            (Period::Month, 30, "Wed 28 Oct", "Thu 26 Nov"),
            (Period::Year, 52, "28 Nov to 4 Dec", "20 Nov to 26 Nov"),
        ] {
            let filled = period.filled(now(), &[]);
            let when = |slot: Option<&Slot>| period.when(slot.unwrap().begins);
            assert_eq!(
                (filled.len(), when(filled.first()), when(filled.last())),
                (bars, first.into(), last.into())
            );
        }
    }

    #[test]
    fn days_of_a_week_are_one_bar() {
        let calls = Outcomes { answered: 2, ..Outcomes::default() };
        let slot = |days: i64| Slot { calls, ..Slot::new(Day(Day::of(now()).0 - days).begins()) };
        let filled = Period::Year.filled(now(), &[slot(8), slot(7), slot(6), slot(0)]);
        let answered: Vec<_> = filled[49..].iter().map(|slot| slot.calls.answered).collect();
        assert_eq!(answered, [0, 4, 4]);
    }
}
