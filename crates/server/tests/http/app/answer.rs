//! An answer, and how one is shown without what must not be seen.

use axum::body::to_bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;

use super::watch;

#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What every answer of an OAuth endpoint has (RFC 6749 §5.1, §5.2).
pub(crate) const OF_TOKENS: [(&str, &str); 4] = [
    ("content-type", "application/json"),
    ("cache-control", "no-store"),
    ("pragma", "no-cache"),
    ("x-content-type-options", "nosniff"),
];
/// What every refusal in front of an API has.
pub(crate) const OF_REFUSALS: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("cache-control", "private, max-age=0"),
    ("x-content-type-options", "nosniff"),
];

/// What a token endpoint gave.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    /// Empty where there is none.
    pub(crate) refresh: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Self::read(parts.status.as_u16(), parts.headers, body)
    }

    pub(super) fn read(status: u16, headers: HeaderMap, body: Bytes) -> Self {
        watch::given(&headers, &body);
        Self { status, headers, body }
    }

    /// A header's value; empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.shown()))
    }

    pub(crate) fn tokens(&self) -> Tokens {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Tokens { access: text("access_token"), refresh: text("refresh_token") }
    }

    /// A parameter of the address a redirect leads to.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.header("location").split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// Status, the headers that are not `expected` as they are, and body, in one line.
    pub(crate) fn line(&self, expected: &[(&str, &str)]) -> String {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .filter(|header| !expected.contains(header) && !header.0.starts_with("access-control-"))
            // Every answer has one; `figures` looks at it.
            .filter(|(name, _)| *name != "x-request-id")
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        headers.sort_unstable();
        for (name, _) in expected {
            assert!(self.headers.contains_key(*name), "{name} is missing: {}", self.shown());
        }
        let words = std::iter::once(self.status.to_string()).chain(headers).chain([self.text().to_owned()]);
        shown(&words.collect::<Vec<_>>().join(" | "))
    }

    /// All of it, fit to be printed.
    pub(crate) fn shown(&self) -> String {
        shown(&format!("{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(&self.body)))
    }
}

/// `text` with what is behind our prefixes left out: nothing that opens a door is printed.
pub(crate) fn shown(text: &str) -> String {
    let mut parts = text.split("sd");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str("sd");
        let secret =
            part.len() > 2 && part.starts_with(['a', 'r', 'c', 'd', 's']) && part[1..].starts_with('_');
        let rest = part.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        match secret {
            true => shown.push_str(&format!("{}_…{rest}", &part[..1])),
            false => shown.push_str(part),
        }
    }
    shown
}
