//! What only the bytes of a connection can say: framing, lengths, heads that are none.

use stagedoor_server::listen::ListenerOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{is_api_error, is_token_error};
use crate::app::{CLIENT_CREDENTIALS, Call, Client, Listening, STANDARD, TestApp, read_answer};

const FORM: &str = "grant_type=client_credentials";

/// A token request's head with these lines, and what follows it.
fn request(lines: &str, body: &str) -> Vec<u8> {
    let Client { id, secret, .. } = STANDARD;
    let body = body.replace("FORM", &format!("{FORM}&client_id={id}&client_secret={secret}"));
    format!(
        "POST /standard/token HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n{lines}\r\n{body}"
    )
    .into_bytes()
}

/// `text` in pieces (RFC 9112 §7.1).
fn chunked(text: &str, size: usize) -> String {
    let mut body = String::new();
    for piece in text.as_bytes().chunks(size) {
        body.push_str(&format!("{:x};extension\r\n{}\r\n", piece.len(), std::str::from_utf8(piece).unwrap()));
    }
    body + "0\r\ntrailer: x\r\n\r\n"
}

#[tokio::test]
async fn chunked_bodies() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    let form = format!("{FORM}&client_id={}&client_secret={}", STANDARD.id, STANDARD.secret);
    for size in [1, 7, 1000] {
        let answer = read_answer(
            &server.exchange(&request("Transfer-Encoding: chunked\r\n", &chunked(&form, size))).await,
        );
        assert_eq!(answer.status, 200, "{}", answer.shown());
    }
    let large = chunked(&format!("{form}&pad={}", "x".repeat(200_000)), 4096);
    let answer = read_answer(&server.exchange(&request("Transfer-Encoding: chunked\r\n", &large)).await);
    is_token_error(&STANDARD, "large", &answer);
    assert_eq!(answer.status, 413);
    for broken in ["zz\r\nabc\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "-1\r\n\r\n", "2\r\nabc\r\n"] {
        let bytes = server.exchange(&request("Transfer-Encoding: chunked\r\n", broken)).await;
        assert!(bytes.is_empty() || (400..500).contains(&read_answer(&bytes).status), "{broken}");
    }
    server.close().await;
}

/// Two lengths are how requests are smuggled past a proxy (RFC 9112 §6.3).
#[tokio::test]
async fn two_lengths() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    for lines in [
        "Content-Length: 5\r\nContent-Length: 50\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: x\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
    ] {
        let answer = read_answer(&server.exchange(&request(lines, "FORM")).await);
        assert_eq!(answer.status, 400, "{lines}");
    }
    let both = request("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", &chunked("x=1", 1));
    let answer = server.exchange(&both).await;
    let answers = answer.windows(9).filter(|nine| nine == b"HTTP/1.1 ").count();
    assert_eq!((answers, read_answer(&answer).status / 100), (1, 4), "one request, and that refused");
    server.close().await;
}

/// A body far over the limit: the answer arrives all the same.
#[tokio::test]
async fn two_mebibytes() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    let large = format!("{FORM}&pad={}", "x".repeat(2 * 1024 * 1024));
    for path in ["/standard/token", "/bandcamp/oauth_token", "/standard/revoke"] {
        let answer = server.send(&Call::post(path).form(&large)).await;
        assert_eq!(answer.status, 413, "{path}");
    }
    server.close().await;
}

