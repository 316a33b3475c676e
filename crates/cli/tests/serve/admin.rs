//! `stagedoor admin` against a server that runs, from the first administrator to a call that goes through.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::http::Call;
use crate::process::{Folder, Serve, command, run};
use crate::upstream::Upstream;

const PASSWORD: &str = "correct horse battery";

/// Runs `stagedoor admin` for the server of this folder.
fn admin_with(folder: &Folder, stdin: &str, arguments: &[&str]) -> Output {
    let mut command = command();
    command.args(["admin", "--config", &folder.configuration()]).args(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Who needs no stdin may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

/// What it prints when it succeeds.
fn admin(folder: &Folder, arguments: &[&str]) -> String {
    let output = admin_with(folder, "", arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What it says when it fails.
fn refused(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let output = admin_with(folder, "", arguments);
    assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}: {output:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn make_administrator(folder: &Folder, email: &str) {
    let arguments = ["account", "create", "--administrator", "--email", email, "--name", "Ada"];
    let made = admin_with(folder, PASSWORD, &[&arguments[..], &["--password-file", "-"]].concat());
    assert!(made.status.success(), "{made:?}");
}

fn token(server: &Serve, id: &str, secret: &str) -> crate::http::Answer {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    server.send(&Call::new("POST", "/catalogue/token").form(&form))
}

#[test]
fn a_newcomers_way() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    let server = folder.serve();
    make_administrator(&folder, "ada@example.com");
    admin(&folder, &["team", "create", "Night Owl Records", "--kind", "label"]);
    admin(&folder, &["team", "member", "Night Owl Records", "ada@example.com", "--role", "owner"]);
    let new = ["app", "create", "--api", "catalogue", "--team", "Night Owl Records", "--name", "Charts"];
    let secret = admin(&folder, &new);
    let secret = secret.as_str();
    assert!(secret.starts_with("sds_") && !secret.contains(char::is_whitespace), "alone, to be piped");

    let listed = admin(&folder, &["app", "list", "--json"]);
    let app: Value = serde_json::from_str(&listed).unwrap();
    let id = app["client_id"].as_str().unwrap();
    let name = format!("catalogue/{id}");
    let answer = token(&server, id, secret);
    assert_eq!(answer.status, 200, "{}", answer.shown());
    let access = answer.member("access_token");
    let mut connection = server.connect();
    let call = Call::get("/catalogue/charts").bearer(&access);
    connection.write(&call.to_bytes()).unwrap();
    let mut heard = upstream.hear();
    assert_eq!(heard.header("x-stagedoor-app"), [id]);
    heard.answer("charts");
    assert_eq!(connection.read().unwrap().text(), "charts");

    // A second secret works beside the first; suspended, neither does, and the token is over at once.
    let second = admin(&folder, &["secret", "add", &name, "--name", "blue", "--expires", "90d"]);
    assert_eq!(token(&server, id, second.trim_end()).status, 200);
    assert!(!admin(&folder, &["secret", "list", &name]).contains("sds_"));
    admin(&folder, &["app", "suspend", &name]);
    assert_eq!(server.send(&call).status, 401);
    assert!(token(&server, id, secret).status >= 400);
    admin(&folder, &["app", "resume", &name]);
    assert_eq!(token(&server, id, secret).status, 200);
    let third = admin(&folder, &["app", "regenerate", &name]);
    assert!(token(&server, id, secret).status >= 400);
    assert_eq!(token(&server, id, third.trim_end()).status, 200);

    let audit = admin(&folder, &["audit"]);
    for what in [
        "account created, administrator",
        "team created",
        "member set: ada@example.com as owner",
        "app created",
        "secret added: blue",
        "app suspended",
        "app resumed",
        "client revoked and regenerated",
    ] {
        assert!(audit.contains(what), "{what}: {audit}");
    }
    let first = admin(&folder, &["audit", "--limit", "1", "--json"]);
    assert_eq!(first.lines().count(), 1);
    let log = server.stop();
    for never in [PASSWORD, secret, second.trim_end(), third.trim_end(), &access] {
        assert!(!log.contains(never) && !audit.contains(never), "a secret is told");
    }
    assert!(!folder.path("stagedoor.sock").exists());
}

/// Programs administer where the configuration has it so, from a reload on, with a credential of this machine's.
#[test]
fn over_the_network() {
    let folder = Folder::before("127.0.0.1:9000".parse().unwrap());
    let mut server = folder.serve();
    admin(&folder, &["team", "create", "Night Owl Records", "--kind", "label"]);
    let credential = admin(&folder, &["credential", "create", "deploy", "--scope", "read"]);
    let credential = credential.trim_end();
    let teams = Call::get("/admin/v1/teams").bearer(credential);
    assert_eq!(server.send(&teams).status, 404, "it is off");

    folder.change("[database]", "[admin]\nhttp = true\n\n[database]");
    server.reload();
    let answer = server.send(&teams);
    assert_eq!(answer.json()["items"][0]["name"], "Night Owl Records", "{}", answer.shown());
    assert_eq!(server.send(&Call::get("/admin/v1/teams")).status, 401);
    let new =
        Call::new("POST", "/admin/v1/teams").bearer(credential).header("content-type", "application/json");
    let refused = server.send(&new.body("{\"name\": \"Another\", \"kind\": \"band\"}"));
    assert_eq!((refused.status, refused.member("code")), (403, "not-allowed".to_owned()));
    let link = server.send(&Call::get("/admin/v1/setup-link").bearer(credential));
    assert_eq!(link.status, 403, "only for this machine's users");

    admin(&folder, &["credential", "revoke", "deploy"]);
    assert_eq!(server.send(&teams).status, 401);
    assert!(!server.stop().contains(credential), "a secret is told");
}

/// The link that `init` printed, in a browser without scripts.
#[test]
fn the_link_of_init() {
    let (folder, said) = Folder::saying("127.0.0.1:9000".parse().unwrap());
    let link = said.split_whitespace().find(|word| word.contains("/_stagedoor/setup?code=")).unwrap();
    let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    let code = path.split_once('=').unwrap().1;
    let server = folder.serve();
    let page = server.send(&Call::get(path));
    assert_eq!(page.status, 200, "{}", page.shown());
    let between = |from: &str| page.text().split_once(from).unwrap().1.split_once('"').unwrap().0.to_owned();
    let form_token = between("name=\"form_token\" value=\"");
    let cookie = page.header("set-cookie").split_once(';').unwrap().0.to_owned();
    let form = format!(
        "form_token={form_token}&code={code}&email=ada%40example.com&name=Ada&password={}",
        PASSWORD.replace(' ', "+")
    );
    let send = || {
        let call = Call::new("POST", "/_stagedoor/setup").header("cookie", &cookie);
        server.send(&call.header("origin", "null").header("sec-fetch-site", "same-origin").form(&form)).status
    };
    assert_eq!((send(), send()), (201, 410));
    assert!(admin(&folder, &["account", "list"]).contains("ada@example.com"));
    let log = server.stop();
    assert!(log.contains("there is no administrator who can sign in yet") && !log.contains(code), "{log}");
    let again = folder.serve().stop();
    assert!(!again.contains("there is no administrator who can sign in yet"));
}

/// A link that was lost is printed again, while it works.
#[test]
fn the_link_printed_again() {
    let (folder, said) = Folder::saying("127.0.0.1:9000".parse().unwrap());
    let code = |text: &str| {
        text.split_once("/_stagedoor/setup?code=").unwrap().1.split_whitespace().next().unwrap().to_owned()
    };
    let (_, no_server) = refused(&folder, &["setup-link"]);
    assert!(no_server.contains("no server runs"), "{no_server}");
    let server = folder.serve();
    let link = admin(&folder, &["setup-link"]);
    assert_eq!(link, format!("{}/_stagedoor/setup?code={}", server.url, code(&said)), "alone, to be piped");
    make_administrator(&folder, "ada@example.com");
    let (exit, said) = refused(&folder, &["setup-link"]);
    assert_eq!(exit, Some(1));
    assert!(
        said.contains("there is an administrator who can sign in already: `stagedoor admin account create"),
        "{said}"
    );
    assert!(!server.stop().contains(&code(&link)));
}

/// A backup from before the first administrator brings no link back.
#[test]
fn the_link_after_a_restoration() {
    let (folder, _) = Folder::saying("127.0.0.1:9000".parse().unwrap());
    let file = folder.path("early.db").display().to_string();
    let path = |server: &Serve| admin(&folder, &["setup-link"]).strip_prefix(&server.url).unwrap().to_owned();
    let server = folder.serve();
    let before = path(&server);
    assert!(run(&["backup", "--config", &folder.configuration(), &file]).status.success());
    make_administrator(&folder, "ada@example.com");
    server.stop();
    let restored = run(&["restore", "--config", &folder.configuration(), "--yes", &file]);
    assert!(restored.status.success(), "{restored:?}");
    let server = folder.serve();
    let void = server.send(&Call::get(&before));
    assert!(void.status == 403 && void.text().contains("stagedoor admin setup-link"), "{}", void.shown());
    assert_eq!(server.send(&Call::get(&path(&server))).status, 200);
    server.stop();
}

/// Private from its first moment, whatever the umask; what a kill left is replaced, and what is no socket stays.
#[test]
fn the_socket() {
    let folder = Folder::before("127.0.0.1:9000".parse().unwrap());
    let socket = folder.path("stagedoor.sock");
    let server = folder.serve_with_umask("000");
    let about = std::fs::symlink_metadata(&socket).unwrap();
    assert!(about.file_type().is_socket());
    assert_eq!(about.mode() & 0o777, 0o600);
    drop(server);
    assert!(socket.exists(), "it was killed");
    let (code, said) = refused(&folder, &["team", "list"]);
    let start = format!("Start it with `stagedoor serve --config {}`", folder.configuration());
    assert!(code == Some(1) && said.contains("no server runs") && said.contains(&start), "{said}");
    folder.serve().stop();
    assert!(!socket.exists());
    std::fs::write(&socket, "a letter").unwrap();
    let output = command().args(["serve", "--config", &folder.configuration()]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("is no socket, and is left as it is"), "{said}");
    assert_eq!(std::fs::read(&socket).unwrap(), b"a letter");
}

#[test]
fn what_goes_wrong_is_told() {
    let folder = Folder::before("127.0.0.1:9000".parse().unwrap());
    let server = folder.serve();
    let cases: [(&[&str], i32, &str); 7] = [
        (&["account", "create", "--email", "a@example.com", "--name", "A"], 2, "--password-file FILE"),
        (
            &["account", "show", "nobody@example.com"],
            1,
            "there is no account nobody@example.com: `stagedoor admin",
        ),
        (&["account", "change", "a@example.com"], 2, "say what is to change: --name, --administrator"),
        (&["app", "show", "charts"], 2, "write it as API/CLIENT_ID"),
        (&["app", "create", "--api", "catalog", "--team", "T", "--name", "N"], 1, "did you mean catalogue?"),
        (&["audit", "--subject", "choir"], 2, "choir names no subject"),
        (&["secret", "add", "a/b", "--name", "N", "--expires", "soon"], 2, "a span such as 90d"),
    ];
    for (arguments, code, text) in cases {
        let (exit, said) = refused(&folder, arguments);
        assert!(exit == Some(code) && said.contains(text), "{arguments:?}: {exit:?} {said}");
    }
    let short = admin_with(
        &folder,
        "short",
        &["account", "create", "--email", "a@example.com", "--name", "A", "--password-file", "-"],
    );
    let said = String::from_utf8(short.stderr).unwrap();
    assert!(short.status.code() == Some(2) && said.contains("at least 10 characters"), "{said}");
    // A password that a file holds; one that others can read is warned of.
    let file = folder.path("password");
    std::fs::write(&file, PASSWORD).unwrap();
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let file = file.display().to_string();
    admin(
        &folder,
        &["account", "create", "--email", "a@example.com", "--name", "A", "--password-file", &file],
    );
    let shown = admin(&folder, &["account", "show", "a@example.com"]);
    assert!(shown.contains("administrator  no\n") && shown.contains("name           A\n"), "{shown}");
    assert!(!server.stop().contains(PASSWORD));
    let (_, said) = refused(&folder, &["team", "list"]);
    assert!(said.contains("no server runs"), "{said}");
}

/// A server runs on while its configuration is being changed.
#[test]
fn with_a_configuration_that_has_mistakes() {
    let folder = Folder::before("127.0.0.1:9000".parse().unwrap());
    let server = folder.serve();
    folder.change("dialect = \"standard\"", "dialect = \"spotifi\"");
    admin(&folder, &["team", "list"]);
    folder.change("[server]", "[server");
    let (code, said) = refused(&folder, &["team", "list"]);
    assert!(code == Some(2) && said.contains("stagedoor check --config"), "{said}");
    server.stop();
}
