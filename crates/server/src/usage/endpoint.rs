//! The name of an endpoint: method and path, with `{id}` for what looks like an id. What somebody may have put into a path by
//! mistake, such as a token, is not in it.

use axum::http::Method;
use stagedoor_protocol::opaque::PREFIXES;

/// Longest name, in bytes.
const LONGEST: usize = 112;
/// Longest segment that is written out.
const LONGEST_WORD: usize = 40;
const ID: &[u8] = b"{id}";
/// For the rest of a path that is too long.
const REST: &[u8] = b"/\xe2\x80\xa6";

/// A name, of visible ASCII but for the end of a long one.
#[derive(Clone, Copy)]
pub struct EndpointName {
    text: [u8; LONGEST],
    length: u8,
}

impl EndpointName {
    /// Of a path as the provider knows it.
    pub fn of(method: &Method, path: &str) -> Self {
        let mut name = Self { text: [0; LONGEST], length: 0 };
        name.push(known(method).as_bytes());
        name.push(b" ");
        let path = path.strip_suffix('/').unwrap_or(path);
        if path.is_empty() {
            name.push(b"/");
        }
        for segment in path.strip_prefix('/').unwrap_or(path).split('/').filter(|_| !path.is_empty()) {
            let word = if is_id(segment) { ID } else { segment.as_bytes() };
            if usize::from(name.length) + 1 + word.len() + REST.len() > LONGEST {
                name.push(REST);
                break;
            }
            name.push(b"/");
            name.push(word);
        }
        name
    }

    pub fn as_str(&self) -> &str {
        // It was put together from whole texts.
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }

    fn push(&mut self, bytes: &[u8]) {
        let from = usize::from(self.length);
        self.text[from..from + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len() as u8;
    }
}

/// A method of the caller's own choosing is none of ours.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "OTHER",
    }
}

/// Whether a segment names one of many things: a number, an ISRC, a UUID, 22 characters of base62, a list, an address.
fn is_id(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let (mut digits, mut upper, mut alphanumeric) = (0, 0, 0);
    for byte in bytes {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'A'..=b'Z' => upper += 1,
            b'a'..=b'z' => {}
            b'-' | b'.' | b'_' | b'~' => continue,
            // Names of endpoints have none of the others.
            _ => return true,
        }
        alphanumeric += 1;
    }
    let length = bytes.len();
    let is_base62 = alphanumeric == length && (length == 22 || length >= 32);
    length > LONGEST_WORD
        || (length > 0 && digits == length)
        || (length >= 6 && digits * 2 >= length)
        || (length >= 16 && digits > 0)
        || (is_base62 && upper > 0)
        || (length >= 4 && PREFIXES.iter().any(|prefix| segment.contains(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> String {
        EndpointName::of(&Method::GET, path).as_str().to_owned()
    }

    #[test]
    fn words_stay() {
        for path in [
            "/",
            "/v1/me/top/artists",
            "/api/v2.9/charts/song/spotify/by-platform",
            "/api/account/1.1/my_bands",
            "/oauth2/userinfo",
            "/ads/v3/ad_accounts",
            "/v1/getArtistStatisticsByCountry",
            "/v1//x",
            "/v1/recommendations/available-genre-seeds",
        ] {
            assert_eq!(name(path), format!("GET {path}"));
        }
        assert_eq!(name("/v1/me/"), "GET /v1/me");
        assert_eq!(name("v1"), "GET /v1");
    }

    #[test]
    fn ids_go() {
        for id in [
            "7",
            "20260831",
            "0OdUWJ0sBjDrqHygGUXeCF",
            "abcdefghijklmnopqrstuV",
            "11e81bcc-9c1c-ce38-b96b-a0369fe50396",
            "GBAYE0601498",
            "spotify:artist:0OdUWJ0sBjDrqHygGUXeCF",
            "a%20b",
            "ada@example.com",
            "a,b",
            "bjo\u{308}rk",
            "sda_AbC",
            &"x".repeat(LONGEST_WORD + 1),
            "eyJhbGciOiJFZERTQSJ9.eyJhIjoxfQ.c2ln",
        ] {
            assert_eq!(name(&format!("/v1/artists/{id}/albums")), "GET /v1/artists/{id}/albums", "{id}");
        }
    }

    #[test]
    fn however_long() {
        let long = name(&"/playlists".repeat(100));
        assert!(long.len() <= LONGEST && long.ends_with("/playlists/…"), "{long}");
        let widest = format!("/{}", "x".repeat(LONGEST_WORD));
        assert!(name(&widest.repeat(9)).ends_with("x/…"));
        let own = Method::from_bytes(b"BREW").unwrap();
        assert_eq!(EndpointName::of(&own, "/x").as_str(), "OTHER /x");
    }
}
