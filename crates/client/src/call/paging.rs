//! Where the next page is: in the body or in a `Link` header.

use http::HeaderMap;
use http::header::LINK;
use serde_json::Value;

/// The link to the next page as the provider wrote it.
pub(super) fn next_link(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let of_header =
        || headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_of_header);
    serde_json::from_slice(body).ok().and_then(|body| next_of_body(&body)).or_else(of_header)
}

/// `next` itself, within `page` or `paging`, or within the one member that has it, such as `artists` of a search.
fn next_of_body(body: &Value) -> Option<String> {
    let text = |value: &Value| value.get("next").and_then(Value::as_str).map(str::to_owned);
    if let Some(next) =
        text(body).or_else(|| ["page", "paging"].iter().find_map(|name| text(body.get(name)?)))
    {
        return Some(next);
    }
    let mut found = body.as_object()?.values().filter_map(text);
    // Of a search for several kinds each has pages of its own: there is no one next page.
    found.next().filter(|_| found.next().is_none())
}

/// RFC 8288 §3, as much of it as links to a next page use.
fn next_of_header(value: &str) -> Option<String> {
    value.split(',').find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| {
            let relation = parameter.trim().strip_prefix("rel=").unwrap_or_default().trim_matches('"');
            relation.split(' ').any(|relation| relation.eq_ignore_ascii_case("next"))
        });
        is_next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_providers_put_it() {
        let next = |body: &str| next_link(&HeaderMap::new(), body.as_bytes());
        for body in [
            r#"{"items":[],"next":"N"}"#,
            r#"{"items":[],"page":{"next":"N","previous":null}}"#,
            r#"{"artists":{"items":[],"next":"N"}}"#,
            r#"{"artists":{"next":"N"},"albums":{"next":null}}"#,
        ] {
            assert_eq!(next(body).as_deref(), Some("N"), "{body}");
        }
        for body in [r#"{"next":null}"#, r#"{"a":{"next":"1"},"b":{"next":"2"}}"#, "[]", "<html>", ""] {
            assert_eq!(next(body), None, "{body}");
        }
    }

    #[test]
    fn links_in_a_header() {
        let mut headers = HeaderMap::new();
        headers.insert(
            LINK,
            "</a?page=1>; rel=\"prev\", </a?page=3>; title=x; rel=\"last next\"".parse().unwrap(),
        );
        assert_eq!(next_link(&headers, b"[]").as_deref(), Some("/a?page=3"));
    }
}
