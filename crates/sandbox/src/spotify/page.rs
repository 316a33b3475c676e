//! The paging object around every list. All its members are always there: clients refuse a page that lacks
//! one.

use serde_json::{Value, json};

use super::Base;
use crate::query::{Window, WindowRule};

/// `items` as seen through `window` in a list of `total` whose address is `path?query`.
pub(super) fn page(base: &Base, list: &List, window: Window, total: usize, items: Vec<Value>) -> Value {
    let href = |window: Window| {
        let parameters = format!("{}offset={}&limit={}", list.query, window.offset, window.limit);
        base.href(&format!("{}?{parameters}", list.path))
    };
    // What lies beyond the largest offset exists but cannot be asked for.
    let next = window.next(total).filter(|next| next.offset <= list.rule.max_offset);
    let mut page = json!({
        "href": href(window),
        "items": null,
        "limit": window.limit,
        "next": next.map(href),
        "offset": window.offset,
        "previous": window.previous().map(href),
        "total": total,
    });
    page["items"] = Value::Array(items);
    page
}

/// A list's address and what it allows. `query` is empty or ends in `&`.
pub(super) struct List {
    pub(super) path: String,
    pub(super) query: String,
    pub(super) rule: &'static WindowRule,
}
