//! APIs that do not answer, and calls that are too much for them.

use crate::http::Call;
use crate::process::Folder;
use crate::upstream::Upstream;

#[test]
fn nobody_there() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let server = folder.serve();
    drop(upstream);
    let answer = server.send(&Call::get("/catalogue/").bearer(&server.token("")));
    assert_eq!(answer.status, 502);
    // In the dialect's words, and without the upstream's address.
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!answer.text().contains("127.0.0.1"), "{}", answer.text());
    let log = server.stop();
    assert!(log.contains("the upstream cannot be reached") && log.contains("\"api\":\"catalogue\""), "{log}");
}

#[test]
fn one_that_is_silent() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.change("# scopes", "upstream_seconds = 1\n# scopes");
    folder.add_apps();
    let server = folder.serve();
    let mut connection = server.connect();
    connection.write(&Call::get("/catalogue/").bearer(&server.token("")).to_bytes()).unwrap();
    let mut heard = upstream.hear();
    assert_eq!(connection.read().unwrap().status, 504);
    assert!(heard.is_left(), "an answer that nobody waits for is not waited for");

    // An answer that stops half-way ends, and does not look whole.
    let close = Call::get("/catalogue/").header("connection", "close").bearer(&server.token(""));
    let mut connection = server.connect();
    connection.write(&close.to_bytes()).unwrap();
    let mut heard = upstream.hear();
    heard.say("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    assert!(connection.read().is_err());
    server.stop();
}

#[test]
fn a_caller_who_leaves() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.add_apps();
    let server = folder.serve();
    let mut connection = server.connect();
    connection.write(&Call::get("/catalogue/").bearer(&server.token("")).to_bytes()).unwrap();
    let mut heard = upstream.hear();
    drop(connection);
    assert!(heard.is_left());
    server.stop();
}

#[test]
fn a_body_that_is_too_long() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.change("# scopes", "limits = { body_bytes = 5 }\n# scopes");
    folder.add_apps();
    let server = folder.serve();
    let token = server.token("");
    let call = Call::new("POST", "/catalogue/").bearer(&token);
    // Told by its length, it does not reach the API.
    assert_eq!(server.send(&call.clone().body("longer")).status, 413);

    let mut connection = server.connect();
    let head = format!(
        "POST /catalogue/ HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    connection.write(head.as_bytes()).unwrap();
    connection.write(b"4\r\nfour\r\n").unwrap();
    let mut heard = upstream.hear();
    assert_eq!(heard.header("transfer-encoding"), ["chunked"]);
    connection.write(b"2\r\nup\r\n0\r\n\r\n").unwrap();
    assert_eq!(connection.read().unwrap().status, 413);
    assert_eq!(heard.read(9), "4\r\nfour\r\n");
    assert!(heard.is_left(), "a body that is cut does not look whole");

    let mut connection = server.connect();
    connection.write(&call.body("short").to_bytes()).unwrap();
    upstream.hear().answer("fits");
    assert_eq!(connection.read().unwrap().text(), "fits");
    server.stop();
}
