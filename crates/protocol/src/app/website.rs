//! Where people read more of an app.

/// Longest address, in bytes.
const MAX_BYTES: usize = 500;

/// The text is no address of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a website is an address that begins with https:// or http://, without blanks, of {MAX_BYTES} characters at most"
)]
pub struct InvalidWebsite;

/// An address that may be linked to; empty for none.
pub fn read_website(text: &str) -> Result<String, InvalidWebsite> {
    let text = text.trim();
    let behind = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let has_host = behind.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_alphanumeric()));
    let is_plain = text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
    if text.is_empty() || (has_host && is_plain) { Ok(text.to_owned()) } else { Err(InvalidWebsite) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn websites() {
        assert_eq!(read_website(" https://app.example/a?b "), Ok("https://app.example/a?b".to_owned()));
        assert_eq!(read_website(" "), Ok(String::new()));
        for odd in [
            "app.example",
            "javascript:alert(1)",
            "https://",
            "https:///a",
            "https://a b",
            "ftp://a.example",
            "https://ä.example",
        ] {
            assert_eq!(read_website(odd), Err(InvalidWebsite), "{odd}");
        }
    }
}
