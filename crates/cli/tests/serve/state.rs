//! `export` and `apply`: a server's state as a file, from one server to another.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Output;

use rusqlite::Connection;
use serde_json::Value;

use crate::http::Call;
use crate::process::{CLIENT, Folder, Serve, run};
use crate::upstream::Upstream;

const STATE: &str = r#"
[[account]]
email = "ada@example.com"
name = "Ada"

[[team]]
name = "Night Ferry Records"
kind = "label"
members = [{ account = "ada@example.com", role = "owner" }]

[[app]]
api = "catalogue"
client_id = "3c2b1a09f8e7d6c5b4a3928170615243"
name = "Reader"
stage = "approved"
team = "Night Ferry Records"
redirect_uris = ["https://reader.example/callback"]
"#;

fn folder() -> Folder {
    Folder::before(Upstream::new().address)
}

fn stagedoor(folder: &Folder, command: &str, arguments: &[&str]) -> Output {
    run(&[&[command, "--config", &folder.configuration()], arguments].concat())
}

fn said(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(if code == 0 { output.stdout.clone() } else { output.stderr.clone() }).unwrap()
}

/// What is on stdout, and what on stderr.
fn done(output: &Output) -> (String, String) {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn written(folder: &Folder, text: &str) -> (PathBuf, String) {
    let path = folder.path("state.toml");
    std::fs::write(&path, text).unwrap();
    let shown = path.display().to_string();
    (path, shown)
}

fn status_of_token(server: &Serve, secret: &str) -> u16 {
    let form = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={secret}");
    server.send(&Call::new("POST", "/catalogue/token").form(&form)).status
}

/// The one new secret.
fn secret(applied: &str) -> String {
    let applied: Value = serde_json::from_str(applied).unwrap();
    assert_eq!(applied["secrets"].as_array().unwrap().len(), 1, "{applied}");
    applied["secrets"][0]["secret"].as_str().unwrap().to_owned()
}

/// On a server that runs, and from there to an empty one: the same request works there, with a secret of its own.
#[test]
fn from_one_server_to_another() {
    let (old, new) = (folder(), folder());
    let (_, file) = written(&old, STATE);
    let server = old.serve();
    let shown = said(&stagedoor(&old, "apply", &[&file]), 0);
    assert!(shown.contains("+ app catalogue 3c2b1a09f8e7d6c5b4a3928170615243\n"), "{shown}");
    assert!(shown.contains("Nothing was changed yet: add --yes to make 3 changes."), "{shown}");
    let exported = said(&stagedoor(&old, "export", &[]), 0);
    assert!(!exported.contains("[["), "{exported}");

    let applied = stagedoor(&old, "apply", &["--yes", "--new-secrets", "--json", &file]);
    let old_secret = secret(&said(&applied, 0));
    assert_eq!(status_of_token(&server, &old_secret), 200);
    let exported = said(&stagedoor(&old, "export", &[]), 0);
    assert!(!exported.contains(&old_secret) && exported.contains(CLIENT), "{exported}");
    server.stop();
    assert_eq!(said(&stagedoor(&old, "export", &[]), 0), exported, "the same at rest");

    let (_, file) = written(&new, &exported);
    let new_secret =
        secret(&said(&stagedoor(&new, "apply", &["--yes", "--new-secrets", "--json", &file]), 0));
    assert_eq!(said(&stagedoor(&new, "export", &[]), 0), exported);
    let server = new.serve();
    assert_eq!(status_of_token(&server, &new_secret), 200);
    assert_eq!(status_of_token(&server, &old_secret), 401);
    let again = done(&stagedoor(&new, "apply", &["--yes", "--prune", "--new-secrets", &file]));
    assert_eq!(again, ("".to_owned(), "Nothing to do: everything is as the file says.\n".to_owned()));
    server.stop();

    for (folder, origin) in [(&old, "admin socket"), (&new, "apply")] {
        let database = Connection::open(folder.path("stagedoor.db")).unwrap();
        let line = "SELECT origin FROM audit WHERE what = 'app created' AND actor LIKE 'uid %'";
        assert_eq!(database.query_row(line, [], |row| row.get::<_, String>(0)).unwrap(), origin);
    }
}

/// What is taken from an app ends at once, where the server runs.
#[test]
fn a_suspended_app() {
    let folder = folder();
    let (_, file) = written(&folder, STATE);
    let applied = stagedoor(&folder, "apply", &["--yes", "--new-secrets", "--json", &file]);
    let secret = secret(&said(&applied, 0));
    let server = folder.serve();
    assert_eq!(status_of_token(&server, &secret), 200);
    let (_, file) = written(&folder, &STATE.replace("approved", "suspended"));
    let (_, told) = done(&stagedoor(&folder, "apply", &["--yes", &file]));
    assert_eq!(told, format!("~ app catalogue {CLIENT}\n    stage: approved → suspended\nDone: 1 change.\n"));
    assert_eq!(status_of_token(&server, &secret), 403);
    server.stop();
}

/// They are for a program, and what is told of them is for people.
#[test]
fn secrets_stand_alone_on_stdout() {
    let folder = folder();
    let (_, file) = written(&folder, STATE);
    let (lines, told) = done(&stagedoor(&folder, "apply", &["--yes", "--new-secrets", &file]));
    let (app, secret) = lines.strip_suffix('\n').unwrap().split_once(' ').unwrap();
    assert_eq!(app, format!("catalogue/{CLIENT}"));
    assert!(told.contains("Done: 3 changes.\nSecrets, which are not shown again:\n"), "{told}");
    assert!(!told.contains(secret), "{told}");
    let server = folder.serve();
    assert_eq!(status_of_token(&server, secret), 200);
    server.stop();
}

/// Neither a database nor a lock is made, nor does one that is there change.
#[test]
fn to_look_changes_no_file() {
    let folder = folder();
    let (_, file) = written(&folder, STATE);
    let look = || {
        let shown = said(&stagedoor(&folder, "apply", &[&file]), 0);
        (shown, said(&stagedoor(&folder, "export", &[]), 0))
    };
    let before = files(&folder);
    let (shown, exported) = look();
    assert!(shown.contains("Nothing was changed yet: add --yes to make 3 changes."), "{shown}");
    assert!(!exported.contains("[["), "{exported}");
    assert_eq!(files(&folder), before);

    done(&stagedoor(&folder, "apply", &["--yes", &file]));
    let before = files(&folder);
    let (shown, exported) = look();
    assert_eq!(shown, "Nothing to do: everything is as the file says.\n");
    assert!(exported.contains(CLIENT), "{exported}");
    assert_eq!(files(&folder), before);

    let database = Connection::open(folder.path("stagedoor.db")).unwrap();
    database.pragma_update(None, "user_version", 4).unwrap();
    drop(database);
    let before = files(&folder);
    let refused = said(&stagedoor(&folder, "apply", &[&file]), 1);
    assert!(
        refused.contains("has schema 4") && refused.contains("start `stagedoor serve` once"),
        "{refused}"
    );
    assert_eq!(files(&folder), before);
}

/// Names and contents.
fn files(folder: &Folder) -> BTreeMap<OsString, Vec<u8>> {
    let files = std::fs::read_dir(folder.path(".")).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.is_file());
    files.map(|path| (path.file_name().unwrap().to_owned(), std::fs::read(path).unwrap())).collect()
}

/// A name cannot write a line of its own where it is refused.
#[test]
fn mistakes() {
    let folder = folder();
    let cases = [
        (STATE.replace("kind = \"label\"", "colour = 1"), "state.toml:8: unknown field `colour`"),
        (STATE.replace("team = \"Night Ferry Records\"", "team = \"Nobody\""), "there is no team Nobody"),
        (STATE.replace("https://reader", "http://reader"), "plain http"),
        (STATE.replace("Night Ferry", "Night\\nFerry"), "team Night Ferry Records: a name is"),
    ];
    for running in [false, true] {
        let server = running.then(|| folder.serve());
        for (text, words) in &cases {
            let (_, file) = written(&folder, text);
            let refused = said(&stagedoor(&folder, "apply", &["--yes", &file]), 2);
            assert!(refused.contains(words), "{refused}");
            assert_eq!(refused.lines().count(), 1, "{refused}");
        }
        assert!(!said(&stagedoor(&folder, "export", &[]), 0).contains("[["));
        server.map(Serve::stop);
    }
    let refused = said(&stagedoor(&folder, "apply", &["/nowhere.toml"]), 1);
    assert!(refused.contains("cannot read /nowhere.toml"), "{refused}");
}
