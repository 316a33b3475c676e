//! Making what a server sent fit to be shown: nothing that is, or looks like, a secret.

use serde_json::Value;
use stagedoor_wire::{Secret, form};

/// How much of a body is shown, in characters.
const SHOWN: usize = 200;
/// How much of a provider's words is shown, in characters.
const WORDS: usize = 300;
/// How much of a body is looked at.
const LOOKED_AT: usize = 16 * 1024;
/// A run of a token's characters that is so long and holds a digit is masked.
const SUSPICIOUS: usize = 16;

/// What must not be seen: what was sent, and what a body holds where tokens stand.
pub(crate) struct Redaction {
    masked: Vec<Secret>,
}

impl Redaction {
    /// Masks `sent` and the secrets in `body`.
    pub(crate) fn new<'a>(sent: impl IntoIterator<Item = &'a Secret>, body: &[u8]) -> Self {
        let mut masked: Vec<Secret> = Vec::new();
        for secret in sent {
            masked.push(secret.clone());
            masked.push(Secret::new(form::encode(secret.expose())));
        }
        if let Ok(body) = serde_json::from_slice(body) {
            collect(&body, &mut masked);
        }
        // The longest first, so that none leaves a piece of another behind.
        masked.retain(|secret| secret.expose().len() >= 4);
        masked.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
        Self { masked }
    }

    /// The beginning of a body, on one line. Of JSON the names of its members alone: its values have too many spellings.
    pub(crate) fn snippet(&self, body: &[u8]) -> String {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => {
                let names: Vec<_> = members.keys().map(String::as_str).collect();
                let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
                cut(&self.line(&format!("JSON with {names}")), SHOWN)
            }
            _ => {
                let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]);
                cut(&self.line(&unescaped(&text)), SHOWN)
            }
        }
    }

    /// A text, on one line and without control characters: it may go to a terminal. No longer than anybody reads.
    pub(crate) fn text(&self, text: &str) -> String {
        cut(&self.line(text), WORDS)
    }

    /// The same, for words that may speak of ids: what looks like a secret and is none stays.
    pub(crate) fn words(&self, text: &str) -> String {
        cut(&self.known(text), WORDS)
    }

    fn line(&self, text: &str) -> String {
        mask_runs(&self.known(text))
    }

    fn known(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.masked {
            text = text.replace(secret.expose(), "[hidden]");
        }
        let line: String = text
            .chars()
            .filter(|c| !is_bidi_control(*c))
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Characters that let a text be read in another order than it is written in (UAX #9 §2).
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most so many characters.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// JSON's escapes undone, in a text that may be a piece of JSON: a secret is the same in each spelling.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let code = rest.strip_prefix('u').and_then(|digits| digits.get(..4));
        let code = code.and_then(|digits| char::from_u32(u32::from_str_radix(digits, 16).ok()?));
        match code {
            Some(c) => {
                plain.push(c);
                rest = &rest[5..];
            }
            None if rest.starts_with('/') => {}
            None => plain.push('\\'),
        }
    }
    plain + rest
}

/// What stands in a JSON body under names that speak of secrets.
fn collect(value: &Value, masked: &mut Vec<Secret>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = name.to_ascii_lowercase();
                let speaks =
                    ["token", "secret", "code", "key", "assertion"].iter().any(|word| name.contains(word));
                match value {
                    Value::String(text) if speaks && name != "token_type" => {
                        masked.push(Secret::new(text.as_str()));
                    }
                    other => collect(other, masked),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, masked)),
        _ => {}
    }
}

fn mask_runs(text: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/' | '=');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !legal(c)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let looks_secret = run.len() >= SUSPICIOUS && run.bytes().any(|byte| byte.is_ascii_digit());
        shown.push_str(if looks_secret { "[hidden]" } else { run });
        let next = after.find(legal).unwrap_or(after.len());
        shown.push_str(&after[..next]);
        rest = &after[next..];
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_masked_in_each_spelling() {
        let sent = [Secret::new("pa+ss wörd")];
        let shown = Redaction::new(&sent, b"").text("got pa+ss wörd and pa%2Bss%20w%C3%B6rd");
        assert_eq!(shown, "got [hidden] and [hidden]");
    }

    #[test]
    fn what_stands_where_tokens_stand_is_masked() {
        let body =
            br#"{"access_token":"onlyletters","nested":[{"user_code":"WDJB-MJHT"}],"token_type":"Bearer"}"#;
        let redaction = Redaction::new([], body);
        assert_eq!(redaction.snippet(body), "JSON with access_token, nested, token_type");
        assert_eq!(redaction.text("onlyletters of WDJB-MJHT"), "[hidden] of [hidden]");
    }

    #[test]
    fn escaped_spellings_are_masked() {
        let sent = [Secret::new("ab/cd+efg")];
        for body in [r#"{"was":"ab\/cd+efg"}"#, r#"<p>"ab\/cd\u002befg""#, r#"{"was":"\u0061b\u002Fcd+efg"#] {
            let shown = Redaction::new(&sent, body.as_bytes()).snippet(body.as_bytes());
            assert!(!shown.contains("efg"), "{shown}");
        }
    }

    #[test]
    fn long_words_are_cut_and_stay_in_order() {
        let redaction = Redaction::new([], b"");
        assert_eq!(redaction.text(&"wörd ".repeat(1000)).chars().count(), WORDS + 1);
        assert_eq!(redaction.text("a\u{202e}b\nc"), "ab c");
        assert_eq!(redaction.words("no artist 11e81bcc9c1cce38b96b"), "no artist 11e81bcc9c1cce38b96b");
    }

    #[test]
    fn what_looks_like_a_token_is_masked_before_the_text_is_cut() {
        let body = format!("{} BQDj4f9sKq8Zt2Lw7Xn3 tail", "x ".repeat(95));
        let shown = Redaction::new([], body.as_bytes()).snippet(body.as_bytes());
        assert!(shown.ends_with('…') && !shown.contains("BQDj"), "{shown}");
        assert_eq!(
            Redaction::new([], b"").text("see developer.example/dashboard\u{1b}[31m\n"),
            "see developer.example/dashboard [31m"
        );
    }
}
