//! The options of curl that cannot carry a token elsewhere, and whether each takes a value.
//!
//! All others are refused: it is safer to miss a harmless one than to let a token follow a redirect, a proxy or another
//! configuration file, or be printed by `--verbose`. Names are whole: curl takes abbreviations, this does not.

/// What follows an option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    Nothing,
    Value,
    /// A URL, to be checked.
    Url,
}

use Takes::{Nothing, Url, Value};

/// Long name, short name (a blank where there is none), what follows.
const OPTIONS: [(&str, char, Takes); 60] = [
    ("append", 'a', Nothing),
    ("compressed", ' ', Nothing),
    ("connect-timeout", ' ', Value),
    ("continue-at", 'C', Value),
    ("create-dirs", ' ', Nothing),
    ("data", 'd', Value),
    ("data-ascii", ' ', Value),
    ("data-binary", ' ', Value),
    ("data-raw", ' ', Value),
    ("data-urlencode", ' ', Value),
    ("disable-eprt", ' ', Nothing),
    ("dump-header", 'D', Value),
    ("fail", 'f', Nothing),
    ("fail-early", ' ', Nothing),
    ("fail-with-body", ' ', Nothing),
    ("form", 'F', Value),
    ("form-string", ' ', Value),
    ("get", 'G', Nothing),
    ("head", 'I', Nothing),
    ("header", 'H', Value),
    ("http1.1", ' ', Nothing),
    ("http2", ' ', Nothing),
    ("include", 'i', Nothing),
    ("ipv4", '4', Nothing),
    ("ipv6", '6', Nothing),
    ("json", ' ', Value),
    ("keepalive-time", ' ', Value),
    ("limit-rate", ' ', Value),
    ("max-filesize", ' ', Value),
    ("max-time", 'm', Value),
    ("no-buffer", 'N', Nothing),
    ("no-keepalive", ' ', Nothing),
    ("no-progress-meter", ' ', Nothing),
    ("output", 'o', Value),
    ("output-dir", ' ', Value),
    ("parallel", 'Z', Nothing),
    ("parallel-max", ' ', Value),
    ("progress-bar", '#', Nothing),
    ("range", 'r', Value),
    ("raw", ' ', Nothing),
    ("referer", 'e', Value),
    ("remote-header-name", 'J', Nothing),
    ("remote-name", 'O', Nothing),
    ("remote-name-all", ' ', Nothing),
    ("remote-time", 'R', Nothing),
    ("remove-on-error", ' ', Nothing),
    ("request", 'X', Value),
    ("retry", ' ', Value),
    ("retry-all-errors", ' ', Nothing),
    ("retry-connrefused", ' ', Nothing),
    ("retry-delay", ' ', Value),
    ("retry-max-time", ' ', Value),
    ("show-error", 'S', Nothing),
    ("silent", 's', Nothing),
    ("speed-limit", 'Y', Value),
    ("speed-time", 'y', Value),
    ("time-cond", 'z', Value),
    ("upload-file", 'T', Value),
    ("url", ' ', Url),
    ("user-agent", 'A', Value),
];

/// Allowed beside those, which `write-out` would crowd out of one table's width.
const MORE: [(&str, char, Takes); 2] = [("write-out", 'w', Value), ("url-query", ' ', Value)];

/// Refused ones that people try, and what to do instead.
const INSTEAD: [(&[&str], &str); 6] = [
    (
        &["location", "L", "location-trusted", "follow", "max-redirs"],
        "a redirect would take the token where it does not belong; ask for the address in `Location` yourself",
    ),
    (
        &["verbose", "v", "trace", "trace-ascii", "trace-config", "libcurl"],
        "it would print the token; --include and --dump-header show the answer's headers",
    ),
    (
        &["config", "K", "disable", "q", "next", ":"],
        "the token reaches curl through a configuration of its own, beside which no other can stand",
    ),
    (
        &[
            "user",
            "u",
            "oauth2-bearer",
            "basic",
            "netrc",
            "n",
            "netrc-file",
            "netrc-optional",
            "anyauth",
            "aws-sigv4",
        ],
        "the credential is added already",
    ),
    (
        &[
            "proxy",
            "x",
            "preproxy",
            "socks4",
            "socks4a",
            "socks5",
            "socks5-hostname",
            "connect-to",
            "resolve",
            "unix-socket",
            "abstract-unix-socket",
            "doh-url",
            "dns-servers",
            "alt-svc",
            "hsts",
        ],
        "it would send the token to another host",
    ),
    (&["insecure", "k"], "anybody between here and the provider could take the token"),
];

/// What the option of this name takes; `None` where it is not let through. A single letter is a short name.
pub(super) fn find(name: &str) -> Option<Takes> {
    let mut letters = name.chars();
    let short = letters.next().filter(|letter| letters.next().is_none() && *letter != ' ');
    let mut all = OPTIONS.iter().chain(&MORE);
    let found = match short {
        Some(letter) => all.find(|(_, own, _)| *own == letter),
        None => all.find(|(own, _, _)| *own == name),
    };
    found.map(|(_, _, takes)| *takes)
}

/// Why it is not let through.
pub(super) fn why_not(name: &str) -> &'static str {
    let found = INSTEAD.iter().find(|(names, _)| names.contains(&name));
    found.map_or("only options that cannot carry the token elsewhere are let through", |(_, why)| *why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_both_allowed_and_refused() {
        for name in INSTEAD.iter().flat_map(|(names, _)| *names) {
            assert_eq!(find(name), None, "{name}");
        }
    }

    #[test]
    fn by_either_name() {
        assert_eq!((find("data"), find("d")), (Some(Value), Some(Value)));
        assert_eq!((find("head"), find("I")), (Some(Nothing), Some(Nothing)));
        assert_eq!((find("loc"), find(" "), find("")), (None, None, None));
    }
}
