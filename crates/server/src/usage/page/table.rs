//! The figures of a plot as a table, and as CSV (RFC 4180).

use stagedoor_protocol::Timestamp;

use crate::usage::words;

/// Columns of numbers, and in front of them what a row is about.
pub(super) struct Table {
    /// As people read it, and as programs do.
    pub(super) first: (&'static str, &'static str),
    pub(super) columns: &'static [(&'static str, &'static str)],
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) about: About,
    pub(super) values: Vec<u64>,
}

/// What a row is about.
pub(super) enum About {
    Time { begins: Timestamp, says: String },
    Endpoint(String),
}

impl Row {
    /// As people read it.
    pub(super) fn says(&self) -> &str {
        match &self.about {
            About::Time { says, .. } => says,
            About::Endpoint(endpoint) => endpoint,
        }
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| words::number(*value))
    }
}

impl Table {
    pub(super) fn csv(&self) -> String {
        let names = self.columns.iter().map(|(_, name)| *name);
        let head = std::iter::once(self.first.1).chain(names).collect::<Vec<_>>().join(",");
        let rows = self.rows.iter().map(|row| {
            let about = match &row.about {
                About::Time { begins, .. } => begins.to_string(),
                About::Endpoint(endpoint) => quoted(endpoint),
            };
            let values = row.values.iter().map(u64::to_string);
            std::iter::once(about).chain(values).collect::<Vec<_>>().join(",")
        });
        std::iter::once(head).chain(rows).map(|line| line + "\r\n").collect()
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
