//! The terms that developers accept.

use url::Url;

use crate::Terms;
use crate::config::check::Check;

/// The outer `None`: something is wrong with them.
pub(super) fn read(
    url: Option<String>,
    version: Option<String>,
    at: usize,
    check: &mut Check<'_>,
) -> Option<Option<Terms>> {
    let place = |key: &str| format!("api.{at}.{key}");
    match (url, version) {
        (None, None) => Some(None),
        (None, Some(_)) => {
            check.wrong(
                &place("terms_version"),
                "there is a version and no `terms`: write their address, such as \"https://example.com/terms\"",
            );
            None
        }
        (Some(_), None) => {
            let message = "`terms` has no `terms_version`: write one, such as \"2026-11\", and another when they change";
            check.wrong(&place("terms"), message);
            None
        }
        (Some(url), Some(version)) => {
            let is_web = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if !is_web {
                check.wrong(&place("terms"), "`terms` is an address such as \"https://example.com/terms\"");
            }
            let is_version = (1..=40).contains(&version.trim().chars().count());
            if !is_version {
                check.wrong(
                    &place("terms_version"),
                    "`terms_version` is 1 to 40 characters, such as \"2026-11\"",
                );
            }
            (is_web && is_version).then(|| Some(Terms { url, version: version.trim().to_owned() }))
        }
    }
}
