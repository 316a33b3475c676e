//! `init` and `check`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use crate::process::{Folder, run};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_it_writes_can_be_served() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("new/folder");
    let shown = folder.display().to_string();
    let made = run(&["init", "--dir", &shown]);
    assert!(made.status.success(), "{made:?}");
    let said = String::from_utf8(made.stdout).unwrap();
    for command in ["check", "serve"] {
        assert!(said.contains(&format!("stagedoor {command} --config {shown}/stagedoor.toml\n")), "{said}");
    }
    assert_eq!((mode(&folder), mode(&folder.join("stagedoor.key"))), (0o700, 0o600));

    let checked = run(&["check", "--config", &format!("{shown}/stagedoor.toml")]);
    assert!(checked.status.success(), "{checked:?}");
    let summary = format!(
        "ok
  listens   127.0.0.1:8080
  database  {shown}/stagedoor.db
  keys      {shown}/stagedoor.key
  api       catalogue: http://127.0.0.1:8080/catalogue to http://127.0.0.1:9000/ (Standard API)
"
    );
    assert_eq!(String::from_utf8(checked.stdout).unwrap(), summary);
    assert!(!folder.join("stagedoor.db").exists(), "check starts nothing");
}

#[test]
fn nothing_is_overwritten() {
    for name in ["stagedoor.toml", "stagedoor.key", "stagedoor.db"] {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join(name), "mine").unwrap();
        let refused = run(&["init", "--dir", &folder.path().display().to_string()]);
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains(&format!("{name} exists already, and is not overwritten")), "{said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read(folder.path().join(name)).unwrap(), b"mine");
    }
}

#[test]
fn mistakes_are_listed() {
    let folder = Folder::before("127.0.0.1:9000".parse().unwrap());
    folder.change("dialect = \"standard\"", "dialect = \"spotifi\"");
    folder.change("stagedoor.db", "nowhere/stagedoor.db");
    let file = folder.configuration();
    let nowhere = folder.path("nowhere");
    let said = format!(
        "stagedoor: the configuration cannot be served:
{file}:12: there is no folder {}: make it, for the server's user alone
{file}:28: there is no built-in dialect \"spotifi\"; did you mean \"spotify\"?
",
        nowhere.display()
    );
    for command in ["check", "serve"] {
        let refused = run(&[command, "--config", &file]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert_eq!(String::from_utf8(refused.stderr).unwrap(), said);
    }
}

#[test]
fn no_configuration() {
    let refused = run(&["serve", "--config", "nowhere/stagedoor.toml"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("cannot read nowhere/stagedoor.toml") && said.contains("`stagedoor init`"),
        "{said}"
    );
}