#[tokio::test]
async fn heads() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    let long = "x".repeat(70_000);
    let many: String = (0..200).map(|at| format!("x-{at}: 1\r\n")).collect();
    let end = "Host: a\r\nConnection: close\r\n\r\n";
    for (head, status) in [
        (format!("GET /standard/{long} HTTP/1.1\r\n{end}"), &[414, 431][..]),
        (format!("GET /standard/x?{long} HTTP/1.1\r\n{end}"), &[414, 431]),
        (format!("GET /standard/x HTTP/1.1\r\nx: {long}\r\n{end}"), &[431]),
        (format!("GET /standard/x HTTP/1.1\r\n{many}{end}"), &[431]),
        (format!("GET /standard/x HTTP/1.1\r\nx\r\n{end}"), &[400]),
        (format!("GET /standard/x HTTP/1.1\r\nx y: 1\r\n{end}"), &[400]),
        (format!("GET /standard/x HTTP/1.1\r\nx: a\0b\r\n{end}"), &[400]),
        (format!("GET /standard/x HTTP/1.1\r\n folded: 1\r\n{end}"), &[400]),
        (format!("GET /standard/x y HTTP/1.1\r\n{end}"), &[400]),
        (format!("GET standard HTTP/1.1\r\n{end}"), &[404]),
        (format!("GET  HTTP/1.1\r\n{end}"), &[400]),
        (format!("G@T /standard/x HTTP/1.1\r\n{end}"), &[400]),
        (format!("GET /standard/x HTTP/9.9\r\n{end}"), &[400]),
        ("\0\0\0\0\r\n\r\n".to_owned(), &[400]),
        (format!("OPTIONS * HTTP/1.1\r\n{end}"), &[404]),
        (format!("CONNECT evil.example:443 HTTP/1.1\r\n{end}"), &[404]),
        (format!("GET http://evil.example/x HTTP/1.1\r\n{end}"), &[404]),
        (format!("GET http://evil.example/standard/x HTTP/1.1\r\n{end}"), &[401]),
        ("GET /standard/x HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n".to_owned(), &[401]),
        // RFC 9112 §3.2: one Host, and HTTP/1.0 may leave it out.
        ("GET /standard/x HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), &[400]),
        (format!("GET /standard/x HTTP/1.1\r\nHost: a\r\n{end}"), &[400]),
        (format!("GET /standard/x HTTP/1.0\r\nHost: b\r\n{end}"), &[400]),
        ("GET http://a/standard/x HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), &[400]),
        ("GET /standard/x HTTP/1.0\r\n\r\n".to_owned(), &[401]),
    ] {
        let what = &head[..head.len().min(60)];
        let answer = read_answer(&server.exchange(head.as_bytes()).await);
        assert!(status.contains(&answer.status), "{what}: {}", answer.status);
        if answer.status == 401 {
            is_api_error(&STANDARD, what, &answer);
        }
    }
    // HTTP/2 with prior knowledge is not spoken: the connection is closed.
    assert_eq!(server.exchange(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.len(), 0);
    // A page without a Host too.
    let bytes = server
        .exchange(b"POST /standard/authorize HTTP/1.1\r\nConnection: close\r\nOrigin: http://\r\n\r\n")
        .await;
    assert_eq!(read_answer(&bytes).status, 400);
    let answer = server.send(&STANDARD.token(&CLIENT_CREDENTIALS)).await;
    assert_eq!(answer.status, 200);
    server.close().await;
}

/// Whoever takes every place they may have is told so; who leaves makes room.
#[tokio::test]
async fn as_many_connections_as_there_are_places() {
    let app = TestApp::new().await;
    let options = ListenerOptions { connections_per_loopback_address: 2, ..ListenerOptions::default() };
    let server = Listening::with(options, &app).await;
    let kept = String::from_utf8(Call::get("/").to_bytes()).unwrap().replace("close", "keep-alive");
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut connection = TcpStream::connect(server.address).await.unwrap();
        connection.write_all(kept.as_bytes()).await.unwrap();
        assert_ne!(connection.read(&mut [0; 4096]).await.unwrap(), 0);
        held.push(connection);
    }
    let answer = read_answer(&server.exchange(b"").await);
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
    // The server sees one leave when it has closed its own side.
    held[0].shutdown().await.unwrap();
    assert_eq!(held[0].read_to_end(&mut Vec::new()).await.unwrap(), 0);
    assert_eq!(server.send(&Call::get("/")).await.status, 200);
    drop(held);
    server.close().await;
}

/// Beyond what the process holds in all, one waits instead of being turned away.
#[tokio::test]
async fn beyond_all_places_one_waits() {
    let app = TestApp::new().await;
    let options = ListenerOptions { connections: 1, ..ListenerOptions::default() };
    let server = Listening::with(options, &app).await;
    let kept = String::from_utf8(Call::get("/").to_bytes()).unwrap().replace("close", "keep-alive");
    let mut held = TcpStream::connect(server.address).await.unwrap();
    let mut waiting = TcpStream::connect(server.address).await.unwrap();
    waiting.write_all(&Call::get("/").to_bytes()).await.unwrap();
    for _ in 0..3 {
        held.write_all(kept.as_bytes()).await.unwrap();
        assert_ne!(held.read(&mut [0; 4096]).await.unwrap(), 0);
    }
    let early = waiting.try_read(&mut [0]);
    assert_eq!(early.unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody has answered it");
    drop(held);
    let mut answer = Vec::new();
    waiting.read_to_end(&mut answer).await.unwrap();
    assert_eq!(read_answer(&answer).status, 200);
    server.close().await;
}

/// Clients that go away in the middle.
#[tokio::test]
async fn cut_off() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    let whole = STANDARD.token(&CLIENT_CREDENTIALS).to_bytes();
    let chunks = request("Transfer-Encoding: chunked\r\n", "5\r\nab");
    for bytes in [&whole[..1], &whole[..40], &whole[..whole.len() - 1], &chunks] {
        server.send_and_leave(bytes).await;
    }
    assert_eq!(server.send(&STANDARD.token(&CLIENT_CREDENTIALS)).await.status, 200);
    // Closing waits for none of them.
    server.close().await;
}

/// One after the other on one connection, each with its own answer.
#[tokio::test]
async fn pipelined() {
    let app = TestApp::new().await;
    let server = Listening::on(&app).await;
    let call = |path| Call::get(path).to_bytes();
    let kept = String::from_utf8(call("/standard/one"))
        .unwrap()
        .replace("connection: close", "connection: keep-alive");
    let bytes = server.exchange(&[kept.as_bytes(), kept.as_bytes(), &call("/nothing")].concat()).await;
    let text = String::from_utf8(bytes).unwrap();
    let statuses: Vec<_> = text.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["401", "401", "404"]);
    server.close().await;
}
