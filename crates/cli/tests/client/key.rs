//! `stagedoor key`.

use crate::home::Home;
use crate::process::Dev;

#[test]
fn under_a_passphrase_and_back() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let token = home.ok(&["token", "spotify"]);
    let moved = home.run_with(&["key", "passphrase", "--new-passphrase-file", "-"], "low tide at noon\n");
    assert!(moved.code == 0 && moved.stderr.contains("under a passphrase"), "{}", moved.stderr);
    let shut = home.run(&["token", "spotify"]);
    assert_eq!((shut.code, shut.stdout.as_str()), (6, ""), "{}", shut.stderr);
    assert!(shut.stderr.contains("stagedoor key unlock"), "{}", shut.stderr);
    let wrong = home.run_with(&["key", "show", "--passphrase-file", "-"], "high tide");
    assert_eq!(wrong.code, 6, "{}", wrong.stderr);
    let back = home.run_with(&["key", "file", "--passphrase-file", "-"], "low tide at noon");
    assert!(back.code == 0 && back.stderr.contains("in the file key.json"), "{}", back.stderr);
    assert_eq!(home.ok(&["token", "spotify"]), token);
    assert!(home.ok(&["key", "show"]).contains("key.json"));
}
