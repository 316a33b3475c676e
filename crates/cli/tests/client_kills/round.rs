//! One round: tokens end, somebody renews, somebody dies.

use std::sync::Arc;
use std::time::Duration;

use crate::actor::{Actor, Running, said};
use crate::between::{Between, Orders};
use crate::home::{Home, done};
use crate::http::Call;
use crate::plan::{APIS, Ended, Plan, Usual};
use crate::process::Dev;
use crate::trap::{Moment, Trap, was_killed};
use crate::watch::Watch;

pub(crate) struct World<'a> {
    pub(crate) dev: &'a Dev,
    pub(crate) home: &'a Home,
    pub(crate) between: &'a Between,
}

impl World<'_> {
    fn watch(&self, trap: &Arc<Trap>) -> Watch {
        Watch::start(&self.home.vault_folder().join("credentials"), Arc::clone(trap))
    }
}

/// What a renewal is like when nobody is killed.
#[expect(clippy::disallowed_methods, reason = "moments of chance are chosen within it")]
pub(crate) fn undisturbed(world: &World<'_>) -> Usual {
    let renewal = |api: &str| {
        let trap = Arc::new(Trap::new(Moment::Touched(u32::MAX)));
        let watch = world.watch(&trap);
        let began = std::time::Instant::now();
        let renewed = world.home.run(&["token", api, "--min-ttl", "3600"]);
        let takes = began.elapsed();
        assert_eq!(renewed.code, 0, "{}", renewed.stderr);
        watch.end();
        Usual { takes, touches: trap.touched() }
    };
    let all = APIS.map(renewal);
    // The least: what else the machine does is not in it.
    let takes = all.iter().map(|usual| usual.takes).min().unwrap_or(Duration::ZERO);
    let touches = all.iter().map(|usual| usual.touches).max().unwrap_or(0);
    world.between.settle();
    Usual { takes, touches }
}

/// Plays it; whether somebody died in the middle of something.
pub(crate) fn play(world: &World<'_>, plan: &Plan) -> bool {
    let trap = Arc::new(Trap::new(plan.moment));
    let expired = match plan.ended {
        Ended::Clock => {
            let moved =
                world.dev.send(&Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 3601}"#));
            assert_eq!(moved.status, 200, "{}", moved.shown());
            false
        }
        Ended::Fault => true,
    };
    let dies = |at: usize| plan.dies.is_none_or(|dying| dying == at);
    let (mut running, mut spared): (Vec<Running>, Vec<_>) = Default::default();
    let mut watch = None;
    trap.set(|victims| {
        // Brokers first: their start is not the point.
        for (at, actor) in plan.actors.iter().enumerate() {
            if *actor != Actor::Broker && watch.is_none() {
                watch = Some(begin(world, plan, &trap, expired));
            }
            let (child, work) = actor.start(world, plan.api);
            running.push(work);
            if dies(at) { victims.push(child) } else { spared.push((*actor, child)) }
        }
        watch.get_or_insert_with(|| begin(world, plan, &trap, expired));
    });
    let done: Vec<bool> = trap.while_time_passes(|| {
        std::thread::scope(|scope| {
            let working: Vec<_> =
                running.into_iter().map(|work| scope.spawn(|| work.work(plan.api))).collect();
            working.into_iter().map(|work| work.join().unwrap()).collect()
        })
    });
    trap.spring();
    if let Some(watch) = watch {
        watch.end();
    }
    for (at, actor) in plan.actors.iter().enumerate().filter(|(at, _)| !dies(*at)) {
        assert!(done[at], "{actor:?}, which was spared, did not do its work: {}", said(world.home));
    }
    for (actor, child) in spared {
        end(actor, child);
    }
    world.between.settle();
    let ends = trap.ends();
    for end in &ends {
        assert!(was_killed(*end) || end.success(), "{end}: {}", said(world.home));
    }
    let died = (0..plan.actors.len()).filter(|at| dies(*at)).zip(ends);
    died.into_iter().any(|(at, end)| was_killed(end) && !done[at])
}

/// From here on it counts.
fn begin(world: &World<'_>, plan: &Plan, trap: &Arc<Trap>, expired: bool) -> Watch {
    let drop_answer = plan.drop_answer;
    world.between.order(Orders { trap: Some(Arc::clone(trap)), drop_answer, expired });
    world.watch(trap)
}

/// Waits for a command that was spared; a broker that was spared has done its work.
fn end(actor: Actor, mut child: std::process::Child) {
    if actor == Actor::Broker {
        child.kill().unwrap();
        child.wait().unwrap();
        return;
    }
    let done = done(child);
    assert_eq!(done.code, 0, "{actor:?}: {}", done.stderr);
}
