//! What it refuses to start with.

use std::fs;

use crate::home::Home;
use crate::running::{Running, socket};

#[test]
fn refusals() {
    let home = Home::new();
    let path = socket(&home).display().to_string();
    let refused = |arguments: &[&str]| {
        let done = home.run(&[&["broker", "--socket", &path], arguments].concat());
        (done.code, done.stderr)
    };
    let (code, said) = refused(&["--listen", "0.0.0.0:0"]);
    assert!(code == 2 && said.contains("127.0.0.1"), "{said}");
    let (code, said) = refused(&["--metrics", "[::]:0"]);
    assert!(code == 2 && said.contains("[::1]"), "{said}");
    let (code, said) = refused(&["--allow", "spotify:GET"]);
    assert!(code == 2 && said.contains("spotify:GET,POST:/v1/me"), "{said}");

    let broker = Running::start(&home, &[]);
    let (code, said) = refused(&[]);
    assert!(code == 1 && said.contains("another broker listens at"), "{said}");
    broker.stop();

    fs::write(&path, "a letter").unwrap();
    let (code, said) = refused(&[]);
    assert!(code == 1 && said.contains("is no socket"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "a letter");
}

#[test]
fn a_rule_for_nobody_is_said() {
    let home = Home::new();
    let broker = Running::start(&home, &["--allow", "nobody:GET:/"]);
    assert!(broker.stop().contains("--allow names nobody"));
}
