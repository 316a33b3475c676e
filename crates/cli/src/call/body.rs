//! An answer's body: passed on as it comes, or kept whole, and never without end.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use tokio::time::{sleep, timeout};

use crate::failure::{Exit, Failure};

/// No error of an API is longer.
const KEPT_BYTES: usize = 64 * 1024;
/// The most that is kept for a person's eyes, or to find the next page in.
const WHOLE_BYTES: usize = 64 * 1024 * 1024;

/// A body that was read.
pub(super) struct Body {
    /// All of it; its beginning where it was passed on, or cut.
    pub(super) kept: Vec<u8>,
    /// Whether it was written out already.
    pub(super) passed_on: bool,
    /// Whether there was more of it.
    pub(super) cut: bool,
}

/// Reads the body. With `passes_on` the most of it goes to `out` as it comes, for as long as it keeps coming; otherwise all of
/// it has to be there after `left`. No silence is longer than `silence`.
pub(super) async fn read(
    mut response: Response,
    passes_on: bool,
    left: Duration,
    silence: Duration,
    mut out: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<Body, Failure> {
    let is_answer = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let most = if is_answer && !passes_on { WHOLE_BYTES } else { KEPT_BYTES };
    let mut body = Body { kept: Vec::new(), passed_on: false, cut: false };
    let mut deadline = std::pin::pin!(sleep(left));
    loop {
        let chunk = tokio::select! {
            biased;
            chunk = timeout(silence, response.chunk()) => chunk.map_err(|_| too_slow(silence))?,
            () = &mut deadline, if !body.passed_on => {
                if !passes_on {
                    return Err(too_slow(left));
                }
                out(&body.kept)?;
                body.passed_on = true;
                continue;
            }
        };
        let broke = |_| Failure::new(Exit::Provider, "the answer broke off: try again");
        let Some(chunk) = chunk.map_err(broke)? else { return Ok(body) };
        if body.passed_on {
            out(&chunk)?;
        }
        // A short answer is kept: an error may hide behind status 200.
        let room = most - body.kept.len();
        body.kept.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() <= room || body.passed_on {
            continue;
        }
        if passes_on {
            out(&body.kept)?;
            out(&chunk[room..])?;
            body.passed_on = true;
        } else if is_answer {
            let text = format!(
                "the answer is longer than {} MiB: send it to a file with > FILE, and without --paginate",
                most >> 20
            );
            return Err(Failure::new(Exit::Other, text));
        } else {
            body.cut = true;
            return Ok(body);
        }
    }
}

fn too_slow(waited: Duration) -> Failure {
    let seconds = waited.as_secs();
    let text = format!("no whole answer within {seconds} s. Try again, or wait longer with --max-wait");
    Failure::new(Exit::Provider, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn response(status: u16, bytes: usize) -> Response {
        axum::http::Response::builder().status(status).body(vec![b'x'; bytes]).unwrap().into()
    }

    async fn read_all(status: u16, bytes: usize, passes_on: bool) -> (Result<Body, Failure>, usize) {
        let mut out = 0;
        let count = |chunk: &[u8]| {
            out += chunk.len();
            Ok(())
        };
        let body = read(response(status, bytes), passes_on, PATIENCE, PATIENCE, count).await;
        (body, out)
    }

    #[tokio::test]
    async fn long_bodies_of_every_status() {
        let long = KEPT_BYTES * 3;
        for status in [200, 404, 500] {
            let (body, out) = read_all(status, long, true).await;
            let body = body.unwrap();
            assert_eq!((body.kept.len(), body.passed_on, out), (KEPT_BYTES, true, long), "{status}");
        }
        let (body, out) = read_all(404, long, false).await;
        let body = body.unwrap();
        assert_eq!((body.kept.len(), body.cut, out), (KEPT_BYTES, true, 0));
        assert_eq!(read_all(200, long, false).await.0.unwrap().kept.len(), long);
        let error = read_all(200, WHOLE_BYTES + 1, false).await.0.err().unwrap();
        assert!(error.to_string().contains("longer than 64 MiB"), "{error}");
    }

    #[tokio::test]
    async fn short_bodies_are_kept_for_whoever_prints_them() {
        let (body, out) = read_all(200, 9, true).await;
        let body = body.unwrap();
        assert_eq!((body.kept.len(), body.passed_on, body.cut, out), (9, false, false, 0));
    }
}
