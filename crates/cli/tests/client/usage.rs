//! Help, completions, and what is no command.

use crate::home::Home;

const COMMANDS: [&str; 12] = [
    "login",
    "token",
    "call",
    "curl",
    "broker",
    "status",
    "logout",
    "doctor",
    "provider",
    "key",
    "dev",
    "completions",
];

#[test]
fn help_comes_with_examples() {
    let home = Home::new();
    let help = home.ok(&["--help"]);
    assert!(help.contains("Exit codes:") && help.contains("3  a person has to sign in"), "{help}");
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{command}");
        let own = home.ok(&[command, "--help"]);
        assert!(own.contains("Examples:\n  stagedoor"), "{command}: {own}");
    }
    assert!(!home.vault_folder().exists(), "help makes no vault");
}

#[test]
fn wrong_usage() {
    let home = Home::new();
    for arguments in [
        &["nonsense"][..],
        &["token"],
        &["token", "a/b"],
        &["token", "x", "--min-ttl", "y"],
        &["call", "x"],
        &["curl", "x"],
    ] {
        let done = home.run(arguments);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(done.stderr.contains("--help"), "{}", done.stderr);
    }
}

#[test]
fn completions_for_every_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(home.ok(&["completions", shell]).contains("min-ttl"), "{shell}");
    }
    let script = home.ok(&["completions", "bash"]);
    let checked = std::process::Command::new("bash").args(["-n", "-c", &script]).status().unwrap();
    assert!(checked.success());
}
