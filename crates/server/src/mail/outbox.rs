//! Mails that are sent by SMTP, in the background: whoever asked for one is answered before. What the mail server does not
//! take is tried again, a few times. The log says how it went, and never what a mail holds or to whom it goes.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox as Address, Message};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use rand::Rng as _;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::{Letter, Post};
use crate::config::{MailConfiguration, Security};
use crate::entropy;

/// Mails that wait, besides as many under way. Beyond that they are lost.
const MOST: usize = 1000;
/// Sent at a time.
const AT_ONCE: usize = 4;
/// How long the mail server may take for each step.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between one attempt and the next: a mail server that greylists takes it after some minutes, and links work for an hour.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(900)];
/// How long what is left may take when the server stops.
const AT_THE_END: Duration = Duration::from_secs(5);

/// Where mails wait to be sent.
#[derive(Clone)]
pub struct Outbox(mpsc::Sender<Letter>);

impl Outbox {
    pub(super) fn put(&self, letter: Letter) {
        if self.0.try_send(letter).is_err() {
            tracing::error!(most = MOST, "a mail is lost: as many wait for the mail server as may");
        }
    }
}

/// The mail server cannot be called.
#[derive(Debug, thiserror::Error)]
#[error("mails cannot be sent by TLS: {0}; see that the system's certificates are installed")]
pub struct NoMail(String);

/// Sends until it is told to end.
pub struct Sending {
    running: JoinHandle<()>,
    end: oneshot::Sender<()>,
}

/// Starts to send as configured.
pub fn start(configured: &MailConfiguration) -> Result<(Post, Sending), NoMail> {
    start_with(configured, &PAUSES)
}

pub(super) fn start_with(
    configured: &MailConfiguration,
    pauses: &'static [Duration],
) -> Result<(Post, Sending), NoMail> {
    let transport = transport(configured)?;
    let sender = Arc::new(Sender {
        transport,
        from: configured.from.clone(),
        pauses,
        at_once: Semaphore::new(AT_ONCE),
    });
    let (post, letters) = mpsc::channel(MOST);
    let (end, ended) = oneshot::channel();
    let running = tokio::spawn(run(sender, letters, ended));
    Ok((Post::Outbox(Outbox(post)), Sending { running, end }))
}

impl Sending {
    /// Sends what is left, without pauses. Nobody writes any more by then.
    pub async fn end(self) -> Result<(), tokio::task::JoinError> {
        // It listens until it has ended.
        let _ = self.end.send(());
        self.running.await
    }
}

fn transport(configured: &MailConfiguration) -> Result<AsyncSmtpTransport<Tokio1Executor>, NoMail> {
    let MailConfiguration { host, port, security, credentials, from } = configured;
    let tls = || TlsParameters::new(host.clone()).map_err(|error| NoMail(error.to_string()));
    let tls = match security {
        Security::Tls => Tls::Wrapper(tls()?),
        Security::StartTls => Tls::Required(tls()?),
        Security::Loopback => Tls::None,
    };
    // Its name says that the connection may be in clear, which it is on loopback alone.
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(*port)
        .tls(tls)
        .timeout(Some(PATIENCE))
        .hello_name(ClientId::Domain(from.email.domain().to_owned()));
    if let Some((user, password)) = credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
    }
    Ok(builder.build())
}

async fn run(sender: Arc<Sender>, mut letters: mpsc::Receiver<Letter>, mut ended: oneshot::Receiver<()>) {
    let (hurry, hurried) = watch::channel(false);
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            Some(letter) = letters.recv(), if under_way.len() < MOST => {
                under_way.spawn(sender.clone().deliver(letter, hurried.clone()));
            }
            Some(_) = under_way.join_next() => {}
            // An error says that nobody is left who could say so.
            _ = &mut ended => break,
        }
    }
    while let Ok(letter) = letters.try_recv() {
        under_way.spawn(sender.clone().deliver(letter, hurried.clone()));
    }
    hurry.send_replace(true);
    let all = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(AT_THE_END, all).await.is_err() {
        tracing::warn!(mails = under_way.len(), "the mail server did not take the last mails in time");
    }
}

struct Sender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    pauses: &'static [Duration],
    at_once: Semaphore,
}

/// Why the mail server did not take a mail.
struct Failed {
    why: String,
    /// Whether it may take it later.
    is_passing: bool,
}

impl Sender {
    async fn deliver(self: Arc<Self>, letter: Letter, mut hurried: watch::Receiver<bool>) {
        let message = match self.message(&letter) {
            Ok(message) => message,
            Err(why) => return tracing::error!(why, "a mail cannot be written"),
        };
        let mut pauses = self.pauses.iter();
        for attempt in 1.. {
            let is_last = *hurried.borrow();
            let Err(Failed { why, is_passing }) = self.attempt(&message).await else {
                return tracing::info!(attempt, "mail sent");
            };
            let pause = pauses.next().filter(|_| is_passing && !is_last);
            let Some(pause) = pause else {
                return tracing::error!(attempt, why, "a mail was not sent, and is not tried again");
            };
            let seconds = pause.as_secs();
            tracing::warn!(attempt, why, again_seconds = seconds, "the mail server did not take a mail");
            let _ = tokio::time::timeout(*pause, hurried.wait_for(|hurried| *hurried)).await;
        }
    }

    async fn attempt(&self, message: &Message) -> Result<(), Failed> {
        let _permit = self.at_once.acquire().await;
        let sent = self.transport.send(message.clone()).await;
        sent.map(drop).map_err(|error| Failed { is_passing: !error.is_permanent(), why: why(&error) })
    }

    fn message(&self, letter: &Letter) -> Result<Message, String> {
        let to = letter.to.as_str().parse().map_err(|_| "its address is none that mail servers know")?;
        let random = (entropy::rng().next_u64(), entropy::rng().next_u64());
        let id = format!("<{:016x}{:016x}@{}>", random.0, random.1, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Address::new(None, to))
            .subject(letter.subject.clone())
            .message_id(Some(id))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(body(&letter.text))
            .map_err(|error| error.to_string())
    }
}

/// As it stands where it may (RFC 5322 §2.1.1), so that whoever reads the raw mail finds links whole.
fn body(text: &str) -> Body {
    if text.is_ascii() && text.lines().all(|line| line.len() <= 998) {
        let lines = text.replace('\n', "\r\n").into_bytes();
        Body::dangerous_pre_encoded(lines, ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    }
}

/// What it answered, as a number alone: its words name whom the mail goes to.
fn why(error: &smtp::Error) -> String {
    match (error.status(), error.source()) {
        (Some(code), _) => format!("it answered {code}"),
        (None, Some(source)) if error.is_client() || error.is_timeout() => format!("no answer: {source}"),
        (None, Some(source)) => format!("it cannot be reached: {source}"),
        (None, None) => "it cannot be reached".to_owned(),
    }
}

/// Keeps those who are away from answering (RFC 3834 §5).
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
