//! Reading a form's body: bounded in size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use stagedoor_protocol::Refusal;
use stagedoor_wire::form::FormError;
use stagedoor_wire::token_request::{MAX_BODY_BYTES, TokenRequestError};

/// A body that is too large is read this far and thrown away, so that the client gets to see the answer.
const MAX_DRAINED_BYTES: usize = 1024 * 1024;
/// A body that takes longer is not waited for.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// The body, when it has at most [`MAX_BODY_BYTES`].
pub(crate) async fn read_body(body: Body) -> Result<Bytes, Refusal> {
    let broken = || Refusal::Unreadable(TokenRequestError::Form(FormError::NotUtf8));
    tokio::time::timeout(MAX_WAIT, read(body)).await.unwrap_or_else(|_| Err(broken()))
}

async fn read(mut body: Body) -> Result<Bytes, Refusal> {
    let mut whole = Bytes::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Refusal::BodyTooLarge) };
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen > MAX_DRAINED_BYTES {
            break;
        }
        if whole.is_empty() {
            whole = data;
        } else if seen <= MAX_BODY_BYTES {
            whole = [whole, data].concat().into();
        }
    }
    if seen > MAX_BODY_BYTES { Err(Refusal::BodyTooLarge) } else { Ok(whole) }
}
