//! `stagedoor keys`.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Output;

use crate::http::Call;
use crate::process::{Folder, command, run};
use crate::upstream::Upstream;

fn folder() -> Folder {
    Folder::before("127.0.0.1:9".parse().unwrap())
}

fn keys(folder: &Folder, arguments: &[&str]) -> Output {
    run(&[&["keys"], arguments, &["--config", &folder.configuration()]].concat())
}

fn ok(folder: &Folder, arguments: &[&str]) -> String {
    let done = keys(folder, arguments);
    assert!(done.status.success(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

fn refused(folder: &Folder, arguments: &[&str], code: i32) -> String {
    let done = keys(folder, arguments);
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {done:?}");
    String::from_utf8(done.stderr).unwrap()
}

/// Number, purpose, state and what rests on it, of each key.
fn listed(folder: &Folder) -> Vec<[String; 4]> {
    let text = ok(folder, &["list"]);
    let column = |line: &str, from: usize, to: usize| line[from..to.min(line.len())].trim().to_owned();
    let row = |line: &str| [(0, 6), (6, 21), (21, 34), (56, 999)].map(|(from, to)| column(line, from, to));
    text.lines().skip(1).map(row).collect()
}

fn row(id: &str, purpose: &str, state: &str, rests: &str) -> [String; 4] {
    [id, purpose, state, rests].map(str::to_owned)
}

#[test]
fn list_of_a_new_server() {
    let folder = folder();
    let expected = [
        row("1", "access_token", "active", "tokens"),
        row("2", "refresh_token", "active", "nothing"),
        row("3", "client_secret", "active", "user codes"),
        row("4", "seal", "active", "nothing"),
        row("5", "form", "active", "open pages"),
        row("6", "jwt_eddsa", "active", "nothing"),
        row("7", "jwt_es256", "active", "nothing"),
    ];
    assert_eq!(listed(&folder), expected);
    assert!(!folder.path("stagedoor.db").exists(), "listing makes no database");
    folder.add_apps();
    assert_eq!(listed(&folder)[2], row("3", "client_secret", "active", "1 secret, user codes"));
}

/// What rests on a key goes by the tokens that the APIs make and take.
#[test]
fn list_by_the_apis() {
    let folder = folder();
    let rests = |folder: &Folder| [0, 5, 6].map(|at: usize| listed(folder)[at][3].clone());
    folder.change("# scopes", "token_format = \"jwt\"\n# scopes");
    let older = "older tokens, if any";
    assert_eq!(rests(&folder), [older, older, "tokens"]);
    assert!(refused(&folder, &["retire", "7"], 1).contains("it is the active jwt_es256 key"));
    let said = refused(&folder, &["retire", "6"], 1);
    assert!(said.contains("what rests on it still works: older tokens, if any. --force ends that"), "{said}");
    folder.change("\"jwt\"", "\"opaque\"");
    ok(&folder, &["rotate", "--purpose", "jwt_es256", "--after", "0"]);
    assert_eq!(listed(&folder)[6], row("7", "jwt_es256", "checks only", "nothing"));
    for id in ["6", "7", "8"] {
        ok(&folder, &["retire", id]);
    }
    assert_eq!(listed(&folder).len(), 5);
}

/// Two commands are a letter apart.
#[test]
fn help_says_which_is_which() {
    let help = |arguments: &[&str]| String::from_utf8(run(arguments).stdout).unwrap();
    assert!(
        help(&["keys", "--help"]).contains("The key of your own credentials is another: `stagedoor key`.")
    );
    assert!(help(&["key", "--help"]).contains("The keys of a server are others: `stagedoor keys`."));
    for command in ["list    Show", "rotate  Add", "retire  Take"] {
        assert!(help(&["keys", "--help"]).contains(command), "{command}");
    }
}

#[test]
fn no_key_is_shown() {
    let folder = folder();
    let said = ok(&folder, &["rotate"]) + &ok(&folder, &["list"]) + &refused(&folder, &["retire", "1"], 1);
    let text = std::fs::read_to_string(folder.path("stagedoor.key")).unwrap();
    let secrets: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("key = \"")).collect();
    assert_eq!(secrets.len(), 14);
    assert!(secrets.iter().all(|secret| !said.contains(&secret[..10])), "{said}");
}

#[test]
fn rotate_adds_and_keeps() {
    let folder = folder();
    let file = folder.path("stagedoor.key");
    let before = std::fs::read_to_string(&file).unwrap();
    let owner = std::fs::metadata(&file).unwrap();
    let said = ok(&folder, &["rotate", "--purpose", "access_token", "--after", "3600"]);
    assert!(
        said.starts_with("new  key 8     access_token\n") && said.contains(", in 1 h. A running"),
        "{said}"
    );
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(&before), "what there was stays as it was");
    let about = std::fs::metadata(&file).unwrap();
    assert_eq!((about.mode() & 0o777, about.uid(), about.gid()), (0o600, owner.uid(), owner.gid()));
    assert_eq!(listed(&folder)[7], row("8", "access_token", "waiting", "nothing"));

    // Its time has not come, so it may go again.
    ok(&folder, &["retire", "8"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    let names: Vec<_> = std::fs::read_dir(file.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "nothing is left beside it: {names:?}");

    let said = refused(&folder, &["rotate", "--purpose", "acces_token"], 2);
    assert!(said.contains("keys are for access_token, refresh_token"), "{said}");
}

/// Nothing piles up while new keys wait.
#[test]
fn rotate_while_new_keys_wait() {
    let folder = folder();
    ok(&folder, &["rotate", "--purpose", "form", "--after", "600"]);
    ok(&folder, &["rotate", "--purpose", "seal", "--after", "3600"]);
    let said = refused(&folder, &["rotate"], 1);
    assert!(said.contains("nothing was rotated: keys 8, 9 wait to take over, the first in "), "{said}");
    assert!(said.contains("`stagedoor keys retire ID --force` takes one out"), "{said}");
    let said = refused(&folder, &["rotate", "--purpose", "form"], 1);
    assert!(said.contains("nothing was rotated: key 8 waits to take over, in "), "{said}");
    assert_eq!(listed(&folder).len(), 9);
    ok(&folder, &["rotate", "--purpose", "access_token"]);

    // A key that has leaked is not waited with.
    let said = ok(&folder, &["rotate", "--purpose", "form", "--after", "0"]);
    assert!(
        said.contains("In use at once.") && said.contains("Still keys 10, 8, 9 wait to take over"),
        "{said}"
    );
    let said = ok(&folder, &["retire", "10", "--force"]);
    assert!(said.contains("With it ended: nothing.\n"), "it was about to be used: {said}");
    assert!(!ok(&folder, &["retire", "8"]).contains("With it ended"));
    ok(&folder, &["rotate", "--purpose", "form"]);
}

/// Of changes at the same time none is lost.
#[test]
fn several_at_once() {
    let folder = folder();
    let configuration = folder.configuration();
    let purposes =
        ["access_token", "refresh_token", "client_secret", "seal", "form", "jwt_eddsa", "jwt_es256"];
    let rotate = |purpose| ["keys", "rotate", "--purpose", purpose, "--config", &configuration];
    let started = purposes.map(|purpose| command().args(rotate(purpose)).spawn().unwrap());
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    let ids: Vec<_> = listed(&folder).into_iter().map(|[id, ..]| id).collect();
    assert_eq!(ids, (1..=14).map(|id| id.to_string()).collect::<Vec<_>>());
}

/// A link to the key file stays one.
#[test]
fn through_a_link() {
    let folder = folder();
    let (file, elsewhere) = (folder.path("stagedoor.key"), folder.path("real.key"));
    std::fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    ok(&folder, &["rotate", "--purpose", "seal"]);
    assert!(file.symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(&elsewhere).unwrap().contains("id = 8"));
}

#[test]
fn retire_refuses_while_something_rests_on_it() {
    let folder = folder();
    folder.add_apps();
    let active = refused(&folder, &["retire", "3"], 1);
    assert!(active.contains("key 3 stays: it is the active client_secret key"), "{active}");
    assert!(active.contains("`stagedoor keys rotate --purpose client_secret` first"), "{active}");
    // Not even by force: nothing could be made any more.
    assert!(refused(&folder, &["retire", "3", "--force"], 1).contains("it is the active client_secret key"));

    ok(&folder, &["rotate", "--after", "0"]);
    let said = refused(&folder, &["retire", "3"], 1);
    assert!(said.contains("what rests on it still works: 1 secret, user codes until 20"), "{said}");
    let said = refused(&folder, &["retire", "1"], 1);
    assert!(said.contains("what was made with it lives for a while yet: tokens until 20"), "{said}");
    assert!(said.contains("for 1 h"), "{said}");
    assert!(refused(&folder, &["retire", "99"], 2).contains("there is no key 99"));
    assert_eq!(listed(&folder).len(), 14);
}

#[test]
fn force_ends_what_rests_on_it() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    ok(&folder, &["rotate", "--after", "0"]);
    let said = ok(&folder, &["retire", "3", "--force"]);
    assert!(said.starts_with("Key 3 is gone from "), "{said}");
    assert!(said.ends_with("\nWith it ended: 1 secret, user codes that were open.\n"), "{said}");
    let rests: Vec<_> =
        listed(&folder).into_iter().filter(|[_, purpose, ..]| purpose == "client_secret").collect();
    assert_eq!(rests, [row("10", "client_secret", "active", "user codes")]);
    let server = folder.serve();
    assert_eq!(server.ask_for_token("127.0.0.1", "").status, 401, "its secret is gone");
    server.stop();
}

/// A server that runs ends it itself, at once, and takes the shorter file up.
#[test]
fn force_beside_a_server() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let mut server = folder.serve();
    let token = server.token("");
    let call = Call::get("/catalogue/").bearer(&token);
    ok(&folder, &["rotate", "--after", "0"]);
    server.wait_for("the changed key file is taken up");
    let said = ok(&folder, &["retire", "3", "--force"]);
    assert!(said.ends_with("\nWith it ended: 1 secret, user codes that were open.\n"), "{said}");
    assert_eq!(server.ask_for_token("127.0.0.1", "").status, 401, "its secret is gone");
    server.wait_for("the changed key file is taken up");
    let said = ok(&folder, &["retire", "1", "--force"]);
    assert!(said.ends_with("\nWith it ended: all tokens made with it.\n"), "{said}");
    server.wait_for("the changed key file is taken up");
    assert_eq!(server.send(&call).status, 401, "its key is gone");
    server.stop();
}

/// Old keys go on checking, after a restart as well.
#[test]
fn rotated_and_restarted() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let server = folder.serve();
    let old = server.token("");
    server.stop();
    ok(&folder, &["rotate", "--after", "0"]);
    let server = folder.serve();
    let new = server.token("");
    for token in [&old, &new] {
        let mut connection = server.connect();
        connection.write(&Call::get("/catalogue/").bearer(token).to_bytes()).unwrap();
        upstream.hear().answer("passed");
        assert_eq!(connection.read().unwrap().text(), "passed");
    }
    // The first bytes name version and key.
    assert_ne!(old[..8], new[..8]);
    server.stop();
}

