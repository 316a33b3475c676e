//! Reading TOML that people write: an error names the file, the line and, where a name is unknown, the nearest known one.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

/// A file cannot be used.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {message}")]
pub struct FileError {
    /// The file as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and, where it can be told, what was meant.
    pub message: String,
}

/// Reads a file whose types refuse unknown fields; `file` is only named in errors.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, FileError> {
    let fail = |span, message| FileError { file: file.to_owned(), line: line_at(text, span), message };
    let parsed =
        toml::Deserializer::parse(text).map_err(|error| fail(error.span(), of_syntax(error.message())))?;
    T::deserialize(parsed).map_err(|error| {
        let span = error.span();
        let message = brackets(text, span.clone(), error.message());
        fail(span, message.unwrap_or_else(|| in_plain_words(error.message())))
    })
}

/// What to write in place of a section's head with too few brackets, or too many. serde takes a list for the fields of a
/// section, and then speaks of the first of them.
fn brackets(text: &str, span: Option<Range<usize>>, message: &str) -> Option<String> {
    let is_list = message.starts_with("invalid type: map, expected a sequence");
    let is_several = message.starts_with("invalid type: map") || message.starts_with("wanted exactly");
    let line = text.lines().nth(line_at(text, span) - 1)?.trim();
    if let Some(head) = line.strip_prefix("[[") {
        let name = head.split_once("]]").filter(|_| is_several)?.0;
        return Some(format!("[[{name}]] stands once: write [{name}], in one pair of brackets"));
    }
    let name = line.strip_prefix('[')?.split_once(']').filter(|_| is_list)?.0;
    Some(format!("[{name}] may stand several times: write [[{name}]], in two pairs of brackets"))
}

/// The line of the key that `place` names, or of the nearest one above it. Names are joined by dots; a number counts the
/// items of a list from 0.
pub fn line_of(text: &str, place: &str) -> usize {
    let Ok(root) = DeTable::parse(text) else { return 1 };
    let mut names = place.split('.');
    let Some((key, value)) = names.next().and_then(|name| root.get_ref().get_key_value(name)) else {
        return 1;
    };
    let (mut at, mut value) = (key.span(), value.get_ref());
    for name in names {
        let found = match value {
            DeValue::Table(table) => {
                table.get_key_value(name).map(|(key, value)| (key.span(), value.get_ref()))
            }
            DeValue::Array(list) => name.parse().ok().and_then(|index: usize| {
                let item = list.get(index)?;
                Some((item.span(), item.get_ref()))
            }),
            _ => None,
        };
        let Some(found) = found else { break };
        (at, value) = found;
    }
    line_at(text, Some(at))
}

/// What `name` was probably meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |known: &'a str| (strsim::jaro_winkler(name, known), known);
    let nearest = known.into_iter().map(likeness).max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.filter(|(likeness, _)| *likeness > 0.7).map(|(_, known)| known)
}

/// The line a byte range begins in.
fn line_at(text: &str, span: Option<Range<usize>>) -> usize {
    let end = span.map_or(0, |span| span.start).min(text.len());
    1 + text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count()
}

/// What the parser says, and what to do about it.
fn of_syntax(message: &str) -> String {
    match message {
        "duplicate key" => "this stands in the file already; keep one of the two".to_owned(),
        _ => format!("{message}; text stands in quotation marks, lists and sections in brackets"),
    }
}

/// What serde says, for people who do not know its words. It names what it expected in backquotes behind "expected"; these
/// are listed, and the nearest is what was meant.
pub fn in_plain_words(message: &str) -> String {
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("missing field {name}; write {} = … here", name.trim_matches('`'));
    }
    let message =
        &WORDS.iter().fold(message.to_owned(), |message, (serde, ours)| message.replace(serde, ours));
    let Some((found, expected)) = message.split_once(", expected") else { return message.clone() };
    let quoted = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let Some(name) = quoted(found).pop().filter(|_| found.starts_with("unknown")) else {
        return message.clone();
    };
    let known = quoted(expected);
    let meant = nearest(&name, known.iter().map(String::as_str));
    if found.starts_with("unknown variant") {
        let meant = meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
        return format!("there is no `{name}` here: write {}{meant}", listed(&known, "or"));
    }
    match meant {
        Some(meant) => format!("{found}; did you mean `{meant}`?"),
        None => format!("{found}; what may stand here is {}", listed(&known, "and")),
    }
}

