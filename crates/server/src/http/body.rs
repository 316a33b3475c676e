//! Reading a form's body: bounded in size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use stagedoor_protocol::Refusal;
use stagedoor_wire::token_request::MAX_BODY_BYTES;

/// A body that is too large is read this far and thrown away, so that the client gets to see the answer.
const MAX_DRAINED_BYTES: usize = 1024 * 1024;
/// A body that takes longer is not waited for.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// The body, when it has at most [`MAX_BODY_BYTES`].
pub(crate) async fn read_body(body: Body) -> Result<Bytes, Refusal> {
    tokio::time::timeout(MAX_WAIT, read(body)).await.unwrap_or(Err(Refusal::BodyIncomplete))
}

async fn read(mut body: Body) -> Result<Bytes, Refusal> {
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refusal::BodyIncomplete)?.into_data() else { continue };
        seen += data.len();
        if seen > MAX_DRAINED_BYTES {
            break;
        }
        // Nearly every body comes in one piece, and is then not copied.
        if first.is_empty() {
            first = data;
        } else if seen <= MAX_BODY_BYTES {
            rest.extend_from_slice(&data);
        }
    }
    if seen > MAX_BODY_BYTES {
        Err(Refusal::BodyTooLarge)
    } else if rest.is_empty() {
        Ok(first)
    } else {
        Ok([first, rest.freeze()].concat().into())
    }
}