/// A key file from before there were JWTs, and a configuration that asks for them.
#[test]
fn first_key_that_signs() {
    let folder = folder();
    let file = folder.path("stagedoor.key");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.split("\n[[key]]\nid = 6").next().unwrap()).unwrap();
    folder.change("# scopes", "token_format = \"jwt\"\n# scopes");
    let checked = run(&["check", "--config", &folder.configuration()]);
    assert_eq!(checked.status.code(), Some(2));
    let said = String::from_utf8(checked.stderr).unwrap();
    assert!(said.contains("run `stagedoor keys rotate --purpose jwt_es256`"), "{said}");
    ok(&folder, &["rotate", "--purpose", "jwt_es256"]);
    assert!(run(&["check", "--config", &folder.configuration()]).status.success());
    assert_eq!(listed(&folder)[5], row("6", "jwt_es256", "active", "tokens"));
    assert!(refused(&folder, &["retire", "6"], 1).contains("it is the active jwt_es256 key"));
}

/// Keys that no file holds are printed, and only when that is asked for.
#[test]
fn from_the_environment() {
    let folder = folder();
    let text = std::fs::read_to_string(folder.path("stagedoor.key")).unwrap();
    std::fs::remove_file(folder.path("stagedoor.key")).unwrap();
    folder.change("file = \"stagedoor.key\"", "env = \"STAGEDOOR_TEST_KEYS\"");
    let configuration = folder.configuration();
    let with_keys = |arguments: &[&str]| {
        let arguments = [&["keys"], arguments, &["--config", &configuration]].concat();
        command().args(arguments).env("STAGEDOOR_TEST_KEYS", &text).output().unwrap()
    };
    let refused = with_keys(&["rotate"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("`stagedoor keys rotate --print` prints what to put there"), "{said}");
    let printed = with_keys(&["rotate", "--purpose", "form", "--print"]);
    assert!(printed.status.success(), "{printed:?}");
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.starts_with(&text) && printed.contains("id = 8\npurpose = \"form\""));
    assert!(with_keys(&["list"]).status.success());
}

/// One that was exposed is to be replaced, not added to.
#[test]
fn a_file_that_others_can_read() {
    let folder = folder();
    let file = folder.path("stagedoor.key");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = refused(&folder, &["rotate"], 2);
    assert!(said.contains("can be read by others; run chmod 600"), "{said}");
}
