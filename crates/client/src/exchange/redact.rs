//! Making what a server sent fit to be shown: nothing that is, or looks like, a secret.

use serde_json::Value;
use stagedoor_wire::{Secret, form};

/// How much of a body is shown, in bytes.
const SHOWN: usize = 200;
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

    /// The beginning of a body, on one line.
    pub(crate) fn snippet(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]).into_owned();
        let text = self.text(&text);
        let mut end = text.len().min(SHOWN);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if end < text.len() { format!("{}…", &text[..end]) } else { text }
    }

    /// A text, on one line and without control characters: it may go to a terminal.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.masked {
            text = text.replace(secret.expose(), "[hidden]");
        }
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        mask_runs(&line.split_whitespace().collect::<Vec<_>>().join(" "))
    }
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
            br#"{"access_token":"onlyletters","token_type":"Bearer","nested":[{"user_code":"WDJB-MJHT"}]}"#;
        let shown = Redaction::new([], body).snippet(body);
        assert_eq!(
            shown,
            r#"{"access_token":"[hidden]","token_type":"Bearer","nested":[{"user_code":"[hidden]"}]}"#
        );
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
