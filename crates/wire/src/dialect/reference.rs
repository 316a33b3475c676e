//! The page for people who write a dialect, `docs/dialects.md`. It is made from the types that read dialects and from
//! their doc comments, so that it says what they do.

use std::fmt::Write as _;
use std::path::Path;

use super::Dialect;
use crate::api_error::ApiErrorKind;
use crate::reference::{Field, Schema, row, table};
use crate::token_error::TokenErrorKind;

const INTRODUCTION: &str = include_str!("reference/introduction.md");
const EXAMPLE: &str = include_str!("reference/example.toml");

#[test]
fn page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/dialects.md");
    let page = page(&Schema::new(schemars::schema_for!(Dialect).to_value()));
    if std::env::var_os("STAGEDOOR_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/dialects.md is not what the dialect types say; write it anew with\n\
         STAGEDOOR_BLESS=1 cargo test -p stagedoor-wire reference"
    );
}

#[test]
fn example_is_a_dialect() {
    Dialect::parse("tapedeck.toml", EXAMPLE).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn introduction_shows_a_real_error() {
    let error = Dialect::parse("tapedeck.toml", &EXAMPLE.replacen("\nseconds", "\nsecond", 1)).unwrap_err();
    assert!(INTRODUCTION.contains(&format!("\n{error}\n")), "{error}");
}

fn page(schema: &Schema) -> String {
    let mut page = format!("{INTRODUCTION}\n## The file\n\n");
    page.push_str("`name` and `title` stand above all sections; the order of the sections is free.\n\n");
    table(&mut page, ["field or section", "needed", "what it says"]);
    let fields = schema.root();
    for field in &fields {
        let section = format!("[`[{}]`](#{})", field.name, field.name);
        let shown = if field.is_table() { section } else { format!("`{}`", field.name) };
        row(&mut page, [&shown, needed(field), &field.says()]);
    }
    for field in fields.iter().filter(|field| field.is_table()) {
        section(&mut page, "##", &field.name, field);
    }
    let _ = write!(page, "\n## A complete example\n\nNothing here exists.\n\n```toml\n{EXAMPLE}```\n");
    page
}

/// A table of the file: first what it holds itself, then the tables within it.
fn section(page: &mut String, level: &str, path: &str, of: &Field<'_>) {
    let optional = if level == "###" && !of.required { " Optional." } else { "" };
    let _ = write!(page, "\n{level} `[{path}]`\n\n{}{optional}\n\n", of.says());
    match path {
        "token_errors.text" => return token_errors(page, &of.fields()),
        "api_errors.text" => return api_errors(page, &of.fields()),
        _ => {}
    }
    let (tables, values): (Vec<_>, Vec<_>) =
        of.fields().into_iter().partition(|field| field.is_table() && !field.is_short());
    if !values.is_empty() {
        table(page, ["field", "needed", "value", "what it says"]);
    }
    for field in values {
        let needed = field.default().map_or(needed(&field).to_owned(), |text| format!("else `{text}`"));
        row(page, [&format!("`{}`", field.name), &needed, &field.takes(), &field.says()]);
    }
    for field in tables {
        section(page, "###", &format!("{path}.{}", field.name), &field);
    }
}

fn token_errors(page: &mut String, kinds: &[Field<'_>]) {
    how_to_spell(page, kinds, "client_unknown = { status = 400, description = \"Invalid client\" }");
    page.push_str("The errors, and how they are spelled where the dialect says nothing:\n\n");
    table(page, ["name", "when", "`status`", "`error`", "`description`"]);
    for (kind, field) in TokenErrorKind::ALL.iter().zip(kinds) {
        let (status, error, description) = kind.default_text();
        assert_eq!(kind.field(), field.name);
        let name = format!("`{}`", field.name);
        row(page, [&name, &field.says(), &status.to_string(), &format!("`{error}`"), description]);
    }
}

fn api_errors(page: &mut String, kinds: &[Field<'_>]) {
    how_to_spell(page, kinds, "token_expired = { message = \"The access token expired\" }");
    page.push_str(
        "The errors, and how they are spelled where the dialect says nothing. The code (RFC 6750 §3.1) stands in the \
         challenge and in bodies with a place for one; an error without code shows its name in such a body.\n\n",
    );
    table(page, ["name", "when", "`status`", "code", "`challenge`", "`message`"]);
    for (kind, field) in ApiErrorKind::ALL.iter().zip(kinds) {
        let (status, code, challenge, message) = kind.default_text();
        assert_eq!(kind.field(), field.name);
        let code = if code.is_empty() { String::new() } else { format!("`{code}`") };
        let name = format!("`{}`", field.name);
        row(page, [&name, &field.says(), &status.to_string(), &code, &format!("`{challenge}`"), message]);
    }
}

/// All kinds of error take the same members; what is left out of them stands in the table that follows.
fn how_to_spell(page: &mut String, kinds: &[Field<'_>], sample: &str) {
    let _ = write!(
        page,
        "One line for each error that differs, with what differs about it:\n\n```toml\n{sample}\n```\n\n"
    );
    table(page, ["member", "value", "what it says"]);
    for member in kinds.first().map(Field::fields).unwrap_or_default() {
        row(page, [&format!("`{}`", member.name), &member.takes(), &member.says()]);
    }
    page.push('\n');
}

fn needed(field: &Field<'_>) -> &'static str {
    if field.required { "yes" } else { "no" }
}
