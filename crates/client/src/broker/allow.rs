//! What may be asked of a credential: methods and paths, where rules say so.

use std::collections::HashMap;
use std::str::FromStr;

use http::Method;

use crate::credential::CredentialName;

/// A rule: `NAME:METHOD:/path-prefix`. METHOD is one method or several with commas between them, or `*`. A prefix covers
/// whole segments: `/v1/me` covers `/v1/me/playlists` and not `/v1/menu`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowRule {
    name: CredentialName,
    /// None: any.
    methods: Vec<Method>,
    prefix: String,
}

/// The text is no rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a rule is NAME:METHOD:/path-prefix, such as spotify:GET,POST:/v1/me or spotify:*:/v1")]
pub struct InvalidRule;

impl FromStr for AllowRule {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Self, InvalidRule> {
        let mut parts = text.splitn(3, ':');
        let (Some(name), Some(methods), Some(prefix)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(InvalidRule);
        };
        let name = CredentialName::new(name).map_err(|_| InvalidRule)?;
        let one = |method: &str| Method::from_bytes(method.as_bytes()).map_err(|_| InvalidRule);
        let methods = match methods {
            "*" => Vec::new(),
            listed => listed.split(',').map(one).collect::<Result<_, _>>()?,
        };
        if !prefix.starts_with('/') || prefix.contains(['?', '#', ' ']) {
            return Err(InvalidRule);
        }
        Ok(Self { name, methods, prefix: prefix.trim_end_matches('/').to_owned() })
    }
}

impl AllowRule {
    /// The credential it is for.
    pub fn name(&self) -> &CredentialName {
        &self.name
    }

    fn covers(&self, method: &Method, path: &str, query: Option<&str>) -> bool {
        // RFC 9110 §9.3.2: HEAD is GET without the body.
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        let is_listed = self.methods.contains(method) || self.methods.contains(asked);
        let by_method = self.methods.is_empty() || is_listed && !query.is_some_and(names_a_method);
        let below =
            path.strip_prefix(&self.prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        by_method && below
    }
}

/// All rules. A credential with rules may do what one of them covers; one without may do anything.
#[derive(Debug, Default)]
pub(super) struct AllowList(HashMap<String, Vec<AllowRule>>);

impl AllowList {
    pub(super) fn new(rules: Vec<AllowRule>) -> Self {
        let mut list = Self::default();
        for rule in rules {
            list.0.entry(rule.name.as_str().to_owned()).or_default().push(rule);
        }
        list
    }

    pub(super) fn has_rules(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn admits(&self, name: &str, method: &Method, path: &str, query: Option<&str>) -> bool {
        self.0.get(name).is_none_or(|rules| rules.iter().any(|rule| rule.covers(method, path, query)))
    }
}

/// Whether the query has a parameter that many frameworks take for the method that is meant.
fn names_a_method(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name.eq_ignore_ascii_case("_method"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        for bad in [
            "",
            "spotify",
            "spotify:GET",
            "spotify:GET:v1",
            "a/b:GET:/v1",
            ":GET:/",
            "s:G ET:/",
            "s::/",
            "s:GET:/?x",
        ] {
            assert_eq!(bad.parse::<AllowRule>(), Err(InvalidRule), "{bad}");
        }
        let rules = ["s:GET:/v1/me", "s:PUT,POST:/v1/playlists/", "t:*:/"].map(|text| text.parse().unwrap());
        let list = AllowList::new(rules.into());
        let cases = [
            ("s", "GET", "/v1/me", true),
            ("s", "GET", "/v1/me?fields=_method", true),
            ("s", "GET", "/v1/me?a=b&_method=DELETE", false),
            ("s", "GET", "/v1/me?%5FMethod=DELETE", false),
            ("t", "GET", "/v1/me?_method=DELETE", true),
            ("s", "HEAD", "/v1/me/player", true),
            ("s", "GET", "/v1/menu", false),
            ("s", "GET", "/v1", false),
            ("s", "GET", "/v1//me", false),
            ("s", "GET", "/v1%2fme", false),
            ("s", "DELETE", "/v1/me", false),
            ("s", "POST", "/v1/playlists/1/items", true),
            ("s", "get", "/v1/me", false),
            ("t", "DELETE", "/anything", true),
            ("unruled", "DELETE", "/anything", true),
        ];
        for (name, method, path, admitted) in cases {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let (bare, query) =
                path.split_once('?').map_or((path, None), |(bare, query)| (bare, Some(query)));
            assert_eq!(list.admits(name, &method, bare, query), admitted, "{name} {method} {path}");
        }
    }
}
