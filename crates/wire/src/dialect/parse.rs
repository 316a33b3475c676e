//! Reading a dialect file. An error names the file, the line and, where a name is unknown, the nearest known one.

use serde::Deserialize;

use super::{Dialect, contradictions};

/// A dialect file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}")]
pub struct DialectError {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and, where it can be told, what was meant.
    pub message: String,
}

impl Dialect {
    /// Reads a dialect; `file` is only named in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, DialectError> {
        let fail = |line, message| DialectError { file: file.to_owned(), line, message };
        let dialect = Dialect::deserialize(
            toml::Deserializer::parse(text)
                .map_err(|error| fail(line_at(text, error.span()), error.message().to_owned()))?,
        )
        .map_err(|error| fail(line_at(text, error.span()), with_suggestion(error.message())))?;
        match contradictions::first(&dialect) {
            None => Ok(dialect),
            Some((place, message)) => Err(fail(line_of(text, place), format!("{place}: {message}"))),
        }
    }
}

/// The line a byte range begins in.
fn line_at(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let end = span.map_or(0, |span| span.start).min(text.len());
    1 + text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count()
}

/// The line of the key that `place` names, or of the nearest one above it.
fn line_of(text: &str, place: &str) -> usize {
    let Ok(root) = toml::de::DeTable::parse(text) else { return 1 };
    let (mut table, mut span) = (Some(root.get_ref()), None);
    for name in place.split('.') {
        let Some((key, value)) = table.and_then(|table| table.get_key_value(name)) else { break };
        (table, span) = (value.get_ref().as_table(), Some(key.span()));
    }
    line_at(text, span)
}

/// serde names what it expected in backquotes behind "expected"; the nearest of these is what was meant.
fn with_suggestion(message: &str) -> String {
    let Some((found, expected)) = message.split_once(", expected") else { return message.to_owned() };
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let Some(name) = quoted(found).pop().filter(|_| found.starts_with("unknown")) else {
        return message.to_owned();
    };
    let nearest = quoted(expected)
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name, &known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, known)) if likeness > 0.7 => format!("{found}; did you mean `{known}`?"),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPOTIFY: &str = include_str!("../../dialects/spotify.toml");

    fn error(from: &str, to: &str) -> DialectError {
        assert!(SPOTIFY.contains(from), "{from}");
        Dialect::parse("mine.toml", &SPOTIFY.replacen(from, to, 1)).unwrap_err()
    }

    fn line_with(text: &str) -> usize {
        1 + SPOTIFY.lines().position(|line| line.contains(text)).unwrap()
    }

    #[test]
    fn unknown_field() {
        let error = error("code_seconds =", "code_second =");
        assert_eq!((error.file.as_str(), error.line), ("mine.toml", line_with("code_seconds =")));
        assert_eq!(error.message, "unknown field `code_second`; did you mean `code_seconds`?");
    }

    #[test]
    fn unknown_variant() {
        let error = error("rotation = \"echoed\"", "rotation = \"echo\"");
        assert_eq!(error.line, line_with("rotation ="));
        assert_eq!(error.message, "unknown variant `echo`; did you mean `echoed`?");
    }

    #[test]
    fn missing_field() {
        let error = error("code_seconds = 600", "");
        assert_eq!(
            (error.line, error.message.as_str()),
            (line_with("[authorization]"), "missing field `code_seconds`")
        );
    }

    #[test]
    fn not_toml() {
        assert_eq!(error("code_seconds = 600", "code_seconds 600").line, line_with("code_seconds"));
    }
}
