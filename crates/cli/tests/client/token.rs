//! `stagedoor token`.

use serde_json::Value;

use crate::home::Home;
use crate::process::Dev;
use crate::proxy::Proxy;

#[test]
fn the_token_alone() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "standard");
    let done = home.run(&["token", "standard"]);
    let token = done.stdout.strip_suffix('\n').unwrap();
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert_eq!(token, home.credential("standard").access.unwrap().token.expose());
    let call = crate::http::Call::get("/standard/whoami").bearer(token);
    assert_eq!(dev.send(&call).status, 200);
    let told: Value = serde_json::from_str(&home.ok(&["token", "standard", "--json"])).unwrap();
    assert_eq!((told["access_token"].as_str(), told["name"].as_str()), (Some(token), Some("standard")));
    assert!(told["expires_in"].as_u64().is_some_and(|seconds| (3500..=3600).contains(&seconds)));
    assert!(told["expires_at"].as_str().unwrap().ends_with('Z'));
}

/// A live token needs nobody: it is printed when the provider is gone.
#[test]
fn a_live_one_needs_no_provider() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "standard");
    dev.stop();
    assert!(!home.ok(&["token", "standard"]).is_empty());
    // One that should be renewed and cannot be is printed too, with a warning.
    let short = home.run(&["token", "standard", "--min-ttl", "4000"]);
    assert_eq!((short.code, short.stdout.is_empty()), (0, false));
    assert!(short.stderr.contains("warning: ") && short.stderr.contains("cannot reach"), "{}", short.stderr);
    home.expire("standard");
    let ended = home.run(&["token", "standard"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (5, ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("stagedoor doctor"), "{}", ended.stderr);
}

/// It is renewed once for what was asked, and a shorter one is better than none.
#[test]
fn at_least_so_long() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let proxy = Proxy::start(dev.address);
    assert_eq!(home.log_in_at(&dev, "bandcamp", &proxy.url()).code, 0);
    let first = home.ok(&["token", "bandcamp"]);
    assert_eq!(home.ok(&["token", "bandcamp", "--min-ttl", "3000"]), first);
    assert_eq!(proxy.token_requests(), 1, "the login's");
    let longer = home.run(&["token", "bandcamp", "--min-ttl", "100000"]);
    assert_eq!((longer.code, proxy.token_requests()), (0, 1), "{}", longer.stderr);
    assert_ne!(longer.stdout, first);
    assert!(longer.stderr.contains("the provider gives none for the 100000 s asked"), "{}", longer.stderr);
}

#[test]
fn one_that_is_not_there() {
    let home = Home::new();
    let done = home.run(&["token", "nobody"]);
    assert_eq!((done.code, done.stdout.as_str()), (3, ""));
    assert!(done.stderr.contains("stagedoor login PROVIDER --as nobody"), "{}", done.stderr);
}

/// The token endpoint wants to be left alone for a day: everybody is told at once, and nobody asks again.
#[test]
fn a_day_of_waiting() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let proxy = Proxy::start(dev.address);
    assert_eq!(home.log_in_at(&dev, "spotify", &proxy.url()).code, 0);
    home.expire("spotify");
    proxy.token_requests();
    proxy.fail(&["429;retry-after=86400"]);
    for round in 0..3 {
        let done = home.run(&["token", "spotify"]);
        assert_eq!((done.code, done.stdout.as_str()), (4, ""), "round {round}: {}", done.stderr);
        assert!(done.stderr.contains("too many requests until"), "{}", done.stderr);
    }
    assert_eq!(proxy.token_requests(), 1);
}

/// Whoever reads the first byte and goes does no harm.
#[test]
fn a_reader_that_goes_away() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let mut child = home.start(&["call", "spotify", "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb"]);
    drop(child.stdout.take());
    let done = crate::home::done(child);
    assert_eq!(done.stderr, "");
}
