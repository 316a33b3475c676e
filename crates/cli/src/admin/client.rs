//! Calling the admin socket: HTTP/1.1 and JSON.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use stagedoor_server::admin::BASE;
use stagedoor_server::config::socket_of;
use tokio::net::UnixStream;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::failure::{Exit, Failure};
use crate::terminal::harmless_line;

/// No answer is longer.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Who calls the socket of one server.
pub(crate) struct Client {
    socket: PathBuf,
    configuration: PathBuf,
    pub(super) json: bool,
    runtime: tokio::runtime::Runtime,
}

impl Client {
    /// Of the server with this configuration.
    pub(crate) fn new(configuration: &Path, json: bool) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(configuration).map_err(|error| {
            let path = configuration.display();
            Failure::usage(format!(
                "cannot read {path}: {error}; name the server's configuration with --config FILE"
            ))
        })?;
        let unreadable = || {
            let path = configuration.display();
            Failure::usage(format!("{path} is no TOML: `stagedoor check --config {path}` says where"))
        };
        let socket = socket_of(configuration, &text).ok_or_else(unreadable)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { socket, configuration: configuration.to_owned(), json, runtime })
    }

    /// Whether a server listens.
    pub(crate) fn is_answered(&self) -> bool {
        std::os::unix::net::UnixStream::connect(&self.socket).is_ok()
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::GET, path, None)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.call(Method::POST, path, Some(body))
    }

    pub(super) fn put(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.call(Method::PUT, path, Some(body))
    }

    pub(super) fn patch(&self, path: &str, body: Value) -> Result<Value, Failure> {
        self.call(Method::PATCH, path, Some(body))
    }

    pub(super) fn delete(&self, path: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, path, None)
    }

    /// Every row of a list, or the first `at_most`, page by page.
    pub(super) fn each(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
        at_most: Option<usize>,
        mut page: impl FnMut(&[Value]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (mut cursor, mut left) = (None::<String>, at_most.unwrap_or(usize::MAX));
        loop {
            let limit = left.min(1000).to_string();
            let mut pairs = Serializer::new(String::new());
            pairs.append_pair("limit", &limit);
            pairs.extend_pairs(query.iter().filter_map(|(name, value)| Some((name, (*value)?))));
            pairs.extend_pairs(cursor.iter().map(|cursor| ("cursor", cursor)));
            let answer = self.get(&format!("{path}?{}", pairs.finish()))?;
            let rows = answer["items"].as_array().map(Vec::as_slice).unwrap_or_default();
            page(rows)?;
            left -= rows.len().min(left);
            match answer["next"].as_str() {
                Some(next) if left > 0 => cursor = Some(next.to_owned()),
                _ => return Ok(()),
            }
        }
    }

    fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        self.runtime.block_on(self.send(method, path, body))
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let stream = UnixStream::connect(&self.socket).await.map_err(|error| self.unreachable(&error))?;
        let cut = "the server did not answer; see its log";
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.context(cut)?;
        let connection = tokio::spawn(connection);
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request =
            Request::builder().method(method).uri(format!("{BASE}{path}")).header(header::HOST, "stagedoor");
        let request = request.body(body).context("the call cannot be written")?;
        let answer = sender.send_request(request).await.context(cut)?;
        let status = answer.status();
        let bytes = axum::body::to_bytes(Body::new(answer.into_body()), MAX_ANSWER).await.context(cut)?;
        drop(sender);
        // It has ended, or ends with the sender; what it carried is here.
        let _ = connection.await;
        let answer =
            if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).context(cut)? };
        if status.is_success() { Ok(answer) } else { Err(refused(status, &answer)) }
    }

    fn unreachable(&self, error: &std::io::Error) -> Failure {
        let (socket, configuration) = (self.socket.display(), self.configuration.display());
        let text = match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => format!(
                "no server runs: nobody listens on {socket}. Start it with `stagedoor serve --config {configuration}`"
            ),
            ErrorKind::PermissionDenied => {
                format!("{socket} is another user's: run this as the user the server runs as, or as root")
            }
            _ => format!("cannot reach {socket}: {error}"),
        };
        Failure::new(Exit::Other, text)
    }
}

/// A part of a path, whatever it holds.
pub(super) fn segment(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The path of an app that is named as `api/client_id`.
pub(super) fn app(text: &str) -> Result<String, Failure> {
    match text.split_once('/') {
        Some((api, client_id)) if !api.is_empty() && !client_id.is_empty() => {
            Ok(format!("apps/{}/{}", segment(api), segment(client_id)))
        }
        _ => Err(Failure::usage(format!(
            "{text} names no app: write it as API/CLIENT_ID; `stagedoor admin app list` shows them"
        ))),
    }
}

fn refused(status: StatusCode, problem: &Value) -> Failure {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    let exit = if status == StatusCode::BAD_REQUEST { Exit::Usage } else { Exit::Other };
    if text("detail").is_empty() {
        return Failure::new(exit, format!("the server answered {status}; see its log"));
    }
    Failure::new(exit, harmless_line(&format!("{}: {}", text("detail"), text("cure"))))
}
