//! Askama filters: askama looks for them in a module of this name.

#![expect(unreachable_pub, reason = "what the attribute generates")]

use std::fmt::Display;

use askama::filters::Safe;
use askama::{Result, Values};

/// Text that a stranger chose, with characters that steer rather than show made visible as U+FFFD: controls, and the
/// overrides, embeddings and isolates of the bidirectional algorithm (Unicode UAX #9), with which `moc.live` can be made
/// to read `evil.com`. Direction marks and joiners stay: names in Arabic, Hebrew, Persian and emoji need them.
#[askama::filter_fn]
pub(crate) fn legible(text: impl Display, _: &dyn Values) -> Result<String> {
    Ok(text.to_string().chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
}

/// The same for text of several lines.
#[askama::filter_fn]
pub(crate) fn legible_lines(text: impl Display, _: &dyn Values) -> Result<String> {
    let shown = |c| if steers(c) && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
    Ok(text.to_string().replace("\r\n", "\n").chars().map(shown).collect())
}

/// What stands between backticks as code; the rest is escaped.
#[askama::filter_fn]
pub(crate) fn code(text: impl Display, _: &dyn Values) -> Result<Safe<String>> {
    let text = text.to_string().replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
    let parts = text.split('`').enumerate();
    let parts =
        parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() });
    Ok(Safe(parts.collect()))
}

fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
