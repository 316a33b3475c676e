//! What is printed: tables and lists for people, an object a line for programs.

use std::fmt::Write as _;

use serde_json::Value;

use super::client::Client;
use crate::failure::Failure;
use crate::terminal::{self, harmless_line};

/// A column: the member it shows, dots between levels, and its heading.
pub(super) type Column = (&'static str, &'static str);

/// Prints a list, page by page.
pub(super) fn list(
    client: &Client,
    path: &str,
    query: &[(&str, Option<&str>)],
    at_most: Option<usize>,
    columns: &[Column],
) -> Result<(), Failure> {
    let mut any = false;
    client.each(path, query, at_most, |rows| {
        let text = if client.json { lines(rows) } else { table(rows, columns, !any) };
        any |= !rows.is_empty();
        terminal::print(text.as_bytes())
    })?;
    if !any && !client.json {
        eprintln!("There are none.");
    }
    Ok(())
}

/// Prints a list that came whole.
pub(super) fn rows(client: &Client, rows: &[Value], columns: &[Column]) -> Result<(), Failure> {
    if rows.is_empty() && !client.json {
        eprintln!("There are none.");
    }
    let text = if client.json { lines(rows) } else { table(rows, columns, true) };
    terminal::print(text.as_bytes())
}

/// Prints one thing, a member a line.
pub(super) fn object(client: &Client, value: &Value) -> Result<(), Failure> {
    if client.json {
        return terminal::print(lines(std::slice::from_ref(value)).as_bytes());
    }
    let mut text = String::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        let _ = writeln!(text, "{:<14} {}", name.replace('_', " "), shown(value));
    }
    terminal::print(text.as_bytes())
}

/// Prints a secret alone on stdout, and what is to be known of it on stderr.
pub(super) fn once(client: &Client, value: &Value, member: &str, about: &str) -> Result<(), Failure> {
    if client.json {
        return object(client, value);
    }
    eprintln!("{}", terminal::harmless(about));
    match value[member].as_str() {
        // A line break in a file would be taken for a part of the secret.
        Some(secret) => {
            terminal::print(format!("{secret}{}", if terminal::is_read() { "\n" } else { "" }).as_bytes())
        }
        None => Ok(()),
    }
}

/// Says that something was done.
pub(super) fn done(text: &str) {
    eprintln!("{}", terminal::harmless(text));
}

/// A body of what was given; nothing given is a mistake.
pub(super) fn given<const N: usize>(members: [(&str, Option<Value>); N]) -> Result<Value, Failure> {
    let names: Vec<_> = members.iter().map(|(name, _)| format!("--{}", name.replace('_', "-"))).collect();
    let given = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let given: serde_json::Map<_, _> = given.collect();
    if given.is_empty() {
        return Err(Failure::usage(format!("say what is to change: {}", names.join(", "))));
    }
    Ok(Value::Object(given))
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn table(rows: &[Value], columns: &[Column], with_headings: bool) -> String {
    let mut cells: Vec<Vec<String>> = Vec::new();
    if with_headings && !rows.is_empty() {
        cells.push(columns.iter().map(|(_, heading)| (*heading).to_owned()).collect());
    }
    let member = |row: &Value, path: &str| shown(path.split('.').fold(row, |value, name| &value[name]));
    cells.extend(rows.iter().map(|row| columns.iter().map(|(path, _)| member(row, path)).collect()));
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    for row in &cells {
        let line: String =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}  ")).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => harmless_line(text),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let parts = members.iter().filter(|(name, _)| *name != "id").map(|(_, value)| shown(value));
            parts.collect::<Vec<_>>().join(" ")
        }
        Value::Number(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tables() {
        let rows = [
            json!({ "a": "x", "b": { "c": true }, "d": [] }),
            json!({ "a": "longer\u{1b}[2J", "b": { "c": null }, "d": ["y", "z"] }),
        ];
        let columns = [("a", "A"), ("b.c", "B"), ("d", "D")];
        let expected = "A           B    D\nx           yes  -\nlonger\u{fffd}[2J  -    y, z\n";
        assert_eq!(table(&rows, &columns, true), expected);
        assert_eq!(table(&[], &columns, true), "");
        assert_eq!(table(&rows[..1], &columns, false), "x  yes  -\n");
    }
}
