use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

use super::*;

/// Set in the process that runs under umask 0, because a umask is the whole process's.
const CHILD: &str = "STAGEDOOR_TEST_UMASK_0";

#[test]
fn nothing_is_ever_open_to_others_even_under_umask_0() {
    if std::env::var_os(CHILD).is_some() {
        return write_everything_and_look();
    }
    let this = "vault::tests::permissions::nothing_is_ever_open_to_others_even_under_umask_0";
    let child =
        Command::new(std::env::current_exe().unwrap()).args([this, "--exact"]).env(CHILD, "1").output();
    let child = child.unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

fn write_everything_and_look() {
    rustix::process::umask(rustix::fs::Mode::empty());
    // Dies at each change in turn, so that temporary files are looked at too.
    for allowed in 0..12 {
        let folder = TempDir::new().unwrap();
        let home = folder.path().join("deep/home");
        let _ = crash::run(allowed, || Vault::open(&home));
        let vault = Vault::open(&home).unwrap();
        let locked = vault.lock(&name("a")).unwrap();
        locked.write(&credential("1")).unwrap();
        let began = Moment { wall_millis: 1, boot_millis: 2, boot: 3 };
        let entry = JournalEntry { fingerprint: Fingerprint::of(&Secret::new("x")), began, sent: 1 };
        locked.begin(&entry).unwrap();
        let _ = crash::run(allowed, || locked.write(&credential("2")));
        vault.set_cool_down(&cool_downs::key("an-app"), &cool_downs::cool_down(1, 5)).unwrap();
        vault.move_key(NewKeyPlace::File).unwrap();
        assert!(look(&folder.path().join("deep")) >= 9);
    }
}

/// How many files and folders there are, none of them open to others.
fn look(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let seen = entries.map(|path| {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.mode() & 0o777, expected, "{}", path.display());
        1 + if metadata.is_dir() { look(&path) } else { 0 }
    });
    seen.sum()
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_others_can_read_is_refused_with_its_cure() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    let folder = home.vault.folder();
    let cases = [
        (folder.to_owned(), 0o750, 0o700),
        (folder.join("credentials"), 0o777, 0o700),
        (folder.join("key.json"), 0o644, 0o600),
    ];
    for (path, mode, cure) in cases {
        chmod(&path, mode);
        let error = Vault::open(folder).unwrap_err().to_string();
        assert!(
            error.ends_with(&format!("(mode {mode:o}): run `chmod {cure:o} {}`", path.display())),
            "{error}"
        );
        chmod(&path, cure);
    }
    chmod(&home.file("a.credential"), 0o602);
    assert!(matches!(home.again().read(&name("a")), Err(VaultError::OpenToOthers { mode: 0o602, .. })));
    chmod(&home.file("a.credential"), 0o600);
    assert!(home.again().read(&name("a")).unwrap().is_some());
}

#[test]
fn links_are_not_followed() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    for file in [home.file("a.credential"), home.vault.folder().join("key.json")] {
        let elsewhere = home.folder.path().join("elsewhere");
        fs::rename(&file, &elsewhere).unwrap();
        symlink(&elsewhere, &file).unwrap();
        let found = Vault::open(home.vault.folder()).and_then(|vault| vault.read(&name("a")));
        assert!(matches!(found, Err(VaultError::NotAFile(path)) if path == file));
        fs::rename(&elsewhere, &file).unwrap();
    }
    assert!(home.again().read(&name("a")).unwrap().is_some());
}

#[test]
fn a_pipe_in_the_place_of_a_file_holds_nobody_up() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    fs::remove_file(home.file("a.credential")).unwrap();
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(home.file("a.credential")).status().unwrap();
    assert!(made.success());
    assert!(matches!(home.vault.read(&name("a")), Err(VaultError::NotAFile(_))));
}
