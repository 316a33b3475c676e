//! The `Authorization` header of an API call (RFC 6750 §2.1). Tokens in forms or queries are not taken (RFC 9700 §4.3.2).

/// What the header holds.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Bearer<'a> {
    /// No header.
    Missing,
    /// Another scheme, or no token behind `Bearer`.
    Malformed,
    /// The token, unverified.
    Token(&'a str),
}

/// Reads the header's value.
pub fn read(value: Option<&[u8]>) -> Bearer<'_> {
    let Some(value) = value else { return Bearer::Missing };
    let Some((scheme, rest)) = value.split_at_checked(7) else { return Bearer::Malformed };
    match std::str::from_utf8(rest) {
        Ok(token) if scheme.eq_ignore_ascii_case(b"bearer ") && !token.trim().is_empty() => {
            Bearer::Token(token.trim())
        }
        _ => Bearer::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        assert_eq!(read(None), Bearer::Missing);
        assert_eq!(read(Some(b"Bearer abc")), Bearer::Token("abc"));
        assert_eq!(read(Some(b"bearer abc")), Bearer::Token("abc"));
        for value in [&b"Bearer"[..], b"Bearer ", b"Bearer   ", b"Basic abc", b"abc", b"", b"Bearer \xff"] {
            assert_eq!(read(Some(value)), Bearer::Malformed, "{value:?}");
        }
    }
}
