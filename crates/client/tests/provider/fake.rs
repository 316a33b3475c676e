//! A provider in this process: HTTP/1.1 by hand, so that a test says when a connection breaks.

use std::sync::{Arc, Mutex, MutexGuard};

use stagedoor_client::BaseUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn is_token_request(&self) -> bool {
        self.line.starts_with("POST ")
            && ["/token ", "/oauth_token ", "/api/token ", "/oauth/token "]
                .iter()
                .any(|path| self.line.contains(path))
    }

    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let pairs = stagedoor_wire::form::pairs(self.body.as_bytes()).filter_map(Result::ok);
        pairs.into_iter().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    pub(crate) fn bearer(&self) -> Option<String> {
        let line = self
            .headers
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("authorization: bearer "))?;
        line.split(' ').nth(2).map(str::to_owned)
    }
}

/// What becomes of a request.
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: &'static str,
        body: String,
    },
    /// The connection ends without an answer.
    HangUp,
}

pub(crate) fn json(status: u16, body: impl Into<String>) -> Reply {
    Reply::Answer { status, headers: "Content-Type: application/json\r\n", body: body.into() }
}

type Handler = Box<dyn Fn(&Request) -> Reply + Send + Sync>;

struct Shared {
    handler: Handler,
    seen: Mutex<Vec<Request>>,
    arrived: Notify,
    gate: Semaphore,
}

pub(crate) struct Fake {
    shared: Arc<Shared>,
    pub(crate) base: BaseUrl,
}

impl Fake {
    /// Answers each request by `handler`.
    pub(crate) async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let fake = Self::closed(handler).await;
        fake.open();
        fake
    }

    /// The same, but no answer leaves before [`Fake::open`].
    pub(crate) async fn closed(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let shared = Arc::new(Shared {
            handler: Box::new(handler),
            seen: Mutex::default(),
            arrived: Notify::new(),
            gate: Semaphore::new(0),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Self { shared, base }
    }

    pub(crate) fn open(&self) {
        self.shared.gate.add_permits(1 << 20);
    }

    /// Waits until a request has been acted on.
    pub(crate) async fn arrived(&self) {
        self.shared.arrived.notified().await;
    }

    pub(crate) fn seen(&self) -> MutexGuard<'_, Vec<Request>> {
        self.shared.seen.lock().unwrap()
    }

    pub(crate) fn token_requests(&self) -> usize {
        self.seen().iter().filter(|request| request.is_token_request()).count()
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    while let Some(request) = read(&mut stream).await {
        let reply = (shared.handler)(&request);
        shared.seen.lock().unwrap().push(request);
        shared.arrived.notify_one();
        shared.gate.acquire().await.unwrap().forget();
        let Reply::Answer { status, headers, body } = reply else { return };
        let length = body.len();
        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let (line, headers) = text.split_once("\r\n")?;
    let length = headers.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .and_then(|length| length.trim().parse::<usize>().ok())
    });
    while bytes.len() < head + length.unwrap_or(0) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[head..].to_vec()).ok()?;
    Some(Request { line: line.to_owned(), headers: headers.to_owned(), body })
}
