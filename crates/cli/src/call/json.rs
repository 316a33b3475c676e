//! JSON for a person's eyes: indented and coloured, every value letter for letter as it came.

use std::fmt::Write;

use crate::terminal;

const NAME: &str = "\x1b[1;34m";
const TEXT: &str = "\x1b[32m";
const CONSTANT: &str = "\x1b[33m";
const NULL: &str = "\x1b[36m";
const PLAIN: &str = "\x1b[m";

/// Sets `json`, which must be valid, over several lines. Numbers are not read, so none is rounded.
pub(super) fn set(json: &str, coloured: bool) -> String {
    let mut setter = Setter { out: String::with_capacity(json.len() * 2), level: 0, coloured };
    let mut rest = json.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = setter.token(first, rest);
        rest = rest[length..].trim_start();
    }
    setter.out.push('\n');
    setter.out
}

struct Setter {
    out: String,
    level: usize,
    coloured: bool,
}

impl Setter {
    /// Writes the token that `rest` begins with and gives its length.
    fn token(&mut self, first: char, rest: &str) -> usize {
        match first {
            '{' | '[' => return self.open(rest),
            '}' | ']' => {
                self.level -= 1;
                self.line();
                self.out.push(first);
            }
            ',' => {
                self.out.push(',');
                self.line();
            }
            ':' => self.out.push_str(": "),
            '"' => {
                let length = text_length(rest);
                let colour = if rest[length..].trim_start().starts_with(':') { NAME } else { TEXT };
                self.value(&printable(&rest[..length]), colour);
                return length;
            }
            _ => {
                let ends = |c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace();
                let length = rest.find(ends).unwrap_or(rest.len());
                self.value(&rest[..length], if first == 'n' { NULL } else { CONSTANT });
                return length;
            }
        }
        1
    }

    fn open(&mut self, rest: &str) -> usize {
        self.out.push_str(&rest[..1]);
        let inside = rest[1..].trim_start();
        if inside.starts_with(['}', ']']) {
            self.out.push_str(&inside[..1]);
            return rest.len() - inside.len() + 1;
        }
        self.level += 1;
        self.line();
        1
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.level));
    }

    fn value(&mut self, text: &str, colour: &str) {
        if self.coloured {
            let _ = write!(self.out, "{colour}{text}{PLAIN}");
        } else {
            self.out.push_str(text);
        }
    }
}

/// The length of the string literal that `rest` begins with, quotes included.
fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// JSON leaves DEL and the C1 controls as they are; some terminals obey them.
fn printable(literal: &str) -> String {
    let mut text = String::with_capacity(literal.len());
    for c in literal.chars() {
        if c.is_control() || terminal::is_bidi_control(c) {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indents_and_keeps_every_letter() {
        let json = r#" {"a":[1.10,12345678901234567890123, {}],"b\"":{"c":null,"d":[ ]} ,"e":"x,]}:\\"} "#;
        let expected = "{\n  \"a\": [\n    1.10,\n    12345678901234567890123,\n    {}\n  ],\n  \"b\\\"\": {\n    \"c\": null,\n    \
                        \"d\": []\n  },\n  \"e\": \"x,]}:\\\\\"\n}\n";
        assert_eq!(set(json, false), expected);
        assert_eq!(set("true", false), "true\n");
    }

    #[test]
    fn colours_by_kind() {
        let coloured = set(r#"{"a":"b","c":1,"d":null}"#, true);
        for part in
            [format!("{NAME}\"a\""), format!("{TEXT}\"b\""), format!("{CONSTANT}1"), format!("{NULL}null")]
        {
            assert!(coloured.contains(&part), "{coloured}");
        }
    }

    #[test]
    fn no_control_character_passes() {
        assert_eq!(set("\"a\u{202e}b\"", false), "\"a\\u202eb\"\n");
        assert_eq!(set("\"\u{9b}2J\u{7f}\"", false), "\"\\u009b2J\\u007f\"\n");
    }
}
