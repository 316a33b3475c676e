//! `application/x-www-form-urlencoded`, read strictly and written plainly (RFC 6749 appendix B).
//!
//! Blanks left unescaped are taken as they are (a widespread client sends them); everything else that is malformed is
//! an error, never guessed at.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

use crate::Secret;

/// All but RFC 3986 §2.3's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a form or a query could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// A `%` without two hexadecimal digits behind it.
    #[error("a % is not followed by two hexadecimal digits")]
    Escape,
    /// The decoded bytes are not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A NUL or another control character.
    #[error("the text holds a control character")]
    Control,
    /// RFC 6749 §3.1 and §3.2: no parameter may be sent twice.
    #[error("the parameter {0} is sent more than once")]
    Repeated(&'static str),
}

/// The decoded name and value pairs of a form body or query. A name without `=` has an empty value.
pub fn pairs(text: &[u8]) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), FormError>> {
    text.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let cut = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
        let value = pair.get(cut + 1..).unwrap_or_default();
        Ok((decode(&pair[..cut])?, decode(value)?))
    })
}

/// Decodes one name or value.
pub fn decode(text: &[u8]) -> Result<Cow<'_, str>, FormError> {
    let plain = !text.iter().any(|&byte| matches!(byte, b'%' | b'+'));
    let decoded = if plain {
        Cow::Borrowed(std::str::from_utf8(text).map_err(|_| FormError::NotUtf8)?)
    } else {
        Cow::Owned(unescape(text)?)
    };
    if decoded.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        Err(FormError::Control)
    } else {
        Ok(decoded)
    }
}

fn unescape(text: &[u8]) -> Result<String, FormError> {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
        if !rest.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)) {
            return Err(FormError::Escape);
        }
        rest = &rest[at + 3..];
    }
    let blanks: Vec<u8> = text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    String::from_utf8(percent_decode(&blanks).collect()).map_err(|_| FormError::NotUtf8)
}

/// Encodes one name or value; a blank becomes `%20`, which every reader takes.
pub fn encode(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, ESCAPED).into()
}

/// A form body or query while it is written. It may hold secrets.
#[derive(Default)]
pub struct Writer(zeroize::Zeroizing<String>);

impl Writer {
    /// Adds a parameter.
    pub fn pair(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.extend(utf8_percent_encode(name, ESCAPED));
        self.0.push('=');
        self.0.extend(utf8_percent_encode(value, ESCAPED));
    }

    /// Adds a parameter that has a value.
    pub fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.pair(name, value);
        }
    }

    /// The whole.
    pub fn finish(self) -> Secret {
        Secret::new(self.0.as_str())
    }
}

/// Fills `slot` with a parameter's value: an empty one counts as not sent (RFC 6749 §3.1), a second one is an error.
pub fn fill<'a>(slot: &mut Slot<'a>, name: &'static str, value: Cow<'a, str>) -> Result<(), FormError> {
    if std::mem::replace(&mut slot.seen, true) {
        return Err(FormError::Repeated(name));
    }
    slot.value = Some(value).filter(|value| !value.is_empty());
    Ok(())
}

/// One known parameter while a form is read.
#[derive(Default)]
pub struct Slot<'a> {
    seen: bool,
    /// The value, when one was sent and is not empty.
    pub value: Option<Cow<'a, str>>,
}

/// Reads the named parameters out of a form or query; others are ignored (RFC 6749 §3.1, §3.2). The struct's fields are
/// the parameter names.
#[macro_export]
macro_rules! form_fields {
    ($text:expr, $($name:ident),+ $(,)?) => {{
        #[derive(Default)]
        struct Fields<'a> { $($name: $crate::form::Slot<'a>,)+ }
        let mut fields = Fields::default();
        let mut outcome = Ok(());
        for pair in $crate::form::pairs($text) {
            outcome = pair.and_then(|(name, value)| match name.as_ref() {
                $(stringify!($name) => $crate::form::fill(&mut fields.$name, stringify!($name), value),)+
                _ => Ok(()),
            });
            if outcome.is_err() { break; }
        }
        outcome.map(|()| fields)
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Vec<(String, String)>, FormError> {
        pairs(text).map(|pair| pair.map(|(name, value)| (name.into_owned(), value.into_owned()))).collect()
    }

    #[test]
    fn decodes() {
        let expected = [("a", "b c"), ("d", "e f"), ("g", "é+"), ("h", ""), ("i", "x=y")];
        let expected: Vec<_> = expected.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        assert_eq!(read(b"a=b+c&d=e f&g=%C3%A9%2b&h&&i=x=y").unwrap(), expected);
    }

    #[test]
    fn written_then_read() {
        let mut form = Writer::default();
        form.pair("a", "b c+&=é%");
        form.optional("d", None);
        form.optional("e", Some("~._-"));
        let text = form.finish();
        assert_eq!(text.expose(), "a=b%20c%2B%26%3D%C3%A9%25&e=~._-");
        let expected = [("a".to_owned(), "b c+&=é%".to_owned()), ("e".to_owned(), "~._-".to_owned())];
        assert_eq!(read(text.expose().as_bytes()).unwrap(), expected);
    }

    #[test]
    fn refuses() {
        assert_eq!(read(b"a=%"), Err(FormError::Escape));
        assert_eq!(read(b"a=%4"), Err(FormError::Escape));
        assert_eq!(read(b"a=%zz"), Err(FormError::Escape));
        assert_eq!(read(b"a=%ff"), Err(FormError::NotUtf8));
        assert_eq!(read(b"a=\xff"), Err(FormError::NotUtf8));
        assert_eq!(read(b"a=%00"), Err(FormError::Control));
        assert_eq!(read(b"a=b\x00"), Err(FormError::Control));
        assert_eq!(read(b"a%0d%0a=b"), Err(FormError::Control));
    }

    #[test]
    fn no_parameter_twice() {
        let read =
            |text: &'static [u8]| form_fields!(text, scope, state).map(|f| (f.scope.value, f.state.value));
        assert_eq!(read(b"scope=a&other=1&other=2").unwrap(), (Some("a".into()), None));
        assert_eq!(read(b"scope=&state=x").unwrap(), (None, Some("x".into())));
        assert_eq!(read(b"scope=a&scope=a"), Err(FormError::Repeated("scope")));
        assert_eq!(read(b"scope=&scope=a"), Err(FormError::Repeated("scope")));
    }
}
