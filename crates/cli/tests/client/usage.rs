//! Help, completions, and what is no command.

use crate::home::Home;

const COMMANDS: [&str; 20] = [
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
    "init",
    "check",
    "keys",
    "serve",
    "admin",
    "backup",
    "restore",
    "completions",
    "manual",
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
        let script = home.ok(&["completions", shell]);
        for what in ["min-ttl"].iter().chain(&COMMANDS) {
            assert!(script.contains(what), "{shell}: {what}");
        }
    }
    // Longer than an argument may be.
    let script = home.path().join("completions.bash");
    std::fs::write(&script, home.ok(&["completions", "bash"])).unwrap();
    let checked = std::process::Command::new("bash").arg("-n").arg(&script).status().unwrap();
    assert!(checked.success());
}

#[test]
fn a_man_page_for_every_command() {
    let home = Home::new();
    let folder = home.path().join("man");
    home.ok(&["manual", "--dir", folder.to_str().unwrap()]);
    let page = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.1"))).unwrap();
    for command in COMMANDS {
        let page = page(&format!("stagedoor-{command}"));
        assert!(page.contains(".SH EXAMPLES\n.nf\nstagedoor "), "{command}: {page}");
        assert!(page.contains(".SH \"SEE ALSO\""), "{command}");
    }
    assert!(page("stagedoor").contains(".SH \"EXIT CODES\""));
    assert!(page("stagedoor-broker-key-add").contains("broker key add"));
    // Debian has it nearly everywhere; where it is not, the pages are looked at by packagers.
    let pages = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    for page in pages {
        let mut man = std::process::Command::new("man");
        man.args(["--warnings", "--encoding=UTF-8", "--troff-device=utf8", "--ditroff", "--local-file"])
            .arg(&page);
        let Ok(read) = man.output() else { return };
        assert!(read.status.success() && read.stderr.is_empty(), "{}: {read:?}", page.display());
    }
}
