//! Where an authorization answer may be sent (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1).

use std::fmt;

use url::{Host, Url};

use crate::dialect::RedirectRule;

/// An absolute URI without fragment, kept byte for byte as it was registered or requested: comparison is by text
/// (RFC 9700 §4.1.3), never by normalised parts.
#[derive(Clone, Debug)]
pub struct RedirectUri {
    text: Box<str>,
    url: Url,
}

/// Why a text cannot be a redirect URI. The texts are for the developer who registers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRedirectUri {
    /// Not an absolute URI.
    #[error("not an absolute URI such as https://app.example/callback")]
    NotAbsolute,
    /// RFC 6749 §3.1.2 forbids fragments.
    #[error("it has a fragment (#…), which the answer would not survive")]
    Fragment,
    /// Control characters, blanks, backslashes, letters outside ASCII, a user name, or a host that is no host name.
    #[error(
        "it holds a blank, a control character, a backslash, a wildcard, a letter outside ASCII, a user name or an odd \
         character in its host"
    )]
    Characters,
    /// `javascript:`, `data:` and their like.
    #[error("its scheme would run in the page instead of opening an app")]
    DangerousScheme,
    /// http on a host that is not loopback.
    #[error("plain http is only for http://127.0.0.1 or http://[::1]; use https for any other host")]
    Insecure,
    /// `localhost` where the dialect wants an address.
    #[error("localhost may resolve elsewhere; use http://127.0.0.1 or http://[::1]")]
    Localhost,
}

impl RedirectUri {
    /// Longest URI taken, in bytes.
    pub const MAX_BYTES: usize = 2048;

    /// Reads a URI; whether a dialect takes it is [`RedirectUri::check`].
    pub fn parse(text: &str) -> Result<Self, InvalidRedirectUri> {
        // RFC 3986 §2: a URI is ASCII, as the Location header it goes into.
        let odd = |c: char| !c.is_ascii_graphic() || matches!(c, '\\' | '*' | '"' | '<' | '>' | '`');
        if text.len() > Self::MAX_BYTES || text.chars().any(odd) {
            return Err(InvalidRedirectUri::Characters);
        }
        let url = Url::parse(text).map_err(|_| InvalidRedirectUri::NotAbsolute)?;
        if url.fragment().is_some() {
            return Err(InvalidRedirectUri::Fragment);
        }
        let authority = authority(text, &url);
        if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
            return Err(InvalidRedirectUri::Characters);
        }
        if matches!(url.scheme(), "http" | "https") && (authority.is_empty() || !url.has_host()) {
            return Err(InvalidRedirectUri::NotAbsolute);
        }
        // The host goes into a Content-Security-Policy, where `;` and `,` would end a directive.
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if matches!(url.host(), Some(Host::Domain(name)) if !name.bytes().all(legal)) {
            return Err(InvalidRedirectUri::Characters);
        }
        if matches!(
            url.scheme(),
            "javascript"
                | "data"
                | "vbscript"
                | "blob"
                | "file"
                | "about"
                | "view-source"
                | "filesystem"
                | "jar"
                | "intent"
                | "ftp"
                | "ws"
                | "wss"
                | "mailto"
                | "tel"
        ) {
            return Err(InvalidRedirectUri::DangerousScheme);
        }
        Ok(Self { text: text.into(), url })
    }

    /// Whether a dialect's rule lets an app register this URI.
    pub fn check(&self, rule: RedirectRule) -> Result<(), InvalidRedirectUri> {
        match (self.url.scheme(), self.url.host()) {
            ("http", Some(Host::Domain("localhost"))) => match rule {
                RedirectRule::HttpsOrLoopback => Ok(()),
                RedirectRule::HttpsOrLoopbackAddress => Err(InvalidRedirectUri::Localhost),
            },
            ("http", _) if !self.is_loopback_address() => Err(InvalidRedirectUri::Insecure),
            _ => Ok(()),
        }
    }

    /// Whether `requested` may be used where this one is registered: the same text, or, where the registered one is a
    /// loopback address without a port, the same text with any port (RFC 8252 §7.3).
    pub fn admits(&self, requested: &RedirectUri) -> bool {
        self.text == requested.text || self.admits_any_port(requested)
    }

    fn admits_any_port(&self, requested: &RedirectUri) -> bool {
        let own = authority(&self.text, &self.url);
        if !self.is_loopback_address() || has_port(own) || self.url.scheme() != "http" {
            return false;
        }
        // By text: the parser drops `:80`, which is a port like any other.
        let sent = authority(&requested.text, &requested.url);
        let Some(port) = sent.strip_prefix(own).and_then(|rest| rest.strip_prefix(':')) else { return false };
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        is_port && self.text.replacen(own, sent, 1) == *requested.text
    }

    fn is_loopback_address(&self) -> bool {
        match self.url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        }
    }

    /// The URI with `pairs` added to its query, each name and value form-encoded (RFC 6749 §4.1.2).
    pub fn with_query<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(pairs);
        let joint = match self.text.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        format!("{}{joint}{}", self.text, encoded.finish())
    }

    /// What a `form-action` of a Content-Security-Policy must admit for a browser to follow a redirect here after a form
    /// was sent: the origin, or the scheme of an app's own scheme. An IPv6 address is no host-source (CSP Level 3 §2.3.1),
    /// so there the scheme has to do.
    pub fn csp_source(&self) -> String {
        match self.url.scheme() {
            scheme if matches!(self.url.host(), Some(Host::Ipv6(_))) => format!("{scheme}:"),
            scheme @ ("http" | "https") => format!("{scheme}://{}", self.url.authority()),
            scheme => format!("{scheme}:"),
        }
    }

    /// Host and port as a browser will go there, or the scheme of an app's own scheme.
    pub fn display_host(&self) -> String {
        match self.url.scheme() {
            "http" | "https" => self.url.authority().to_owned(),
            scheme => scheme.to_owned(),
        }
    }

    /// Whether only one party can receive what is sent here: not an app's own scheme, which any app may claim
    /// (RFC 8252 §8.6).
    pub fn is_web(&self) -> bool {
        matches!(self.url.scheme(), "http" | "https")
    }

    /// The text as registered or requested.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// What stands between `://` and the path, as written; empty where the scheme is not followed by `://`.
