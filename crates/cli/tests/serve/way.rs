//! The way of a newcomer: `init`, `serve`, a token, a call that reaches the API behind.

use crate::http::Call;
use crate::process::{CLIENT, Folder};
use crate::upstream::Upstream;

#[test]
fn a_call_goes_through() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.change("# scopes", "scopes");
    folder.add_apps();
    let server = folder.serve();
    assert_eq!(server.url, format!("http://{}", server.address));
    let (token, without_scope) = (server.token("read"), server.token(""));

    let call = Call::new("POST", "/catalogue/reports?of=%C3%A9t%C3%A9&x=1").body("what is asked");
    let forged = call.clone().header("x-stagedoor-account", "7001").header("x-stagedoor-app", "other");
    let forged = forged.header("x-forwarded-for", "192.0.2.1").header("connection", "x-hop, x-stagedoor-app");
    let mut connection = server.connect();
    connection.write(&forged.header("x-hop", "1").header("x-end", "1").bearer(&token).to_bytes()).unwrap();
    let mut heard = upstream.hear();
    assert_eq!(heard.head[0], "POST /v1/reports?of=%C3%A9t%C3%A9&x=1 HTTP/1.1");
    let told = [
        ("host", upstream.address.to_string()),
        ("content-length", "13".to_owned()),
        ("x-end", "1".to_owned()),
        ("x-stagedoor-app", CLIENT.to_owned()),
        ("x-stagedoor-team", "5001".to_owned()),
        ("x-stagedoor-scopes", "read".to_owned()),
        ("x-forwarded-for", "127.0.0.1".to_owned()),
        ("x-forwarded-proto", "http".to_owned()),
        ("x-forwarded-host", server.address.to_string()),
    ];
    for (name, value) in told {
        assert_eq!(heard.header(name), [value], "{name}");
    }
    for name in ["authorization", "x-stagedoor-account", "x-hop", "connection"] {
        assert_eq!(heard.header(name), [""; 0], "{name}");
    }
    assert_eq!(heard.read(13), "what is asked");
    heard.say("HTTP/1.1 201 Created\r\nconnection: x-own\r\nx-own: 1\r\nx-kept: 1\r\ncontent-length: 6\r\n\r\nreport");
    let answer = connection.read().unwrap();
    assert_eq!((answer.status, answer.text()), (201, "report"));
    assert_eq!((answer.header("x-own"), answer.header("x-kept")), ("", "1"));

    // The connection to the API is used again.
    connection.write(&Call::get("/catalogue/").bearer(&token).to_bytes()).unwrap();
    heard.next();
    assert_eq!(heard.head[0], "GET /v1/ HTTP/1.1");
    heard.answer("home");
    assert_eq!(connection.read().unwrap().text(), "home");

    // None of these gets as far as the API.
    assert_eq!(server.send(&call).status, 401);
    assert_eq!(server.send(&call.clone().bearer(&without_scope)).status, 403);
    assert_eq!(server.send(&call.bearer("sda_nonsense")).status, 401);
    let log = server.stop();
    assert!(log.contains("\"message\":\"stopping\"") && !log.contains(&token), "{log}");
}

/// Both bodies go through as they come.
#[test]
fn bodies_are_streamed() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let server = folder.serve();
    let whole = Call::new("POST", "/catalogue/").header("connection", "close").bearer(&server.token(""));
    let whole = whole.body("first second").to_bytes();
    let (first, second) = whole.split_at(whole.len() - 7);
    let mut connection = server.connect();
    connection.write(first).unwrap();
    let mut heard = upstream.hear();
    assert_eq!(heard.read(5), "first");
    connection.write(second).unwrap();
    assert_eq!(heard.read(7), " second");

    heard.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nthird\r\n");
    let answer = connection.read().unwrap();
    assert_eq!((answer.status, answer.header("transfer-encoding")), (200, "chunked"));
    heard.say("7\r\n fourth\r\n0\r\n\r\n");
    assert_eq!(String::from_utf8(connection.rest()).unwrap(), "5\r\nthird\r\n7\r\n fourth\r\n0\r\n\r\n");
    server.stop();
}

/// What was issued goes on working after a restart, and SIGTERM waits for what is in flight.
#[test]
fn sigterm_drains() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let server = folder.serve();
    let token = server.token("");
    let mut idle = server.connect();
    assert_eq!(idle.send(&Call::get("/")).unwrap().status, 200);
    let (mut asking, ready) = (server.connect(), Call::get("/readyz").to_bytes());
    asking.write(&ready[..1]).unwrap();
    let call = Call::get("/catalogue/").bearer(&token);
    let mut busy = server.connect();
    busy.write(&call.to_bytes()).unwrap();
    let mut heard = upstream.hear();

    server.ask_to_stop();
    // It has begun to stop when it closes a connection that waits for nothing.
    assert_eq!(idle.rest().len(), 0);
    asking.write(&ready[1..]).unwrap();
    let not_ready = asking.read().unwrap();
    assert_eq!((not_ready.status, not_ready.text()), (503, "stopping\n"));
    heard.answer("late");
    assert_eq!(busy.read().unwrap().text(), "late");
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");

    let server = folder.serve();
    let mut again = server.connect();
    again.write(&call.to_bytes()).unwrap();
    upstream.hear().answer("again");
    assert_eq!(again.read().unwrap().text(), "again");
    server.stop();
}
