//! `backup` and `restore`: what a server's operator does, and what the apps see of it.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Output;

use rusqlite::Connection;
use serde_json::Value;

use crate::http::Call;
use crate::process::{CLIENT, Folder, SECRET, Serve, run};
use crate::upstream::Upstream;

/// With an app that gets refresh tokens for itself.
fn folder() -> Folder {
    let folder = Folder::before(Upstream::new().address);
    folder.change("dialect = \"standard\"", "dialect = \"bandcamp\"");
    folder.add_apps();
    folder
}

fn stagedoor(folder: &Folder, command: &str, arguments: &[&str]) -> Output {
    run(&[&[command, "--config", &folder.configuration()], arguments].concat())
}

fn backup(folder: &Folder, name: &str) -> String {
    let file = folder.path(name).display().to_string();
    let taken = stagedoor(folder, "backup", &[&file]);
    assert!(taken.status.success(), "{taken:?}");
    assert!(taken.stderr.is_empty(), "nobody follows it: {taken:?}");
    file
}

fn said(output: Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let bytes = if code == 0 { output.stdout } else { output.stderr };
    String::from_utf8(bytes).unwrap()
}

/// Access and refresh token.
fn tokens(server: &Serve, form: &str) -> (String, String) {
    let form = format!("client_id={CLIENT}&client_secret={SECRET}&{form}");
    let answer = server.send(&Call::new("POST", "/catalogue/oauth_token").form(&form));
    assert_eq!(answer.status, 200, "{}", answer.shown());
    (answer.member("access_token"), answer.member("refresh_token"))
}

fn refresh(server: &Serve, token: &str) -> (String, String) {
    tokens(server, &format!("grant_type=refresh_token&refresh_token={token}"))
}

fn is_refused(server: &Serve, token: &str) -> bool {
    let answer = server.send(&Call::get("/catalogue/").bearer(token));
    assert!([401, 502].contains(&answer.status), "{}", answer.shown());
    answer.status == 401
}

#[test]
fn while_the_server_runs_and_when_it_does_not() {
    let folder = folder();
    let server = folder.serve();
    let (token, _) = tokens(&server, "grant_type=client_credentials");
    let file = folder.path("today.db").display().to_string();
    let told = said(stagedoor(&folder, "backup", &[&file]), 0);
    assert!(told.starts_with(&format!("Written: {file} (")), "{told}");
    let keys = folder.path("stagedoor.key").display().to_string();
    assert!(
        told.contains(&format!("The keys in {keys} are not in it. Keep a copy of that file apart")),
        "{told}"
    );
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!is_refused(&server, &token), "it goes on");

    let again = said(stagedoor(&folder, "backup", &[&file]), 1);
    assert!(
        again.contains("today.db exists already, and is not overwritten: name another file, or add --force"),
        "{again}"
    );
    let nowhere = folder.path("none/today.db").display().to_string();
    let refused = said(stagedoor(&folder, "backup", &[&nowhere]), 1);
    assert!(refused.ends_with(": make its folder first, or name a file in one that is there\n"), "{refused}");
    server.stop();
    said(stagedoor(&folder, "backup", &["--force", &file]), 0);
    for other in ["stagedoor.db", "stagedoor.key", "stagedoor.toml"] {
        let other = folder.path(other);
        let before = std::fs::read(&other).unwrap();
        let refused = said(stagedoor(&folder, "backup", &["--force", &other.display().to_string()]), 1);
        assert!(refused.contains("is no backup, and is not overwritten"), "{refused}");
        assert_eq!(std::fs::read(&other).unwrap(), before);
    }
}