fn authority<'a>(text: &'a str, url: &Url) -> &'a str {
    let behind = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://")).unwrap_or_default();
    behind.split(['/', '?']).next().unwrap_or(behind)
}

/// Whether an authority's text ends in `:port`; the colons of an IPv6 address stand in brackets.
fn has_port(authority: &str) -> bool {
    authority.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}

impl PartialEq for RedirectUri {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RedirectUri {}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> serde::Deserialize<'de> for RedirectUri {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn exact_text_or_any_loopback_port() {
        let cases = [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://A.example/cb", false),
            ("https://a.example/cb", "https://a.example/cb?x=1", false),
            ("https://a.example", "https://a.example/", false),
            ("https://a.example/cb", "https://a.example:8443/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:9999/cb", true),
            ("http://127.0.0.1", "http://127.0.0.1:9999", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:9999/other", false),
            ("http://127.0.0.1/cb", "http://127.0.0.2:9999/cb", false),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:3001/cb", false),
            ("http://[::1]/cb", "http://[::1]:5/cb", true),
            ("http://[::1]:4/cb", "http://[::1]:5/cb", false),
            ("http://localhost/cb", "http://localhost:9999/cb", false),
            ("https://127.0.0.1/cb", "https://127.0.0.1:9999/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:9999@evil.example/cb", false),
        ];
        for (registered, requested, admitted) in cases {
            let Ok(requested) = RedirectUri::parse(requested) else {
                assert!(!admitted, "{requested}");
                continue;
            };
            assert_eq!(uri(registered).admits(&requested), admitted, "{registered} <- {requested}");
        }
    }

    #[test]
    fn refuses() {
        use InvalidRedirectUri::{Characters, DangerousScheme, Fragment, NotAbsolute};
        let cases = [
            ("http//localhost:8888/callback", NotAbsolute),
            ("/callback", NotAbsolute),
            ("https:a.example", NotAbsolute),
            ("http:/127.0.0.1/cb", NotAbsolute),
            ("https://a.example/#x", Fragment),
            ("https://user@a.example/", Characters),
            ("https://a.example/ b", Characters),
            ("https://a.example/é", Characters),
            ("https://*.example/", Characters),
            ("https://@a.example/", Characters),
            ("my-app://@", Characters),
            ("https://a;sandbox/", Characters),
            ("https://a,b.example/", Characters),
            ("https://a.example\\@b.example/", Characters),
            ("javascript:alert(1)", DangerousScheme),
            ("data:text/html,x", DangerousScheme),
        ];
        for (text, why) in cases {
            assert_eq!(RedirectUri::parse(text).unwrap_err(), why, "{text}");
        }
    }

    #[test]
    fn insecure_ones_by_rule() {
        use RedirectRule::{HttpsOrLoopback, HttpsOrLoopbackAddress};
        let cases = [
            ("https://a.example/", Ok(()), Ok(())),
            ("my-app://callback", Ok(()), Ok(())),
            ("http://127.0.0.1:3000", Ok(()), Ok(())),
            ("http://[::1]/", Ok(()), Ok(())),
            ("http://localhost:8888/callback", Ok(()), Err(InvalidRedirectUri::Localhost)),
            ("http://a.example/", Err(InvalidRedirectUri::Insecure), Err(InvalidRedirectUri::Insecure)),
            (
                "http://127.0.0.1.example/",
                Err(InvalidRedirectUri::Insecure),
                Err(InvalidRedirectUri::Insecure),
            ),
        ];
        for (text, with_localhost, addresses_only) in cases {
            assert_eq!(uri(text).check(HttpsOrLoopback), with_localhost, "{text}");
            assert_eq!(uri(text).check(HttpsOrLoopbackAddress), addresses_only, "{text}");
        }
    }

    #[test]
    fn query_is_added() {
        assert_eq!(
            uri("https://a.example/cb").with_query([("code", "a b&c")]),
            "https://a.example/cb?code=a+b%26c"
        );
        assert_eq!(
            uri("https://a.example/cb?x=1").with_query([("code", "a")]),
            "https://a.example/cb?x=1&code=a"
        );
        assert_eq!(uri("https://a.example/cb?").with_query([("code", "a")]), "https://a.example/cb?code=a");
    }

    #[test]
    fn what_a_person_reads() {
        assert_eq!(uri("https://a.example:8443/cb").display_host(), "a.example:8443");
        assert_eq!(uri("my-app://bank.example/cb").display_host(), "my-app");
        assert_eq!(uri("my-app:x://bank.example").display_host(), "my-app");
    }

    #[test]
    fn csp_sources() {
        assert_eq!(uri("https://a.example:8443/cb").csp_source(), "https://a.example:8443");
        assert_eq!(uri("http://[::1]:5/cb").csp_source(), "http:");
        assert_eq!(uri("my-app://callback").csp_source(), "my-app:");
    }
}
