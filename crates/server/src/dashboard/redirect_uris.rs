//! Redirect URIs as they are typed: what is wrong with one, and the right one to take over. The script of the pages asks the
//! same as is checked when a form is sent.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::json;
use stagedoor_protocol::app::MAX_REDIRECT_URIS;
use stagedoor_wire::RedirectUri;
use stagedoor_wire::dialect::RedirectRule;

use super::route::Answered;
use super::visit::Visit;
use crate::api::Api;
use crate::browser::protected;

/// What is wrong with one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// As it was typed.
    pub(super) uri: String,
    pub(super) why: String,
    /// What may stand there.
    pub(super) instead: Option<String>,
}

/// Says of one URI what is wrong with it: `{"why": …, "instead": …}`, both `null` where nothing is.
pub(super) async fn check(visit: &Visit<'_>) -> Answered {
    let api = visit.query("api").and_then(|name| visit.dashboard.api(name));
    let uri = visit.query("uri").unwrap_or_default().trim();
    let mistake = read_one(api.and_then(|api| rule(api)), uri).err();
    let (why, instead) = mistake.map_or((None, None), |mistake| (Some(mistake.why), mistake.instead));
    let mut response = Response::new(Body::from(json!({ "why": why, "instead": instead }).to_string()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(protected(response))
}

/// All that were typed, a line each, as the API's dialect has it.
pub(super) fn read(api: Option<&Api>, typed: &str) -> Result<Vec<RedirectUri>, Mistake> {
    let rule = api.and_then(rule);
    let mut uris: Vec<RedirectUri> = Vec::new();
    for text in typed.lines().map(str::trim).filter(|text| !text.is_empty()) {
        let uri = read_one(rule, text)?;
        if uris.contains(&uri) {
            let why = "stands there twice: delete one of the lines".to_owned();
            return Err(Mistake { uri: text.to_owned(), why, instead: None });
        }
        if uris.len() == MAX_REDIRECT_URIS {
            let why =
                format!("is one too many: an app has {MAX_REDIRECT_URIS}. Delete those that nobody uses");
            return Err(Mistake { uri: text.to_owned(), why, instead: None });
        }
        uris.push(uri);
    }
    Ok(uris)
}

/// What was typed, with one line replaced.
pub(super) fn replaced(typed: &str, uri: &str, instead: &str) -> String {
    let line = |line: &'_ str| if line.trim() == uri { instead.to_owned() } else { line.trim().to_owned() };
    typed.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn rule(api: &Api) -> Option<RedirectRule> {
    Some(api.dialect().authorization.as_ref()?.redirect_uris)
}

fn read_one(rule: Option<RedirectRule>, text: &str) -> Result<RedirectUri, Mistake> {
    let why = if lacks_scheme(text) {
        "it begins with no https:// or http://".to_owned()
    } else {
        let checked = RedirectUri::parse(text)
            .and_then(|uri| rule.map_or(Ok(()), |rule| uri.check(rule)).map(|()| uri));
        match checked {
            Ok(uri) => return Ok(uri),
            Err(why) => why.to_string(),
        }
    };
    let is_right = |uri: &String| {
        let uri = RedirectUri::parse(uri).ok();
        uri.is_some_and(|uri| rule.is_none_or(|rule| uri.check(rule).is_ok()))
    };
    let instead = guesses(text).into_iter().find(is_right);
    Err(Mistake { uri: text.to_owned(), why, instead })
}

/// `localhost:8888/callback` reads as a scheme and is a host.
fn lacks_scheme(text: &str) -> bool {
    let host =
        text.split_once(':').map(|(host, rest)| (host, rest.starts_with(|c: char| c.is_ascii_digit())));
    host.is_some_and(|(host, has_port)| has_port && (host == "localhost" || host.contains('.')))
}

/// What may have been meant, the likeliest first.
fn guesses(text: &str) -> Vec<String> {
    const LOOPBACK: &str = "127.0.0.1";
    let text = text.split('#').next().unwrap_or(text).replace(' ', "%20");
    let (scheme, rest) = match text.split_once("//") {
        Some((scheme, rest)) => (scheme.trim_end_matches(':'), rest),
        None => ("", text.as_str()),
    };
    let end = rest.find(['/', '?', ':']).unwrap_or(rest.len());
    let (host, behind) = rest.split_at(end);
    if host.eq_ignore_ascii_case("localhost") {
        return vec![format!("http://{LOOPBACK}{behind}"), format!("http://localhost{behind}")];
    }
    let is_web = scheme.is_empty() || matches!(scheme, "http" | "https");
    if !is_web || !host.contains('.') {
        return vec![text];
    }
    vec![text.clone(), format!("http://{rest}"), format!("https://{rest}")]
        .into_iter()
        .filter(|guess| guess.contains("://") && (!guess.starts_with("http://") || host == LOOPBACK))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_take_over() {
        let strict = Some(RedirectRule::HttpsOrLoopbackAddress);
        let cases = [
            ("http://localhost:8888/callback", Some("http://127.0.0.1:8888/callback")),
            ("https://localhost/callback", None),
            ("localhost:8888/callback", Some("http://127.0.0.1:8888/callback")),
            ("http//localhost:8888/callback", Some("http://127.0.0.1:8888/callback")),
            ("http://app.example/callback", Some("https://app.example/callback")),
            ("app.example/callback", Some("https://app.example/callback")),
            ("app.example:8443/callback", Some("https://app.example:8443/callback")),
            ("127.0.0.1:3000", Some("http://127.0.0.1:3000")),
            ("https://app.example/callback#top", Some("https://app.example/callback")),
            ("https://app.example/call back", Some("https://app.example/call%20back")),
            ("https://*.example/callback", None),
            ("javascript:alert(1)", None),
            ("/callback", None),
        ];
        for (typed, instead) in cases {
            let mistake = read_one(strict, typed).err();
            if typed == "https://localhost/callback" {
                assert_eq!(mistake, None, "{typed}");
                continue;
            }
            assert_eq!(mistake.unwrap().instead.as_deref(), instead, "{typed}");
        }
        for right in ["com.example.app:/callback", "my-app://callback", "http://[::1]/callback"] {
            assert!(read_one(strict, right).is_ok(), "{right}");
        }
        let lenient = Some(RedirectRule::HttpsOrLoopback);
        assert!(read_one(lenient, "http://localhost/callback").is_ok());
    }

    #[test]
    fn one_line_is_replaced() {
        let typed = "https://a.example/\r\n http://localhost/x \r\n";
        assert_eq!(
            replaced(typed, "http://localhost/x", "http://127.0.0.1/x"),
            "https://a.example/\nhttp://127.0.0.1/x"
        );
    }
}
