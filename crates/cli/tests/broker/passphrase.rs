//! A vault that is unlocked for a broker to use, and its passphrase, which that does not give away.

use crate::home::Home;

const PASSPHRASE: &str = "low tide at noon";

#[test]
fn unlocked_is_not_given_away() {
    let home = Home::new();
    let moved = home.run_with(&["key", "passphrase", "--new-passphrase-file", "-"], PASSPHRASE);
    assert_eq!(moved.code, 0, "{}", moved.stderr);
    let locked = home.ok(&["key", "show"]);
    assert!(locked.contains("under a passphrase, and locked"), "{locked}");

    let unlock = home.run_with(&["key", "unlock", "--for", "60", "--passphrase-file", "-"], PASSPHRASE);
    // Some containers have no keyring at all, which is said.
    let is_unlocked = unlock.code == 0;
    assert!(is_unlocked || unlock.stderr.contains("keyring"), "{}", unlock.stderr);
    assert_eq!(home.ok(&["key", "show"]).contains("locked"), !is_unlocked);
    for command in [&["file"][..], &["keychain"], &["passphrase", "--new-passphrase-file", "-"]] {
        let without = home.run_with(&[&["key"], command].concat(), "another");
        assert_eq!(without.code, 6, "{command:?}: {}", without.stderr);
    }
    for command in ["show", "file", "unlock", "lock"] {
        let wrong = home.run_with(&["key", command, "--passphrase-file", "-"], "high tide");
        assert_eq!(wrong.code, 6, "{command}: {}", wrong.stderr);
    }
    assert!(home.ok(&["key", "show"]).contains("under a passphrase"));
    home.run_with(&["key", "lock", "--passphrase-file", "-"], PASSPHRASE);
    let back = home.run_with(&["key", "file", "--passphrase-file", "-"], PASSPHRASE);
    assert!(back.code == 0 && back.stderr.contains("in the file key.json"), "{}", back.stderr);
}
