//! TLS: versions and protocols, what every answer says, and certificates that are replaced under load.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::certificates::{Issued, over};
use crate::http::Call;
use crate::process::{self, Folder, run};
use crate::upstream::Upstream;

const METADATA: &str = "/catalogue/.well-known/oauth-authorization-server";
const HTTP_1_1: &[u8] = b"http/1.1";

#[test]
fn versions_and_protocols() {
    let issued = Issued::new();
    let folder = issued.before(Upstream::new().address);
    let server = folder.serve();
    assert_eq!(server.url, "https://localhost");
    for versions in [[&rustls::version::TLS13], [&rustls::version::TLS12]] {
        let stream = issued.stream(server.address, HTTP_1_1, &versions);
        assert_eq!(stream.conn.alpn_protocol(), Some(HTTP_1_1));
        let mut connection = over(stream);
        let answer = connection.send(&Call::get(METADATA)).unwrap();
        assert_eq!((answer.status, answer.member("issuer").as_str()), (200, "https://localhost/catalogue"));
    }

    let client = client(&issued);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = format!("https://localhost:{}{METADATA}", server.address.port());
    let answer = runtime.block_on(async { client.get(url).send().await.unwrap() });
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
    server.stop();
}

fn client(issued: &Issued) -> reqwest::Client {
    let root = reqwest::Certificate::from_der(&issued.der).unwrap();
    reqwest::Client::builder().tls_certs_only([root]).no_proxy().build().unwrap()
}

#[test]
fn check_warns() {
    let issued = Issued::new();
    let folder = issued.before(Upstream::new().address);
    let checked = || String::from_utf8(run(&["check", "--config", &folder.configuration()]).stdout).unwrap();
    assert!(checked().starts_with("ok\n") && !checked().contains("warning"), "{}", checked());
    folder.change("https://localhost", "https://api.example.com");
    let chain = folder.path("chain.pem");
    let warning = "the certificate is not for api.example.com: have one issued that names it";
    assert!(checked().ends_with(&format!("  warning   {}: {warning}\n", chain.display())), "{}", checked());
}

/// A slow answer over HTTP/2 is waited for when the server stops.
#[test]
fn sigterm_drains_http2() {
    let (upstream, issued) = (Upstream::new(), Issued::new());
    let folder = issued.before(upstream.address);
    folder.add_apps();
    let server = folder.serve();
    let mut connection = issued.connect(server.address, HTTP_1_1);
    let token = process::token(&mut connection, "localhost", "");
    let (client, url) = (client(&issued), format!("https://localhost:{}/catalogue/", server.address.port()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let answered = runtime.spawn(async move {
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        (answer.version(), answer.text().await.unwrap())
    });
    let mut heard = upstream.hear();
    server.ask_to_stop();
    // It has begun to stop when it closes a connection that waits for nothing.
    assert_eq!(connection.rest().len(), 0);
    heard.answer("late");
    assert_eq!(runtime.block_on(answered).unwrap(), (reqwest::Version::HTTP_2, "late".to_owned()));
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
}

/// RFC 6797 §7.2: in every answer that goes by https, and in no other (§7.2).
#[test]
fn strict_transport_security() {
    const NAME: &str = "strict-transport-security";
    let issued = Issued::new();
    let folder = issued.before(Upstream::new().address);
    let server = folder.serve();
    let calls = [
        (Call::get(METADATA), 200),
        (Call::get("/nowhere"), 404),
        (Call::get("/catalogue/"), 401),
        (Call::get(METADATA).header("host", "a").header("host", "b"), 400),
    ];
    for (call, status) in &calls {
        let answer = issued.connect(server.address, HTTP_1_1).send(call).unwrap();
        assert_eq!((answer.status, answer.header(NAME)), (*status, "max-age=31536000"));
    }
    server.stop();

    let folder = Folder::before(Upstream::new().address);
    let server = folder.serve();
    assert_eq!(server.send(&calls[0].0).header(NAME), "");
    server.stop();
    let proxied = "url = \"https://example.com\"\ntrusted_proxies = [\"127.0.0.1\"]\nhsts_seconds = 60";
    folder.change("[database]", &format!("{proxied}\n\n[database]"));
    let server = folder.serve();
    assert_eq!(server.send(&calls[0].0).header(NAME), "max-age=60");
    assert_eq!(server.send(&calls[1].0).header(NAME), "max-age=60");
    server.stop();
    folder.change("[\"127.0.0.1\"]", "[\"127.0.0.2\"]");
    let server = folder.serve();
    assert_eq!(server.send(&calls[0].0).header(NAME), "");
    server.stop();
}

/// Callers on kept connections notice nothing; who comes anew is shown the new certificate.
#[test]
fn replaced_under_load() {
    let first = Issued::new();
    let folder = first.before(Upstream::new().address);
    let mut server = folder.serve();
    let address = server.address;
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut connection = first.connect(address, HTTP_1_1);
            let (stop, answered) = (&stop, &answered);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(connection.send(&Call::get(METADATA)).unwrap().status, 200);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Dropped at the end of the scope, or by whatever fails in between.
        let _stop = Stop(&stop);
        // Its client trusts no other.
        let assert_shown = |issued: &Issued| {
            let connection = issued.connect(address, HTTP_1_1);
            assert_eq!(connection.stream.get_ref().conn.peer_certificates().unwrap()[0], issued.der);
        };
        assert_shown(&first);

        let by_signal = Issued::new();
        by_signal.put_into(&folder);
        server.reload();
        assert_shown(&by_signal);

        let by_watcher = Issued::new();
        by_watcher.put_into(&folder);
        server.wait_for("the changed certificate is taken up");
        assert_shown(&by_watcher);

        folder.replace("key.pem", &first.key);
        let said = server.wait_for("the changed certificate is not taken up");
        assert!(said.contains("is not the private key of the certificate"), "{said}");
        assert_shown(&by_watcher);

        let before = answered.load(Ordering::Relaxed);
        while answered.load(Ordering::Relaxed) < before + 8 {
            std::thread::yield_now();
        }
    });
    let log = server.stop();
    assert!(!log.contains(&first.key) && !log.contains("PRIVATE KEY"), "{log}");
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
