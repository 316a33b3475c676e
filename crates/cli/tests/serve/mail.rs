//! Mails by SMTP over TLS, to a mail server whose certificate is good, and to none other.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificates::Issued;
use crate::process::{Folder, Serve, command};
use crate::upstream::Upstream;

/// A mail server that speaks TLS from the start; it tells each line it hears.
struct MailServer {
    port: u16,
    heard: Receiver<String>,
}

impl MailServer {
    fn new(issued: &Issued) -> Self {
        let listener = TcpListener::bind("localhost:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.der.clone()], key)
            .unwrap();
        let config = Arc::new(config);
        let (tell, heard) = sync_channel(1024);
        // Ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let tls = ServerConnection::new(config.clone()).unwrap();
                converse(StreamOwned::new(tls, stream), |line| tell.send(line.to_owned()).unwrap());
            }
        });
        Self { port, heard }
    }

    /// All that it has heard.
    fn heard(&self) -> Vec<String> {
        self.heard.try_iter().collect()
    }
}

/// RFC 5321, as far as it goes.
fn converse<S: Read + Write>(stream: S, tell: impl Fn(&str)) {
    let (mut stream, mut line, mut in_data) = (BufReader::new(stream), String::new(), false);
    let mut reply = "220 localhost ESMTP";
    while stream.get_mut().write_all(format!("{reply}\r\n").as_bytes()).is_ok() {
        reply = loop {
            line.clear();
            if !matches!(stream.read_line(&mut line), Ok(1..)) {
                return;
            }
            tell(line.trim_end());
            match line.trim_end() {
                "." if in_data => {
                    in_data = false;
                    break "250 taken";
                }
                _ if in_data => {}
                "DATA" => {
                    in_data = true;
                    break "354 go on";
                }
                line if line.starts_with("EHLO") => break "250 AUTH PLAIN",
                line if line.starts_with("AUTH") => break "235 welcome",
                _ => break "250 fine",
            }
        };
    }
}

/// A server that sends mails so, and trusts this certificate alone; someone is invited.
fn invite(port: u16, trusted: &Issued) -> (Folder, Serve) {
    let folder = Folder::before(Upstream::new().address);
    let mail = format!(
        "[mail]\nsmtp = \"smtps://door@localhost:{port}\"\npassword_file = \"smtp.password\"\nfrom = \"Door <no-reply@example.com>\"\n"
    );
    folder.change("[database]", &format!("{mail}\n[database]"));
    folder.replace("smtp.password", "smtp-password");
    folder.replace("roots.pem", &trusted.chain);
    let mut serve = command();
    serve.env("SSL_CERT_FILE", folder.path("roots.pem")).args(["serve", "--config", &folder.configuration()]);
    let server = Folder::start(serve);
    let arguments = ["account", "invite", "dana@example.com"];
    let invited =
        command().args(["admin", "--config", &folder.configuration()]).args(arguments).output().unwrap();
    assert!(String::from_utf8_lossy(&invited.stderr).contains("They were written to"), "{invited:?}");
    (folder, server)
}

#[test]
fn arrive_by_tls() {
    let issued = Issued::new();
    let mail = MailServer::new(&issued);
    let (_folder, mut server) = invite(mail.port, &issued);
    server.wait_for("mail sent");
    let heard = mail.heard();
    let is_there = |text: &str| heard.iter().any(|line| line.contains(text));
    assert!(is_there("RCPT TO:<dana@example.com>") && is_there("register?invitation="), "{heard:?}");
}

/// Whoever stands between has a certificate that nobody trusts, and hears nothing.
#[test]
fn nothing_is_said_to_another() {
    let (trusted, other) = (Issued::new(), Issued::new());
    let mail = MailServer::new(&other);
    let (_folder, mut server) = invite(mail.port, &trusted);
    server.wait_for("the mail server did not take a mail");
    assert_eq!(mail.heard(), [""; 0]);
}
