//! Mails through a mail server in this process.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::account::Email;
use stagedoor_wire::Secret;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::outbox::start_with;
use super::{Letter, Mail};
use crate::config::{MailConfiguration, Security};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const NO_PAUSES: [Duration; 2] = [Duration::ZERO; 2];
const LONG_PAUSES: [Duration; 1] = [Duration::from_secs(3600)];

/// A mail server that answers `DATA` as it is told, and tells all it hears.
struct Server {
    port: u16,
    heard: Arc<Mutex<String>>,
    /// One for each mail that it was offered: what it answered.
    answered: mpsc::UnboundedReceiver<&'static str>,
}

const TAKEN: &str = "250 taken";

impl Server {
    /// Answers each mail with the next of these, and then takes all.
    async fn start(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(String::new()));
        let (told, answered) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let all_heard = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (heard, answers, told) = (all_heard.clone(), answers.clone(), told.clone());
                tokio::spawn(async move {
                    let next = || {
                        let mut answers = answers.lock().unwrap();
                        let answer = if answers.is_empty() { TAKEN } else { answers.remove(0) };
                        told.send(answer).unwrap();
                        answer
                    };
                    let _ = converse(stream, &heard, next).await;
                });
            }
        });
        Self { port, heard, answered }
    }

    fn configuration(&self) -> MailConfiguration {
        MailConfiguration {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            security: Security::Loopback,
            credentials: Some(("door".to_owned(), Secret::new("smtp-password"))),
            from: "Stagedoor <no-reply@example.com>".parse().unwrap(),
        }
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

/// RFC 5321, as far as it goes.
async fn converse(
    stream: TcpStream,
    heard: &Mutex<String>,
    mut answer: impl FnMut() -> &'static str,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example ESMTP\r\n").await?;
    let (mut line, mut in_data) = (String::new(), false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        heard.lock().unwrap().push_str(&line);
        let reply = match line.trim_end() {
            "." if in_data => {
                in_data = false;
                answer()
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            line if line.starts_with("EHLO") => "250-mail.example\r\n250 AUTH PLAIN",
            line if line.starts_with("AUTH") => "235 welcome",
            _ => "250 fine",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

fn letter() -> Letter {
    Letter {
        to: Email::parse("ada@example.org").unwrap(),
        subject: "Bestätigung".to_owned(),
        text: "Hello\n\nhttp://127.0.0.1/dashboard/confirm?code=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
            .to_owned(),
    }
}

#[tokio::test]
async fn arrive() {
    let mut server = Server::start(&[]).await;
    let (post, sending) = start_with(&server.configuration(), &NO_PAUSES).unwrap();
    Mail::new(post).send(letter(), NOW);
    assert_eq!(server.answered.recv().await, Some(TAKEN));
    sending.end().await.unwrap();
    let heard = server.heard();
    for part in [
        "EHLO example.com",
        "AUTH PLAIN",
        "MAIL FROM:<no-reply@example.com>",
        "RCPT TO:<ada@example.org>",
        "From: Stagedoor <no-reply@example.com>",
        "To: ada@example.org",
        "Subject: =?utf-8?b?",
        "Auto-Submitted: auto-generated",
        "Message-ID: <",
        "@example.com>",
        "Date: ",
        "Content-Type: text/plain; charset=utf-8",
        // The link is whole: on one line of its own.
        "\r\nhttp://127.0.0.1/dashboard/confirm?code=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
    ] {
        assert!(heard.contains(part), "{part:?} is missing in {heard}");
    }
}

/// RFC 3207 §6: who stands between and takes STARTTLS away does not make it go on in clear.
#[tokio::test]
async fn nothing_is_said_without_tls() {
    let server = Server::start(&[]).await;
    let configuration = MailConfiguration { security: Security::StartTls, ..server.configuration() };
    let (post, sending) = start_with(&configuration, &NO_PAUSES).unwrap();
    Mail::new(post).send(letter(), NOW);
    sending.end().await.unwrap();
    let heard = server.heard();
    let is_harmless = |line: &str| line.starts_with("EHLO") || line == "QUIT";
    assert!(!heard.is_empty() && heard.lines().all(is_harmless), "{heard}");
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again() {
    let mut server = Server::start(&["451 greylisted", "421 busy"]).await;
    let (post, sending) = start_with(&server.configuration(), &NO_PAUSES).unwrap();
    Mail::new(post).send(letter(), NOW);
    for expected in ["451 greylisted", "421 busy", TAKEN] {
        assert_eq!(server.answered.recv().await, Some(expected));
    }
    sending.end().await.unwrap();
}

#[tokio::test]
async fn not_for_ever_and_not_what_is_refused() {
    let mut server = Server::start(&["451 a", "451 b", "451 c", "550 no such user", TAKEN]).await;
    let (post, sending) = start_with(&server.configuration(), &NO_PAUSES).unwrap();
    let mail = Mail::new(post);
    mail.send(letter(), NOW);
    for expected in ["451 a", "451 b", "451 c"] {
        assert_eq!(server.answered.recv().await, Some(expected), "three attempts");
    }
    mail.send(letter(), NOW);
    assert_eq!(server.answered.recv().await, Some("550 no such user"));
    mail.send(letter(), NOW);
    assert_eq!(server.answered.recv().await, Some(TAKEN), "the next mail, not that one again");
    sending.end().await.unwrap();
    assert!(server.answered.try_recv().is_err());
}

/// What waits for its next attempt gets it when the server stops.
#[tokio::test]
async fn the_end_does_not_wait() {
    let mut server = Server::start(&["451 later"]).await;
    let (post, sending) = start_with(&server.configuration(), &LONG_PAUSES).unwrap();
    Mail::new(post).send(letter(), NOW);
    assert_eq!(server.answered.recv().await, Some("451 later"));
    sending.end().await.unwrap();
    assert_eq!(server.answered.recv().await, Some(TAKEN));
}