/// What was issued before ends; refresh tokens go on, also those that the backup does not know.
#[test]
fn an_old_backup() {
    let folder = folder();
    let server = folder.serve();
    let (first, refresh_token) = tokens(&server, "grant_type=client_credentials");
    let file = backup(&folder, "old.db");
    let (second, second_refresh) = refresh(&server, &refresh_token);
    let (third, third_refresh) = refresh(&server, &second_refresh);
    assert!(!is_refused(&server, &first) && !is_refused(&server, &third));

    let running = said(stagedoor(&folder, "restore", &["--yes", &file]), 1);
    assert!(running.contains("stagedoor.db is in use by another stagedoor: stop that one"), "{running}");
    server.stop();

    let database = folder.path("stagedoor.db");
    let inode = std::fs::metadata(&database).unwrap().ino();
    let plan = said(stagedoor(&folder, "restore", &[&file]), 0);
    assert!(
        plan.ends_with("Nothing was changed yet: stop the server, and add --yes to restore it.\n"),
        "{plan}"
    );
    assert!(plan.contains("1 team, 1 app, 0 accounts") && plan.contains("Restoring it\n"), "{plan}");
    assert!(plan.contains("1 grant is at risk") && plan.contains(CLIENT), "{plan}");
    assert_eq!(std::fs::metadata(&database).unwrap().ino(), inode);

    let restored = said(stagedoor(&folder, "restore", &["--yes", "--json", &file]), 0);
    let restored: Value = serde_json::from_str(&restored).unwrap();
    assert_eq!((&restored["restored"], &restored["apps"]), (&Value::from(true), &Value::from(1)));
    let risk = &restored["grants_at_risk"];
    assert_eq!((&risk["count"], &risk["by_app"][0]["count"]), (&Value::from(1), &Value::from(1)));
    let listed = &risk["last_used"][0];
    assert_eq!(listed["client_id"], CLIENT);
    assert_eq!((&listed["account"], &listed["refreshed"]), (&Value::Null, &Value::Null));
    let former = restored["former_database"].as_str().unwrap();
    assert_eq!(std::fs::metadata(former).unwrap().ino(), inode, "the former database is kept");

    let server = folder.serve();
    for token in [&first, &second, &third] {
        assert!(is_refused(&server, token));
    }
    let (fourth, fourth_refresh) = refresh(&server, &third_refresh);
    assert!(!is_refused(&server, &fourth));
    refresh(&server, &fourth_refresh);
    server.stop();
    assert_eq!(audited(&folder), ["restored from a backup", "refresh token newer than the database adopted"]);
}

/// What the log says of a restoration.
fn audited(folder: &Folder) -> Vec<String> {
    let database = Connection::open(folder.path("stagedoor.db")).unwrap();
    let lines = "SELECT what FROM audit WHERE what LIKE '%restored%' OR what LIKE '%adopted%' ORDER BY id";
    let mut lines = database.prepare(lines).unwrap();
    lines.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn on_another_machine() {
    let (old, new) = (folder(), Folder::before(Upstream::new().address));
    let file = backup(&old, "moved.db");
    new.change("dialect = \"standard\"", "dialect = \"bandcamp\"");

    // `init` has made other keys there.
    let refused = said(stagedoor(&new, "restore", &[&file]), 1);
    let keys = new.path("stagedoor.key");
    assert!(
        refused.contains(&format!("{} is not the key file that the backup rests on", keys.display())),
        "{refused}"
    );
    assert!(refused.contains("put the copy of that time in its place"), "{refused}");
    assert!(!new.path("stagedoor.db").exists());

    std::fs::copy(old.path("stagedoor.key"), &keys).unwrap();
    let told = said(stagedoor(&new, "restore", &[&file]), 0);
    assert!(told.contains("Restored.") && told.contains("No grant is at risk."), "{told}");
    let server = new.serve();
    tokens(&server, "grant_type=client_credentials");
    server.stop();
}

#[test]
fn what_is_no_backup() {
    let folder = folder();
    for (name, words) in
        [("nothing.db", "there is no backup at"), ("stagedoor.toml", "is not a database of Stagedoor")]
    {
        let refused =
            said(stagedoor(&folder, "restore", &["--yes", &folder.path(name).display().to_string()]), 1);
        assert!(refused.contains(words), "{refused}");
    }
    let newer = backup(&folder, "newer.db");
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let refused = said(stagedoor(&folder, "restore", &["--yes", &newer]), 1);
    assert!(refused.contains("has schema 4711, but this program knows only"), "{refused}");
    assert_eq!(refused.lines().count(), 1, "{refused}");

    // The same sentence where the database itself is newer.
    Connection::open(folder.path("stagedoor.db")).unwrap().pragma_update(None, "user_version", 4711).unwrap();
    let refused = said(stagedoor(&folder, "serve", &[]), 1);
    assert!(refused.contains("has schema 4711, but this program knows only"), "{refused}");

    // A backup that somebody put in place by hand.
    std::fs::copy(folder.path("newer.db"), folder.path("stagedoor.db")).unwrap();
    let refused = said(stagedoor(&folder, "serve", &[]), 1);
    assert!(
        refused.contains("this is a backup, not a database: `stagedoor restore` puts one in place"),
        "{refused}"
    );
}
