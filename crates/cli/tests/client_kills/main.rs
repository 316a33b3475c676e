//! kill -9 of whoever renews a token, at moments of chance: the vault stays whole, no refresh token is lost, nobody has to
//! sign in.
//!
//! `STAGEDOOR_KILLS` says how often (50), `STAGEDOOR_SEED` which chances. One vault lasts through all rounds; each round lets
//! the tokens end, starts what renews them, kills it, and looks at what is left.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod actor;
mod aftermath;
mod between;
#[expect(dead_code, reason = "the tests of the client's commands use all of it")]
#[path = "../client/home.rs"]
mod home;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/http.rs"]
mod http;
mod people;
mod plan;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/process.rs"]
mod process;
mod round;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/session.rs"]
mod session;
mod trap;
mod watch;

use rand::SeedableRng;
use rand::rngs::StdRng;

use between::Between;
use home::Home;
use plan::Plan;
use process::Dev;
use round::World;

#[test]
fn no_refresh_token_is_lost() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (kills, seed) = (number("STAGEDOOR_KILLS", 50), number("STAGEDOOR_SEED", 2026));
    println!("seed {seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let (dev, home) = (Dev::start(&[&"--unlimited"]), Home::new());
    let between = Between::start(dev.address);
    let world = World { dev: &dev, home: &home, between: &between };
    people::sign_in(&world);
    let usual = round::undisturbed(&world);
    println!("an undisturbed renewal takes {:?} and touches the vault {} times", usual.takes, usual.touches);

    let (mut killed, mut late) = (0, 0);
    while killed < kills {
        let plan = Plan::draw(&mut chance, &usual);
        println!("seed {seed}, kill {killed}: {plan:?}");
        let hit = round::play(&world, &plan);
        aftermath::check(&world, &plan);
        let counted = if hit { &mut killed } else { &mut late };
        *counted += 1;
        assert!(late <= 2 * kills + 20, "hardly anything is killed in the middle");
    }
    aftermath::look_at_folder(&home);
    println!("{}", between.told(killed, late));
    dev.stop();
}
