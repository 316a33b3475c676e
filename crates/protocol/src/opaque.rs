//! The envelope of everything opaque that is handed out: a prefix that secret scanners know, then base64url.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stagedoor_wire::Secret;

/// Prefix of access tokens.
pub const ACCESS_TOKEN: &str = "sda_";
/// Prefix of refresh tokens.
pub const REFRESH_TOKEN: &str = "sdr_";
/// Prefix of authorization codes.
pub const CODE: &str = "sdc_";
/// Prefix of device codes.
pub const DEVICE_CODE: &str = "sdd_";
/// Prefix of client secrets, where the dialect's form has one.
pub const CLIENT_SECRET: &str = "sds_";
/// Prefix of credentials that administer the server.
pub const ADMIN_CREDENTIAL: &str = "sdm_";

/// All of them: what has one of these in it may be a secret.
pub const PREFIXES: [&str; 6] =
    [ACCESS_TOKEN, REFRESH_TOKEN, CODE, DEVICE_CODE, CLIENT_SECRET, ADMIN_CREDENTIAL];

/// Longest content, in bytes: an access token with the longest scope list.
pub const MAX_BYTES: usize = 2048;

/// Wraps `bytes`.
pub fn wrap(prefix: &str, bytes: &[u8]) -> Secret {
    let mut text = String::with_capacity(prefix.len() + bytes.len().div_ceil(3) * 4);
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    Secret::new(text)
}

/// Unwraps into `buffer`; `None` when the prefix, alphabet or length is wrong.
pub fn unwrap<'a>(prefix: &str, text: &str, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let encoded = text.strip_prefix(prefix)?;
    let length = URL_SAFE_NO_PAD.decode_slice(encoded, buffer).ok()?;
    Some(&buffer[..length])
}

/// Unwraps content of a fixed length.
pub fn unwrap_exact<const N: usize>(prefix: &str, text: &str) -> Option<[u8; N]> {
    let mut buffer = [0u8; 64];
    unwrap(prefix, text, &mut buffer)?.try_into().ok()
}
