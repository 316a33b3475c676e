//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header §2.1).

use axum::http::HeaderMap;
use stagedoor_protocol::idempotency::CallName;

use super::Caller;
use super::problem::Problem;

const NAME: &str = "idempotency-key";
const MAX_CHARS: usize = 255;

/// The caller's key for this call. The draft has it in quotes, which many leave out.
pub(super) fn read(headers: &HeaderMap, caller: &Caller) -> Result<Option<CallName>, Problem> {
    let mut values = headers.get_all(NAME).into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=MAX_CHARS).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    if !fits || values.next().is_some() {
        let cure = "send one, of 1 to 255 visible ASCII characters such as a UUID";
        return Err(Problem::bad("`Idempotency-Key` cannot be one", cure));
    }
    Ok(Some(CallName { caller: caller.id(), key: bare.to_owned() }))
}
