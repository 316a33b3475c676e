//! HTTP Basic client authentication (RFC 7617, RFC 6749 §2.3.1).

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::{ClientId, Secret, form};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A client id with the secret as it was sent and, where form-decoding changes it, as RFC 6749 §2.3.1 would have it:
/// most clients skip that encoding, some do it, so both are compared.
#[derive(Clone, Debug)]
pub struct BasicCredentials {
    /// Who.
    pub client_id: ClientId,
    /// The secret as sent; none where it is empty.
    pub secret: Option<Secret>,
    /// The secret form-decoded, where that differs.
    pub decoded: Option<Secret>,
}

/// The header is not `Basic base64(id:secret)`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the Authorization header is not Basic base64(client_id:client_secret)")]
pub struct InvalidBasic;

/// Reads the value of an `Authorization` header; `None` when it names another scheme.
pub fn read(value: &[u8]) -> Option<Result<BasicCredentials, InvalidBasic>> {
    let (scheme, rest) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    Some(decode(rest).ok_or(InvalidBasic))
}

fn decode(encoded: &[u8]) -> Option<BasicCredentials> {
    let plain = BASE64.decode(encoded.trim_ascii()).ok()?;
    let cut = plain.iter().position(|&byte| byte == b':')?;
    let client_id = ClientId::new(&form::decode(&plain[..cut]).ok()?).ok()?;
    let sent = std::str::from_utf8(&plain[cut + 1..]).ok()?;
    let decoded = form::decode(sent.as_bytes()).ok().filter(|decoded| decoded != sent);
    Some(BasicCredentials {
        client_id,
        // RFC 6749 §2.3.1: an empty secret is none.
        secret: (!sent.is_empty()).then(|| Secret::new(sent)),
        decoded: decoded.map(|text| Secret::new(text.into_owned())),
    })
}

/// The value of an `Authorization` header, the secret form-encoded as RFC 6749 §2.3.1 has it. Secrets out of unreserved
/// characters, which is nearly all of them, are the same either way.
pub fn write(client_id: &ClientId, secret: &Secret) -> Secret {
    let plain = Secret::new(format!("{client_id}:{}", form::encode(secret.expose())));
    Secret::new(format!("Basic {}", BASE64.encode(plain.expose())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn header(plain: &str) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(plain)).into_bytes()
    }

    #[test]
    fn reads_as_sent_and_decoded() {
        let read = read(&header("29:a%2Bb")).unwrap().unwrap();
        assert_eq!(read.client_id.as_str(), "29");
        assert_eq!(read.secret.unwrap().expose(), "a%2Bb");
        assert_eq!(read.decoded.unwrap().expose(), "a+b");
    }

    #[test]
    fn written_then_read() {
        let written = write(&ClientId::new("a~b").unwrap(), &Secret::new("é+ %2B:="));
        let read = read(written.expose().as_bytes()).unwrap().unwrap();
        assert_eq!(read.client_id.as_str(), "a~b");
        assert_eq!(read.decoded.unwrap().expose(), "é+ %2B:=");
    }

    #[test]
    fn a_colon_belongs_to_the_secret() {
        let read = read(&header("id:a:b")).unwrap().unwrap();
        assert_eq!(read.secret.unwrap().expose(), "a:b");
        assert!(read.decoded.is_none());
    }

    #[test]
    fn other_schemes_and_nonsense() {
        assert!(read(b"Bearer abc").is_none());
        assert!(read(b"").is_none());
        for value in [b"Basic ".to_vec(), b"basic %%%".to_vec(), header("no-colon"), header(":only-secret")] {
            assert!(read(&value).unwrap().is_err());
        }
    }
}
