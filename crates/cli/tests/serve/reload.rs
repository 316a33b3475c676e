//! SIGHUP, and files that are watched.

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyRing;
use stagedoor_server::entropy;

use crate::http::Call;
use crate::process::{Folder, Serve};
use crate::upstream::{Heard, Upstream};

/// Sends a call that reaches `upstream`, on a connection of its own.
fn reach(server: &Serve, upstream: &Upstream, call: &Call) -> Heard {
    let mut connection = server.connect();
    connection.write(&call.clone().header("connection", "close").to_bytes()).unwrap();
    let mut heard = upstream.hear();
    heard.say("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
    assert_eq!(connection.read().unwrap().status, 204);
    heard
}

#[test]
fn what_changes() {
    let (upstream, other) = (Upstream::new(), Upstream::new());
    let folder = Folder::before(upstream.address);
    folder.change("# scopes", "limits = { api = { burst = 3, per_minute = 1 } }\n# scopes");
    folder.add_apps();
    let mut server = folder.serve();
    let token = server.token("");
    let call = Call::get("/catalogue/reports").bearer(&token);
    reach(&server, &upstream, &call);

    // Another upstream; what was counted is counted on.
    folder.change(&upstream.address.to_string(), &other.address.to_string());
    server.reload();
    let heard = reach(&server, &other, &call);
    assert_eq!(heard.head[0], "GET /v1/reports HTTP/1.1");
    reach(&server, &other, &call);
    assert_eq!(server.send(&call).status, 429);

    // Another limit counts anew.
    folder.change("burst = 3", "burst = 4");
    server.reload();
    reach(&server, &other, &call);

    folder.change("# scopes", "scopes");
    server.reload();
    assert_eq!(server.send(&call).status, 403);

    folder.change("level = \"info\"", "level = \"debug\"");
    server.reload();
    let wrong = "grant_type=client_credentials&client_id=nobody&client_secret=nothing";
    server.send(&Call::new("POST", "/catalogue/token").form(wrong));
    server.wait_for("token request refused");
    server.stop();
}

#[test]
fn mistakes_change_nothing() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let mut server = folder.serve();
    let call = Call::get("/catalogue/").bearer(&server.token(""));
    let good = std::fs::read_to_string(folder.path("stagedoor.toml")).unwrap();
    folder.change("dialect = \"standard\"", "dialect = \"standrad\"");
    folder.change("level = \"info\"", "level = \"error\"\ncolour = \"red\"");
    server.signal("-HUP");
    let said = server.wait_for("the configuration is not taken up");
    assert!(said.contains("stagedoor.toml:21: unknown field `colour`"), "{said}");
    reach(&server, &upstream, &call);

    folder.replace("stagedoor.toml", &good);
    folder.change("dialect = \"standard\"", "dialect = \"standrad\"");
    folder.change("stagedoor.db", "nowhere/stagedoor.db");
    server.signal("-HUP");
    for mistake in ["there is no folder", "did you mean \\\"standard\\\"?"] {
        let said = server.wait_for("the configuration is not taken up");
        assert!(said.contains(mistake), "{said}");
    }
    reach(&server, &upstream, &call);

    std::fs::remove_file(folder.path("stagedoor.toml")).unwrap();
    server.signal("-HUP");
    server.wait_for("the configuration is not taken up");
    reach(&server, &upstream, &call);
    server.stop();
}

#[test]
fn what_needs_a_restart() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let mut server = folder.serve();
    let call = Call::get("/catalogue/").bearer(&server.token(""));
    folder.change("127.0.0.1:0\"", "127.0.0.2:0\"");
    folder.change("stagedoor.db", "other.db");
    folder.change("\"json\"", "\"pretty\"");
    for _ in 0..2 {
        server.signal("-HUP");
        for setting in ["[server], with its listen", "[database] path", "[log] format"] {
            let said = server.wait_for("changed, and stays as it was until a restart");
            assert!(said.contains(&format!("\"setting\":\"{setting}\"")), "{said}");
        }
        server.wait_for("the configuration is taken up");
        reach(&server, &upstream, &call);
    }
    server.stop();
}

/// A key file that changes is taken up; one that cannot be read is not.
#[test]
fn keys() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let mut server = folder.serve();
    let call = Call::get("/catalogue/").bearer(&server.token(""));
    let keys = std::fs::read_to_string(folder.path("stagedoor.key")).unwrap();
    // What is being edited is not taken up with it.
    folder.change("dialect = \"standard\"", "dialect = \"standrad\"");
    folder.replace("stagedoor.key", &KeyRing::generate(Timestamp(0), &mut entropy::rng()));
    server.wait_for("the changed key file is taken up");
    assert_eq!(server.send(&call).status, 401);
    folder.replace("stagedoor.key", "nonsense");
    server.wait_for("the changed key file is not taken up");
    assert_eq!(server.send(&call).status, 401);
    folder.replace("stagedoor.key", &keys);
    server.wait_for("the changed key file is taken up");
    reach(&server, &upstream, &call);
    server.stop();
}
