//! `stagedoor provider`: a provider by data alone.

use std::path::{Path, PathBuf};

use crate::browser::{begin, follow};
use crate::home::Home;
use crate::person::Person;
use crate::process::Dev;

/// The made-up provider of the server's tests.
fn jukebox() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/http/jukebox.toml")
}

#[test]
fn of_ones_own() {
    let (dev, home) = (Dev::start(&[&"--dialect", &jukebox()]), Home::new());
    assert_eq!(home.run(&["login", "jukebox"]).code, 2, "nobody knows it yet");
    let file = jukebox().display().to_string();
    let added = home.run(&["provider", "add", &file]);
    assert!(added.code == 0 && added.stderr.contains("stagedoor login jukebox"), "{}", added.stderr);
    let list = home.ok(&["provider", "list"]);
    assert!(list.contains("Jukebox API, yours") && list.contains("Bandcamp API:"), "{list}");
    assert!(home.ok(&["provider", "show", "jukebox"]).contains("https://door.jukebox.example"));

    home.log_in(&dev, "jukebox");
    assert!(home.ok(&["call", "jukebox", "/whoami"]).contains(dev.told("jukebox", "client_id")));
    // An error behind status 200 is one.
    let refused = home.run(&["call", "jukebox", "/whoami", "-H", "X-Stagedoor-Fault: revoked"]);
    assert_ne!(refused.code, 0, "{}", refused.stdout);
    // A person, in its own words.
    let base = dev.told("jukebox", "base_url");
    let arguments = [
        "login",
        "jukebox",
        "--as",
        "person",
        "--client-id",
        dev.told("jukebox", "client_id"),
        "--client-secret-file",
        "-",
        "--base-url",
        base,
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--no-browser",
    ];
    let waiting = begin(&home, &arguments, Some(dev.told("jukebox", "client_secret")));
    follow(&Person::new(&dev).allow(&waiting.address));
    assert_eq!(waiting.end().code, 0);

    let used = home.run(&["provider", "remove", "jukebox"]);
    assert!(used.code == 1 && used.stderr.contains("used by jukebox, person"), "{}", used.stderr);
    for name in ["jukebox", "person"] {
        assert_eq!(home.run(&["logout", name, "--keep-remote"]).code, 0);
    }
    assert_eq!(home.run(&["provider", "remove", "jukebox"]).code, 0);
    assert_eq!(home.run(&["provider", "show", "jukebox"]).code, 2);
}

#[test]
fn mistakes_are_named() {
    let home = Home::new();
    let good = std::fs::read_to_string(jukebox()).unwrap();
    let add = |text: &str| {
        std::fs::write(home.path().join("mine.toml"), text).unwrap();
        let done = home.run(&["provider", "add", "mine.toml"]);
        assert_eq!(done.code, 2, "{}", done.stderr);
        done.stderr
    };
    assert!(add(&good.replace("code_seconds", "code_secs")).contains("did you mean `code_seconds`"));
    assert!(add(&good.replace("name = \"jukebox\"", "name = \"spotify\"")).contains("is built in"));
    assert!(add(&good.replace("https://api.jukebox", "http://api.jukebox")).contains("use https"));
    let file = jukebox().display().to_string();
    assert_eq!(home.run(&["provider", "add", &file]).code, 0);
    assert!(add(&good).contains("--replace"));
    assert_eq!(home.run(&["provider", "add", "mine.toml", "--replace"]).code, 0);
    assert_eq!(home.run(&["provider", "remove", "spotify"]).code, 2);
}
