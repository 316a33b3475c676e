//! Nothing of what opens a door leaves the server by its log, figures or traces: all that the tests of this process make it
//! write, at level TRACE, is searched for every secret that the tests used or were given.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use stagedoor_server::traces::{Span, Traces};
use stagedoor_server::{Insight, Server};
use tokio::sync::mpsc::Receiver;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use url::form_urlencoded::{self, byte_serialize};

use super::Call;

/// What names a secret: in forms, queries and JSON.
const NAMES: [&str; 17] = [
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "credential",
    "device_code",
    "form_token",
    "id_token",
    "invitation",
    "key",
    "new_password",
    "old_password",
    "password",
    "refresh_token",
    "secret",
    "token",
    "user_code",
];
/// What is said in the log of right, wherever a test puts it.
const GRANT_TYPES: [&str; 4] = [
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
];
/// Shorter texts stand in a log by chance.
const SHORTEST: usize = 8;

/// What was written, and which secrets there are.
#[derive(Clone, Default)]
pub(crate) struct Overheard(Arc<Mutex<(String, Vec<Secret>)>>);

type Secret = (&'static str, String);

/// A point in what was overheard.
#[derive(Clone, Copy, Default)]
struct Point {
    text: usize,
    secrets: usize,
}

impl Overheard {
    /// By all tests of this process: there is one subscriber for all.
    pub(crate) fn by_all() -> &'static Self {
        static ALL: OnceLock<Overheard> = OnceLock::new();
        ALL.get_or_init(|| {
            let all = Self::default();
            let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_ansi(false);
            log.with_writer(all.clone()).init();
            all
        })
    }

    pub(crate) fn secret(&self, name: &'static str, text: &str) {
        if text.len() >= SHORTEST && !GRANT_TYPES.contains(&text) {
            // As it is, and as forms and queries spell it.
            let spelt: String = byte_serialize(text.as_bytes()).collect();
            self.with(|(_, secrets)| secrets.extend([(name, text.to_owned()), (name, spelt)]));
        }
    }

    pub(crate) fn contains(&self, text: &str) -> bool {
        self.with(|(written, _)| written.contains(text))
    }

    /// The names of the secrets since that point that stand in what was written since then. They themselves are not shown.
    fn leaked(&self, since: Point) -> BTreeSet<&'static str> {
        let (written, secrets) = self.with(|(written, secrets)| {
            (
                written[since.text..].to_owned(),
                secrets[since.secrets..].iter().cloned().collect::<BTreeSet<_>>(),
            )
        });
        secrets.iter().filter(|(_, text)| written.contains(text)).map(|(name, _)| *name).collect()
    }

    fn now(&self) -> Point {
        self.with(|(written, secrets)| Point { text: written.len(), secrets: secrets.len() })
    }

    fn write(&self, text: &str) {
        self.with(|(written, _)| written.push_str(text));
    }

    fn with<T>(&self, act: impl FnOnce(&mut (String, Vec<Secret>)) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Overheard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Self::write(self, &String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Overheard {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Notes the secrets of a request.
pub(super) fn sent(headers: &[(String, Vec<u8>)], target: &str, body: &[u8]) {
    let all = Overheard::by_all();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value);
        match &**name {
            // Bearer tokens are known from the answers that gave them.
            "authorization" => {
                let shown = value.strip_prefix("Basic ").unwrap_or_default();
                all.secret("credentials", shown);
                let pair = BASE64.decode(shown).ok().and_then(|pair| String::from_utf8(pair).ok());
                let secret = pair.as_deref().and_then(|pair| pair.split_once(':'));
                all.secret("client_secret", secret.map_or("", |(_, secret)| secret));
            }
            "x-api-key" => all.secret("key", &value),
            _ => {}
        }
    }
    fields(target.split_once('?').map_or("", |(_, query)| query).as_bytes());
    fields(body);
    members(body);
}

/// Notes the secrets of an answer.
pub(super) fn given(headers: &HeaderMap, body: &[u8]) {
    for cookie in headers.get_all(header::SET_COOKIE) {
        let pair =
            cookie.to_str().unwrap_or_default().split(';').next().and_then(|pair| pair.split_once('='));
        Overheard::by_all().secret("cookie", pair.map_or("", |(_, value)| value));
    }
    let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    fields(location.and_then(|location| location.split_once('?')).map_or("", |(_, query)| query).as_bytes());
    members(body);
}

fn fields(form: &[u8]) {
    for (name, value) in form_urlencoded::parse(form) {
        if let Some(name) = NAMES.iter().find(|own| **own == name) {
            Overheard::by_all().secret(name, &value);
        }
    }
}

fn members(json: &[u8]) {
    let Ok(Value::Object(members)) = serde_json::from_slice(json) else { return };
    // A problem's code (RFC 9457) opens nothing.
    for name in NAMES.into_iter().filter(|name| *name != "code") {
        Overheard::by_all().secret(name, members.get(name).and_then(Value::as_str).unwrap_or_default());
    }
}

/// Watches a server until it is dropped.
pub(super) struct Watch {
    server: Arc<Server>,
    spans: Receiver<Span>,
    since: Point,
}

impl Watch {
    /// The server, of which everything is noted, and who watches it.
    pub(super) fn over(server: Server) -> (Arc<Server>, Self) {
        let since = Overheard::by_all().now();
        let (traces, spans) = Traces::new(1.0);
        let insight = Insight { access_log: true, traces: Some(traces), ..Insight::default() };
        let server = Arc::new(server.with_insight(insight));
        (server.clone(), Self { server, spans, since })
    }

    /// The figures, as whoever may collect them reads them.
    fn figures(&self) -> String {
        let request = Call::get("/metrics").header("host", "127.0.0.1").into_request();
        let ask = async {
            let mut request = request;
            request.extensions_mut().insert(super::ClientAddress([127, 0, 0, 1].into()));
            super::Answer::of(self.server.handle(request).await).await.text().to_owned()
        };
        // A runtime does not wait within another one.
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        std::thread::scope(|scope| scope.spawn(|| runtime().block_on(ask)).join().unwrap())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let all = Overheard::by_all();
        let figures = self.figures();
        assert!(figures.contains("stagedoor_requests_total"), "no figures: {figures}");
        all.write(&figures);
        while let Ok(span) = self.spans.try_recv() {
            all.write(&format!("{span:?}\n"));
        }
        let leaked = all.leaked(self.since);
        assert!(leaked.is_empty(), "in the log, the figures or the traces stand: {leaked:?}");
    }
}

#[test]
fn what_leaks_is_found() {
    let overheard = Overheard::default();
    let since = overheard.now();
    for (name, text) in [("kept", "a-secret-kept"), ("told", "a-secret-told"), ("short", "told")] {
        overheard.secret(name, text);
    }
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(overheard.clone());
    tracing::subscriber::with_default(log.finish(), || {
        tracing::trace!(form = "x=1&code=a-secret-told", "read");
    });
    assert_eq!(overheard.leaked(since), BTreeSet::from(["told"]));
    assert!(overheard.leaked(overheard.now()).is_empty());
}
