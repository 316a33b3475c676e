//! Reading a dialect file. An error names the file, the line and, where a name is unknown, the nearest known one.

use super::{Dialect, contradictions};
use crate::strict_toml::{self, FileError, line_of};

/// A dialect file cannot be used.
pub type DialectError = FileError;

impl Dialect {
    /// Reads a dialect; `file` is only named in errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, DialectError> {
        let dialect: Self = strict_toml::read(file, text)?;
        match dialect.contradiction() {
            None => Ok(dialect),
            Some((place, message)) => Err(FileError {
                file: file.to_owned(),
                line: line_of(text, place),
                message: format!("{place}: {message}"),
            }),
        }
    }

    /// The first place where a dialect that was changed after it was read goes wrong, and what it should say.
    pub fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        contradictions::first(self)
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
        assert_eq!(
            error.message,
            "there is no `echo` here: write `echoed`, `kept` or `rotated`; did you mean `echoed`?"
        );
    }

    #[test]
    fn missing_field() {
        let error = error("code_seconds = 600", "");
        assert_eq!(
            (error.line, error.message.as_str()),
            (line_with("[authorization]"), "missing field `code_seconds`; write code_seconds = … here")
        );
    }

    #[test]
    fn not_toml() {
        assert_eq!(error("code_seconds = 600", "code_seconds 600").line, line_with("code_seconds"));
    }
}
