//! A call of an API that gets someone new an answer: pages show it, to be pasted.

use axum::http::Method;

/// A method and a path with its query, as a shell takes them between double quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleCall {
    pub(crate) method: Method,
    pub(crate) path: String,
}

impl ExampleCall {
    /// Reads `GET /charts`. None where it is something else, or holds what a shell would run.
    pub fn parse(text: &str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        let method = match method {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return None,
        };
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"$`\\!<>".contains(&byte);
        (path.starts_with('/') && path.bytes().all(is_plain)).then(|| Self { method, path: path.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls() {
        let call = ExampleCall::parse("POST /v1/charts?of=today&limit=2").unwrap();
        assert_eq!((call.method, &*call.path), (Method::POST, "/v1/charts?of=today&limit=2"));
        for odd in [
            "",
            "/charts",
            "GET",
            "GET charts",
            "get /charts",
            "TRACE /",
            "GET /a b",
            "GET /a\n",
            "GET /$(id)",
            "GET /`id`",
            "GET /\"",
            "GET /a\\",
            "GET /ä",
            "GET  /",
        ] {
            assert_eq!(ExampleCall::parse(odd), None, "{odd:?}");
        }
    }
}