fn listed(names: &[String], last: &str) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((end, before @ [_, ..])) => format!("{} {last} {end}", before.join(", ")),
        _ => names.concat(),
    }
}

const WORDS: [(&str, &str); 7] = [
    ("expected a sequence", "expected a list, which stands in brackets"),
    ("wanted string or table", "this is a word, which stands in quotation marks"),
    ("expected u8", "expected a whole number from 0 to 255"),
    ("expected u16", "expected a whole number from 0 to 65535"),
    ("expected u32", "expected a whole number from 0 to 4294967295"),
    ("expected u64", "expected a whole number from 0"),
    ("expected usize", "expected a whole number from 0"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "one = 1\n\n[two]\nx = [\n  1,\n  2,\n]\n\n[[three]]\na = 1\n\n[[three]]\nb.c = 2\n";

    #[test]
    fn lines() {
        let cases = [
            ("one", 1),
            ("two", 3),
            ("two.x", 4),
            ("two.x.1", 6),
            ("two.y", 3),
            ("three.0", 9),
            ("three.0.a", 10),
            ("three.1", 12),
            ("three.1.b.c", 13),
            ("three.1.z", 12),
            ("three.7", 9),
            ("four", 1),
        ];
        for (place, line) in cases {
            assert_eq!(line_of(TEXT, place), line, "{place}");
        }
    }

    #[test]
    fn what_is_wrong_and_what_to_do() {
        #[derive(serde::Deserialize, Debug)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "it is only read into")]
        struct File {
            number: u8,
            #[serde(default)]
            list: Vec<String>,
            kind: Option<Kind>,
            #[serde(default)]
            sections: Vec<Section>,
        }
        #[derive(serde::Deserialize, Debug)]
        #[serde(deny_unknown_fields)]
        struct Section {}
        #[derive(serde::Deserialize, Debug)]
        #[serde(rename_all = "lowercase")]
        enum Kind {
            Label,
            Band,
            Company,
        }
        let cases = [
            ("numbr = 1", "f:1: unknown field `numbr`; did you mean `number`?"),
            (
                "\nother = 1",
                "f:2: unknown field `other`; what may stand here is `number`, `list`, `kind` and `sections`",
            ),
            (
                "number = 1\nkind = \"lable\"",
                "f:2: there is no `lable` here: write `label`, `band` or `company`; did you mean `label`?",
            ),
            ("kind = \"x\"", "f:1: there is no `x` here: write `label`, `band` or `company`"),
            (
                "\n[sections]",
                "f:2: [sections] may stand several times: write [[sections]], in two pairs of brackets",
            ),
            ("list = []", "f:1: missing field `number`; write number = … here"),
            ("number = 1\nnumber = 2", "f:2: this stands in the file already; keep one of the two"),
            ("number = 256", "f:1: invalid value: integer `256`, expected a whole number from 0 to 255"),
            (
                "number = 1\nlist = \"a\"",
                "f:2: invalid type: string \"a\", expected a list, which stands in brackets",
            ),
            (
                "number = one",
                "f:1: string values must be quoted, expected literal string; \
                 text stands in quotation marks, lists and sections in brackets",
            ),
        ];
        for (text, said) in cases {
            assert_eq!(read::<File>("f", text).unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn nothing_near() {
        assert_eq!(nearest("spotifi", ["standard", "spotify"]), Some("spotify"));
        assert_eq!(nearest("quite-other", ["standard", "spotify"]), None);
    }
}
