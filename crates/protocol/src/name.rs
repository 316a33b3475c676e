//! Names that people give to accounts, teams, apps and secrets.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Longest name, in characters.
const MAX_CHARS: usize = 100;

/// The text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to {MAX_CHARS} characters that can be seen, on one line")]
pub struct InvalidName;

/// A name in the one form that names looking so have: composed (Unicode NFC), one blank between words, none around it.
pub fn parse(text: &str) -> Result<String, InvalidName> {
    let words = text.trim().split(|c: char| c.is_whitespace() && !is_unfit(c));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let name = ComposingNormalizerBorrowed::new_nfc().normalize(&words.join(" ")).into_owned();
    let fits = (1..=MAX_CHARS).contains(&name.chars().count());
    if fits && name.chars().any(is_seen) && !has_unseen(&name) { Ok(name) } else { Err(InvalidName) }
}

/// Whether something in it takes no room and is no part of how its neighbours are written: with that, one name is made to look
/// like another.
fn has_unseen(name: &str) -> bool {
    let before = [None].into_iter().chain(name.chars().map(Some));
    let after = name.chars().skip(1).map(Some).chain([None]);
    before.zip(name.chars()).zip(after).any(|((before, c), after)| is_unfit(c) || !belongs(before, c, after))
}

/// Controls, line ends, what turns text around (Unicode UAX #9) and what is never seen.
pub(crate) fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E001F}'
            | '\u{E0080}'..='\u{E0FFF}')
}

/// Persian and others join and part letters by joiners, Hebrew and Arabic place punctuation by direction marks, emoji are coloured
/// by selectors, flags of regions are spelled by tags. Anywhere else these are of no use.
fn belongs(before: Option<char>, c: char, after: Option<char>) -> bool {
    // From Arabic to the scripts of India and behind.
    let is_joined =
        |c: Option<char>| c.is_some_and(|c| matches!(c, '\u{600}'..='\u{10FF}' | '\u{1700}'..='\u{1CFF}'));
    let is_right_to_left = |c: char| matches!(c, '\u{590}'..='\u{8FF}');
    let is_symbol =
        |c: Option<char>| c.is_some_and(|c| c >= '\u{2190}' && is_seen(c) && !c.is_alphanumeric());
    match c {
        '\u{200C}' => is_joined(before) && is_joined(after),
        '\u{200D}' => {
            let between_symbols = (is_symbol(before) || before == Some('\u{FE0F}')) && is_symbol(after);
            between_symbols || (is_joined(before) && is_joined(after))
        }
        '\u{61C}' | '\u{200E}' | '\u{200F}' => {
            before.is_some_and(is_right_to_left) && after.is_some_and(|c| is_seen(c) && !c.is_alphanumeric())
        }
        '\u{FE0F}' => is_symbol(before) || after == Some('\u{20E3}'),
        '\u{FE00}'..='\u{FE0E}' => false,
        '\u{E0020}'..='\u{E007F}' => {
            before.is_some_and(|c| matches!(c, '\u{1F3F4}' | '\u{E0020}'..='\u{E007E}'))
        }
        _ => true,
    }
}

fn is_seen(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '\u{61C}' | '\u{200C}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(parse(" Night Owl Records ").as_deref(), Ok("Night Owl Records"));
        assert_eq!(parse(&"ä".repeat(MAX_CHARS)).map(|name| name.chars().count()), Ok(MAX_CHARS));
        for fine in [
            "نمی\u{200C}خواهم",
            "א\u{200F}!",
            "👩\u{200D}🎤",
            "❤\u{FE0F}",
            "👩\u{200D}❤\u{FE0F}\u{200D}👩",
            "5\u{FE0F}\u{20E3}",
            "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
        ] {
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
            "Night\u{200D} Ferry",
            "Night Ferry\u{200D}",
            "\u{200E}Night Ferry",
            "Night Ferry\u{200F}",
            "Night Ferry\u{FE0F}",
            "Night Ferry\u{E0041}",
            "Night Ferry\u{E0100}",
            "❤\u{FE0F}\u{FE0F}",
            "א\u{200F}",
            "א\u{200F}ב",
            "נ\u{200D}",
            "נ\u{200D}נ",
            "東京\u{200D}レコード",
            "—\u{FE00}",
            "’\u{FE0F}",
            "A·\u{FE0E}B",
        ] {
            assert_eq!(parse(odd), Err(InvalidName), "{odd:?}");
        }
        for same in ["Café  Noir", " Cafe\u{301}\u{A0}Noir"] {
            assert_eq!(parse(same).as_deref(), Ok("Café Noir"));
        }
        for odd in ["", "  ", "a\nb", "a\u{7}", &"x".repeat(MAX_CHARS + 1)] {
            assert_eq!(parse(odd), Err(InvalidName), "{odd:?}");
        }
    }
}
