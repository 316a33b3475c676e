//! Random walks over every dialect: several clients and people, right and wrong callers, a clock that moves. After every
//! step what the world holds is compared with what the walker knows must be so.

mod check;
mod requests;
mod step;
mod walker;

use proptest::prelude::*;
use stagedoor_wire::Dialect;

use crate::setting::{dialects, mixtape, strict};
use step::steps;
use walker::Walker;

fn walk(dialect: Dialect, steps: &[step::Step]) {
    let mut walker = Walker::new(dialect);
    for step in steps {
        walker.take(step);
        walker.check_world();
    }
    walker.check_tokens();
}

macro_rules! walks {
    ($($name:ident: $dialect:expr;)+) => {
        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]
            $(#[test] fn $name(steps in steps()) { walk($dialect, &steps); })+
        }
    };
}

walks! {
    standard: Dialect::built_in("standard").unwrap();
    bandcamp: Dialect::built_in("bandcamp").unwrap();
    spotify: Dialect::built_in("spotify").unwrap();
    spotify_ads: Dialect::built_in("spotify-ads").unwrap();
    soundcharts: Dialect::built_in("soundcharts").unwrap();
    made_up: mixtape();
    answers_lost: strict();
}

#[test]
fn every_dialect_is_walked() {
    assert_eq!(dialects().count(), 6);
}
