//! A provider: a token endpoint, and an API that does what its paths say.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

type Answer = Response<UnsyncBoxBody<Bytes, std::convert::Infallible>>;

/// One frame of what `/flood` sends.
pub(super) const FRAME: usize = 64 * 1024;

#[derive(Clone)]
pub(super) struct Provider {
    pub(super) address: SocketAddr,
    pub(super) state: Arc<State>,
}

pub(super) struct State {
    /// The token the API takes: `live-N` of the newest token request.
    pub(super) valid: Mutex<String>,
    pub(super) token_requests: AtomicU64,
    pub(super) api_requests: AtomicU64,
    /// What came last.
    pub(super) seen: Mutex<Option<(String, HeaderMap, Bytes)>>,
    /// Bytes `/flood` gave away.
    pub(super) given: AtomicU64,
    /// A permit lets `/gate` answer, and `/sink` read a frame.
    pub(super) gate: Semaphore,
    /// Bytes each frame had that `/sink` read.
    pub(super) sunk: mpsc::UnboundedSender<usize>,
}

impl Provider {
    /// One that listens, and what its `/sink` reads.
    pub(super) async fn start() -> (Self, mpsc::UnboundedReceiver<usize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (sunk, sink) = mpsc::unbounded_channel();
        let state = State {
            valid: Mutex::new("live-0".into()),
            token_requests: AtomicU64::new(0),
            api_requests: AtomicU64::new(0),
            seen: Mutex::new(None),
            given: AtomicU64::new(0),
            gate: Semaphore::new(0),
            sunk,
        };
        let own = Self { address: listener.local_addr().unwrap(), state: Arc::new(state) };
        let state = Arc::clone(&own.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                let answer = move |request| {
                    let state = Arc::clone(&state);
                    async move { Ok::<_, std::convert::Infallible>(state.answer(request).await) }
                };
                tokio::spawn(
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)),
                );
            }
        });
        (own, sink)
    }

    pub(super) fn token_requests(&self) -> u64 {
        self.state.token_requests.load(Ordering::SeqCst)
    }

    pub(super) fn api_requests(&self) -> u64 {
        self.state.api_requests.load(Ordering::SeqCst)
    }

    /// Method and address, header fields and body of the last API request.
    pub(super) fn seen(&self) -> (String, HeaderMap, Bytes) {
        self.state.seen.lock().unwrap().clone().unwrap()
    }

    /// The API takes this token alone from now on.
    pub(super) fn accept_only(&self, token: &str) {
        *self.state.valid.lock().unwrap() = token.to_owned();
    }
}

impl State {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        if path == "/token" {
            return self.token();
        }
        self.api_requests.fetch_add(1, Ordering::SeqCst);
        let wanted = format!("Bearer {}", self.valid.lock().unwrap());
        let shown = request.headers().get("authorization").map(|value| value.as_bytes().to_owned());
        let legacy = request.headers().contains_key("x-api-key");
        if path == "/always-401" || (shown.as_deref() != Some(wanted.as_bytes()) && !legacy) {
            return status(StatusCode::UNAUTHORIZED, r#"{"error":"invalid_token"}"#);
        }
        match path.as_str() {
            "/limited" => {
                let mut answer = status(StatusCode::TOO_MANY_REQUESTS, "slow down");
                answer.headers_mut().insert("retry-after", 86_400.into());
                answer
            }
            "/redirect" => {
                let mut answer = status(StatusCode::FOUND, "");
                answer.headers_mut().insert("location", "https://elsewhere.example/x".parse().unwrap());
                answer
            }
            "/gate" => {
                self.gate.acquire().await.unwrap().forget();
                status(StatusCode::OK, "opened")
            }
            "/silence" => pending().await,
            "/limited-dripping" => {
                let (parts, _) = status(StatusCode::TOO_MANY_REQUESTS, "").into_parts();
                let mut answer = Response::from_parts(parts, Unending.boxed_unsync());
                answer.headers_mut().insert("retry-after", 86_400.into());
                answer
            }
            "/switching" => status(StatusCode::SWITCHING_PROTOCOLS, ""),
            "/flood" => Response::new(Flood(self).boxed_unsync()),
            "/sink" => self.sink(request.into_body()).await,
            _ => self.echo(request).await,
        }
    }

    fn token(&self) -> Answer {
        let number = self.token_requests.fetch_add(1, Ordering::SeqCst) + 1;
        let token = format!("live-{number}");
        self.valid.lock().unwrap().clone_from(&token);
        let refresh = format!("refresh-{number}");
        let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh});
        status(StatusCode::OK, &answer.to_string())
    }

    async fn echo(&self, request: Request<Incoming>) -> Answer {
        let line = format!("{} {}", request.method(), request.uri());
        let headers = request.headers().clone();
        let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        *self.seen.lock().unwrap() = Some((line, headers, body));
        let mut answer = status(StatusCode::OK, "echo");
        for (name, value) in
            [("set-cookie", "session=1"), ("access-control-allow-origin", "*"), ("x-own", "kept")]
        {
            answer.headers_mut().insert(name, value.parse().unwrap());
        }
        answer
    }

    /// Reads a frame for each permit.
    async fn sink(&self, mut body: Incoming) -> Answer {
        let mut total = 0;
        loop {
            self.gate.acquire().await.unwrap().forget();
            let Some(frame) = body.frame().await else { break };
            let length = frame.unwrap().into_data().map_or(0, |data| data.len());
            total += length;
            self.sunk.send(length).unwrap();
        }
        status(StatusCode::OK, &total.to_string())
    }
}

fn status(status: StatusCode, body: &str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::copy_from_slice(body.as_bytes())).boxed_unsync());
    *answer.status_mut() = status;
    answer
}

/// A body without end, as fast as it is taken.
struct Flood(Arc<State>);

impl Body for Flood {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.given.fetch_add(FRAME as u64, Ordering::SeqCst);
        std::task::Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[7; FRAME])))))
    }
}

/// A body that never comes.
struct Unending;

impl Body for Unending {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        std::task::Poll::Pending
    }
}
