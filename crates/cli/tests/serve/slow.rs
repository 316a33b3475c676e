//! Clients who begin and do not go on, and clients who send too much: their connections end.

use crate::certificates::Issued;
use crate::frames::{
    CONTINUATION, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, Frames, GO_AWAY, HEADERS, RST_STREAM, frame,
    get,
};
use crate::http::{Call, Connection};
use crate::process::Folder;
use crate::upstream::Upstream;

const METADATA: &str = "/catalogue/.well-known/oauth-authorization-server";

fn limit(folder: &Folder, limits: &str) {
    folder.change("[database]", &format!("[server.limits]\n{limits}\n\n[database]"));
}

#[test]
fn heads_and_bodies() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    limit(&folder, "header_seconds = 1\nbody_seconds = 1");
    folder.add_apps();
    let server = folder.serve();
    for begun in ["", "G", "GET / HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let mut connection = server.connect();
        connection.write(begun.as_bytes()).unwrap();
        connection.rest();
    }
    let call = Call::new("POST", "/catalogue/").bearer(&server.token("")).body("all of it");
    let mut connection = server.connect();
    connection.write(call.to_bytes().split_last_chunk::<3>().unwrap().0).unwrap();
    assert_eq!(connection.read().unwrap().status, 408);
    server.stop();
}

#[test]
fn too_much_head() {
    let folder = Folder::before(Upstream::new().address);
    let server = folder.serve();
    let many = "x: y\r\n".repeat(200);
    let large = format!("x: {}\r\n", "y".repeat(64 * 1024));
    for flood in [many, large] {
        let mut connection = server.connect();
        // It may have heard enough before all is sent.
        let _ = connection.write(format!("GET / HTTP/1.1\r\nhost: a\r\n{flood}\r\n").as_bytes());
        let answer = connection.read();
        assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status == 431));
    }
    assert_eq!(server.send(&Call::get(METADATA)).status, 200);
    server.stop();
}

#[test]
fn tls_handshakes() {
    let issued = Issued::new();
    let folder = issued.before(Upstream::new().address);
    limit(&folder, "header_seconds = 1");
    let server = folder.serve();
    let mut silent = Connection::open(server.address);
    assert_eq!(silent.rest().len(), 0);
    // Nor does it wait for one when it stops.
    let mut silent = Connection::open(server.address);
    server.ask_to_stop();
    assert_eq!(silent.rest().len(), 0);
    assert_eq!(server.wait().0, Some(0));
}

/// Who asks nothing, and who does not take an answer.
#[test]
fn http2() {
    let issued = Issued::new();
    let folder = issued.before(Upstream::new().address);
    limit(&folder, "idle_seconds = 1\nwrite_seconds = 1");
    let server = folder.serve();
    let frames = Frames::open(&issued, server.address, 65_535).rest();
    assert!(frames.contains(&(GO_AWAY, 0)), "{frames:?}");

    let mut deaf = Frames::open(&issued, server.address, 0);
    deaf.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &get(METADATA)));
    let frames = deaf.rest();
    assert!(frames.iter().any(|(kind, _)| *kind == HEADERS), "{frames:?}");
    server.stop();
}

/// CVE-2023-44487, CVE-2024-27316 and a header list without end.
#[test]
fn http2_floods() {
    let issued = Issued::new();
    let folder = issued.before(Upstream::new().address);
    // Nothing but the flood ends a connection.
    limit(&folder, "idle_seconds = 600");
    let server = folder.serve();
    let head = |stream, block: &[u8]| frame(HEADERS, END_STREAM | END_HEADERS, stream, block);
    let reset = |stream| [head(stream, &get(METADATA)), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat();
    let resets: Vec<u8> = (0..2000).flat_map(|at| reset(2 * at + 1)).collect();
    let mut frames = Frames::open(&issued, server.address, 65_535);
    frames.send(&resets);
    // What the server said last is lost where it closed before it had read everything.
    let mut said = frames.rest().into_iter().filter(|(kind, _)| *kind == GO_AWAY);
    assert!(said.all(|(_, code)| code == ENHANCE_YOUR_CALM));

    let mut frames = Frames::open(&issued, server.address, 65_535);
    let block = [&[0x00, 0x01, b'x', 0x7f, 0x81, 0x7e], &[b'y'; 16_256][..]].concat();
    let endless: Vec<u8> = (0..100).flat_map(|_| frame(CONTINUATION, 0, 1, &block[..16_000])).collect();
    frames.send(&[frame(HEADERS, END_STREAM, 1, &get(METADATA)), endless].concat());
    frames.rest();

    let mut frames = Frames::open(&issued, server.address, 65_535);
    assert_eq!(issued.connect(server.address, b"http/1.1").send(&Call::get(METADATA)).unwrap().status, 200);
    server.ask_to_stop();
    assert!(frames.rest().iter().any(|(kind, _)| *kind == GO_AWAY));
    assert_eq!(server.wait().0, Some(0));
}

/// What does not finish in time is not waited for.
#[test]
fn a_drain_ends() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    limit(&folder, "drain_seconds = 1");
    folder.add_apps();
    let server = folder.serve();
    let mut connection = server.connect();
    connection.write(&Call::get("/catalogue/").bearer(&server.token("")).to_bytes()).unwrap();
    let _heard = upstream.hear();
    server.ask_to_stop();
    let (code, log) = server.wait();
    assert!(code == Some(0) && log.contains("some requests did not finish in time"), "{log}");
}
