//! Names that people give to accounts, teams, apps and secrets.

/// Longest name, in characters.
const MAX_CHARS: usize = 100;

/// The text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to {MAX_CHARS} characters that can be seen, on one line")]
pub struct InvalidName;

/// A name without blanks around it.
pub fn parse(text: &str) -> Result<String, InvalidName> {
    let text = text.trim();
    let fits = (1..=MAX_CHARS).contains(&text.chars().count()) && !text.chars().any(is_unfit);
    if fits && text.chars().any(is_seen) { Ok(text.to_owned()) } else { Err(InvalidName) }
}

/// Controls, line ends, what turns text around (Unicode UAX #9) and what takes no room, with which one name is made to look like
/// another. Joiners, direction marks and variation selectors are not among them: Persian, Hebrew and emoji need them.
pub(crate) fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180E}' | '\u{200B}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0001}')
}

fn is_seen(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '\u{61C}' | '\u{200C}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(parse(" Night Owl Records ").as_deref(), Ok("Night Owl Records"));
        assert_eq!(parse(&"ä".repeat(MAX_CHARS)).map(|name| name.chars().count()), Ok(MAX_CHARS));
        for fine in ["نمی\u{200C}خواهم", "א\u{200F}!", "👩\u{200D}🎤", "❤\u{FE0F}"] {
            assert_eq!(parse(fine).as_deref(), Ok(fine));
        }
        for odd in [
            "\u{200B}",
            "\u{3164}",
            "Ro\u{AD}se",
            "\u{200D}\u{200D}",
            "\u{FE0F}",
            "a\u{2028}b",
            "\u{202E}evil",
        ] {
            assert_eq!(parse(odd), Err(InvalidName), "{odd:?}");
        }
        for odd in ["", "  ", "a\nb", "a\u{7}", &"x".repeat(MAX_CHARS + 1)] {
            assert_eq!(parse(odd), Err(InvalidName), "{odd:?}");
        }
    }
}
