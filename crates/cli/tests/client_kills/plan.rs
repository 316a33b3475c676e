//! What happens in a round, as chance has it.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

use crate::actor::Actor;
use crate::trap::Moment;

/// Where the credentials are: rotated with one grant per app, rotated for a person, echoed for a person.
pub(crate) const APIS: [&str; 3] = ["bandcamp", "standard", "spotify"];
const ACTORS: [&[Actor]; 7] = [
    &[Actor::Token],
    &[Actor::Call],
    &[Actor::Broker],
    &[Actor::Broker, Actor::Call],
    &[Actor::Broker, Actor::Token],
    &[Actor::Token, Actor::Token],
    &[Actor::Token, Actor::Call],
];

/// What a renewal is like when nobody is killed.
pub(crate) struct Usual {
    pub(crate) takes: Duration,
    pub(crate) touches: u32,
}

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) api: &'static str,
    pub(crate) actors: &'static [Actor],
    /// Who dies; all where `None`.
    pub(crate) dies: Option<usize>,
    pub(crate) moment: Moment,
    pub(crate) ended: Ended,
    /// The server acts on the round's first token request and does not answer it.
    pub(crate) drop_answer: bool,
    /// Whether a live token is asked for before the next renewal.
    pub(crate) ask_first: bool,
}

/// How it comes that the API does not take the token any more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    /// The server's clock moved.
    Clock,
    /// It answers one call so.
    Fault,
}

impl Plan {
    pub(crate) fn draw(chance: &mut StdRng, usual: &Usual) -> Self {
        let actors = pick(chance, &ACTORS);
        let both = actors.len() == 1 || chance.random_bool(0.5);
        Self {
            api: pick(chance, &APIS),
            actors,
            dies: if both { None } else { Some(chance.random_range(0..actors.len())) },
            moment: moment(chance, usual),
            ended: if chance.random_bool(0.5) { Ended::Clock } else { Ended::Fault },
            drop_answer: chance.random_bool(0.25),
            ask_first: chance.random_bool(0.5),
        }
    }
}

fn moment(chance: &mut StdRng, usual: &Usual) -> Moment {
    match chance.next_u32() % 8 {
        0..3 => Moment::Touched(chance.random_range(1..=usual.touches)),
        3 | 4 => Moment::Elapsed(usual.takes.mul_f64(chance.random_range(0.0..1.1))),
        5 => Moment::Sent { passed_on: chance.random_bool(0.5) },
        6 => Moment::Answered,
        _ => Moment::HalfHeard,
    }
}

fn pick<T: Copy>(chance: &mut StdRng, of: &[T]) -> T {
    of[chance.random_range(0..of.len())]
}
