//! Names that people give to accounts, teams, apps and secrets.

/// Longest name, in characters.
const MAX_CHARS: usize = 100;

/// The text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to {MAX_CHARS} characters, on one line")]
pub struct InvalidName;

/// A name without blanks around it.
pub fn parse(text: &str) -> Result<String, InvalidName> {
    let text = text.trim();
    let fits = (1..=MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(InvalidName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(parse(" Night Owl Records ").as_deref(), Ok("Night Owl Records"));
        assert_eq!(parse(&"ä".repeat(MAX_CHARS)).map(|name| name.chars().count()), Ok(MAX_CHARS));
        for odd in ["", "  ", "a\nb", "a\u{7}", &"x".repeat(MAX_CHARS + 1)] {
            assert_eq!(parse(odd), Err(InvalidName), "{odd:?}");
        }
    }
}
