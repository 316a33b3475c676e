//! A request's query string: names to values, and the window a list is read through.

use std::borrow::Cow;

use url::form_urlencoded;

/// The query as sent, without `?`.
pub(crate) struct Query(pub(crate) Option<String>);

impl Query {
    /// The first value given under `name`, decoded. Bytes that are not UTF-8 become U+FFFD, which no name
    /// contains.
    pub(crate) fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        let sent = self.0.as_deref().unwrap_or_default();
        form_urlencoded::parse(sent.as_bytes())
            .find(|(sent_name, _)| sent_name == name)
            .map(|(_, value)| value)
    }
}

/// `limit` items from `offset` on.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// What a list allows.
pub(crate) struct WindowRule {
    pub(crate) default_limit: usize,
    pub(crate) max_limit: usize,
    pub(crate) max_offset: usize,
}

pub(crate) enum WindowError {
    Limit,
    Offset,
}

impl Window {
    pub(crate) fn read(query: &Query, rule: &WindowRule) -> Result<Window, WindowError> {
        let limit = number(query, "limit", rule.default_limit, rule.max_limit).ok_or(WindowError::Limit)?;
        let offset = number(query, "offset", 0, rule.max_offset).ok_or(WindowError::Offset)?;
        Ok(Window { offset, limit })
    }

    /// The part of `all` that is seen through this window.
    pub(crate) fn of<T>(self, all: &[T]) -> &[T] {
        let start = self.offset.min(all.len());
        &all[start..all.len().min(start + self.limit)]
    }

    /// The window after this one, if it shows any of `total` items.
    pub(crate) fn next(self, total: usize) -> Option<Window> {
        let offset = self.offset + self.limit;
        (self.limit > 0 && offset < total).then_some(Window { offset, ..self })
    }

    pub(crate) fn previous(self) -> Option<Window> {
        (self.limit > 0 && self.offset > 0)
            .then(|| Window { offset: self.offset.saturating_sub(self.limit), ..self })
    }
}

fn number(query: &Query, name: &str, default: usize, max: usize) -> Option<usize> {
    let Some(sent) = query.value(name) else { return Some(default) };
    // `parse` would take a plus sign too.
    let digits = !sent.is_empty() && sent.bytes().all(|byte| byte.is_ascii_digit());
    sent.parse().ok().filter(|number| digits && *number <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: WindowRule = WindowRule { default_limit: 20, max_limit: 50, max_offset: 1000 };

    #[test]
    fn windows_are_read_from_the_query() {
        let cases = [
            ("", Some((0, 20))),
            ("limit=50&offset=1000", Some((1000, 50))),
            ("limit=0", Some((0, 0))),
            ("limit=51", None),
            ("limit=-1", None),
            ("limit=%2B5", None),
            ("limit=", None),
            ("limit=99999999999999999999999", None),
            ("offset=1001", None),
            ("offset=x", None),
        ];
        for (sent, expected) in cases {
            let window = Window::read(&Query(Some(sent.to_owned())), &RULE);
            assert_eq!(window.ok().map(|window| (window.offset, window.limit)), expected, "{sent}");
        }
    }

    #[test]
    fn windows_stay_inside_the_list() {
        let all = [1, 2, 3, 4, 5];
        let at = |offset, limit| Window { offset, limit };
        assert_eq!(at(0, 2).of(&all), [1, 2]);
        assert_eq!(at(4, 2).of(&all), [5]);
        assert_eq!(at(9, 2).of(&all), [0; 0]);
        assert_eq!(at(2, 2).next(5).map(|next| next.offset), Some(4));
        assert!(at(4, 2).next(5).is_none());
        assert!(at(0, 0).next(5).is_none());
        assert_eq!(at(1, 2).previous().map(|previous| previous.offset), Some(0));
        assert!(at(0, 2).previous().is_none());
    }
}
