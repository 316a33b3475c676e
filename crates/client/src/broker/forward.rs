//! A request to the provider and back: the token put in, renewed once after a 401, everything streamed, redirects handed to
//! the caller.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::time::{Instant, timeout};

use super::Shared;
use super::body::Body;
use super::credential_entry::{CredentialEntry, Proof};
use super::refusal::Refusal;
use super::{headers, limited};
use crate::http_client::chain;
use crate::vault::Fingerprint;

/// A body of so many bytes at most is kept, so that it can be sent again after a renewal.
const MAX_KEPT: u64 = 64 * 1024;
/// How long a provider that has all of the request may take to begin its answer. Where a body is still on its way, the
/// caller's patience decides.
const SILENCE_SECONDS: u64 = 60;
/// How long a caller may take over a small body.
const BODY_SECONDS: u64 = if cfg!(test) { 1 } else { 30 };

/// An answer, and the token that went with the request.
pub(super) struct Forwarded {
    pub(super) response: Response<Body>,
    pub(super) token: Fingerprint,
}

/// Asks the provider of `entry`.
pub(super) async fn forward(
    broker: &Shared,
    entry: &Arc<CredentialEntry>,
    uri: Uri,
    request: Request<Incoming>,
) -> Result<Forwarded, Refusal> {
    limited::check(broker, entry)?;
    let proof = entry.proof(&broker.renewals).await?;
    let (Parts { method, mut headers, .. }, body) = request.into_parts();
    headers::outgoing(&mut headers, &entry.origin.host, entry.legacy_headers());
    let head = Head { method, uri, headers };
    let (body, kept) = read(body).await?;
    let answer = head.send(broker, entry, &proof, body, kept.is_some()).await?;
    let (answer, proof) = match answer.status() {
        StatusCode::UNAUTHORIZED => head.renewed(broker, entry, answer, proof, kept).await?,
        _ => (answer, proof),
    };
    let mut response = match answer.status() {
        StatusCode::TOO_MANY_REQUESTS => limited::note(broker, entry, answer).await?,
        _ => answer.map(Body::Streamed),
    };
    headers::returning(response.headers_mut());
    Ok(Forwarded { response, token: proof.fingerprint })
}

/// The body as it is sent, and a copy where it is small and its length is known.
async fn read(body: Incoming) -> Result<(Body, Option<Bytes>), Refusal> {
    if body.size_hint().exact().is_none_or(|length| length > MAX_KEPT) {
        return Ok((Body::Streamed(body), None));
    }
    let whole = timeout(Duration::from_secs(BODY_SECONDS), body.collect()).await;
    let whole = whole.map_err(|_| Refusal::BodySlow { seconds: BODY_SECONDS })?;
    let whole = whole.map_err(|_| Refusal::BodyBrokenOff)?.to_bytes();
    Ok((Body::whole(whole.clone()), Some(whole)))
}

/// A request without its body.
struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Head {
    async fn send(
        &self,
        broker: &Shared,
        entry: &CredentialEntry,
        proof: &Proof,
        body: Body,
        is_whole: bool,
    ) -> Result<Response<Incoming>, Refusal> {
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        proof.put_into(request.headers_mut());
        let began = Instant::now();
        let sent = broker.upstream.send(request);
        let title = || entry.title().to_owned();
        let answered = if is_whole {
            let answered = timeout(Duration::from_secs(SILENCE_SECONDS), sent).await;
            answered.map_err(|_| Refusal::Silent { title: title(), seconds: SILENCE_SECONDS })?
        } else {
            sent.await
        };
        entry.figures.latency(began.elapsed());
        let answer = answered.map_err(|error| {
            let why = chain(&error);
            if error.is_connect() {
                Refusal::Unreachable { title: title(), why }
            } else {
                Refusal::BrokenOff { title: title(), why }
            }
        })?;
        // RFC 9110 §15.2.2: nobody asked for it, and what follows is no HTTP.
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let why = "it changed to another protocol unasked".to_owned();
            return Err(Refusal::BrokenOff { title: title(), why });
        }
        Ok(answer)
    }

    /// The same once more with a new token, where its body is still there; otherwise the 401, and a new token for those who
    /// come after.
    async fn renewed(
        &self,
        broker: &Shared,
        entry: &Arc<CredentialEntry>,
        answer: Response<Incoming>,
        proof: Arc<Proof>,
        kept: Option<Bytes>,
    ) -> Result<(Response<Incoming>, Arc<Proof>), Refusal> {
        if !entry.may_help(&proof, broker.clock.now()) {
            return Ok((answer, proof));
        }
        let Some(kept) = kept else {
            let (entry, renewals, refused) = (Arc::clone(entry), broker.renewals.clone(), Arc::clone(&proof));
            // It is counted among the renewals, which are awaited at shutdown.
            drop(tokio::spawn(async move { entry.another(&refused, &renewals).await.map(drop) }));
            return Ok((answer, proof));
        };
        let another = entry.another(&proof, &broker.renewals).await?;
        if another.fingerprint == proof.fingerprint {
            return Ok((answer, proof));
        }
        let answer = self.send(broker, entry, &another, Body::whole(kept), true).await?;
        Ok((answer, another))
    }
}
