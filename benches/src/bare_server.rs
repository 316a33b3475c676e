//! The bare HTTP server's side of the harness: what it is to answer.

use anyhow::ensure;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::response::Parts;
use serde_json::{Value, json};

use crate::child::Pinned;
use crate::wrk::Request;
use crate::{Setting, http_client};

const FILLER: &str = "x-filler";

/// What one of our answers looks like, for the bare server to send as a constant: the same body, and a head of the same
/// size with what it must have and one header for all the rest.
pub(crate) fn like((parts, body): &(Parts, Bytes)) -> anyhow::Result<Value> {
    let own: usize = [CONTENT_TYPE, CONTENT_LENGTH, DATE]
        .iter()
        .filter_map(|name| parts.headers.get(name).map(|value| line(name.as_str(), value.as_bytes())))
        .sum();
    let rest = size(&parts.headers) - own;
    let mut headers = vec![json!(["content-type", parts.headers[CONTENT_TYPE].to_str()?])];
    if let Some(length) = rest.checked_sub(line(FILLER, b"")) {
        headers.push(json!([FILLER, "x".repeat(length)]));
    }
    Ok(json!({"headers": headers, "body": std::str::from_utf8(body)?}))
}

/// Starts it, once its answers have been compared with ours.
pub(crate) fn start(setting: &Setting, answers: &Value) -> anyhow::Result<Pinned> {
    Pinned::start(setting, &setting.bare, &["http"], &answers.to_string())
}

/// Starts it where the load runs: as what stands behind a server.
pub(crate) fn start_beside_load(setting: &Setting, answers: &Value) -> anyhow::Result<Pinned> {
    Pinned::start_on(setting.load_core, &setting.bare, &["http"], &answers.to_string())
}

/// Checks that both answers have the same size on the wire; returns the sizes of head fields and body.
pub(crate) fn same_size(ours: &(Parts, Bytes), bare: &Request) -> anyhow::Result<(usize, usize)> {
    let sizes = |(parts, body): &(Parts, Bytes)| (size(&parts.headers), body.len());
    let bare = sizes(&http_client::exchange(bare)?);
    ensure!(sizes(ours) == bare, "the answers differ in size: ours {:?}, bare {bare:?}", sizes(ours));
    Ok(bare)
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| line(name.as_str(), value.as_bytes())).sum()
}

/// Bytes of a header with colon, blank and line end.
fn line(name: &str, value: &[u8]) -> usize {
    name.len() + value.len() + 4
}
