//! Reference pages, made from the types that read a file and from their doc comments, so that they say what the types do.
//! Only tests write them.

mod schema;

use std::fmt::Write as _;

pub use schema::{Field, Schema};

/// The head of a table.
pub fn table<const N: usize>(page: &mut String, heads: [&str; N]) {
    row(page, heads);
    row(page, ["---"; N]);
}

/// A row of a table.
pub fn row<const N: usize>(page: &mut String, cells: [&str; N]) {
    let _ = writeln!(page, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
}
