//! The page for operators, `docs/configuration.md`. It is made from the types that read a configuration and from their doc
//! comments, so that it says what they do.

use std::fmt::Write as _;
use std::path::Path;

use stagedoor_wire::reference::{Field, Schema, row, table};

use super::tests::Folder;
use super::{File, TEMPLATE};

const INTRODUCTION: &str = include_str!("introduction.md");
/// Tables that are written in one line.
const SHORT: [&str; 2] = ["token", "api"];

#[test]
fn page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = page(&Schema::new(schemars::schema_for!(File).to_value()));
    if std::env::var_os("STAGEDOOR_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/configuration.md is not what the types of the configuration say; write it anew with\n\
         STAGEDOOR_BLESS=1 cargo test -p stagedoor-server reference"
    );
}

#[test]
fn introduction_shows_real_errors() {
    let lines = ["[server]", "lisen = [\"0.0.0.0:443\"]"].join("\n");
    let one = Folder::new().mistakes(&lines);
    let two = Folder::new()
        .mistakes(&TEMPLATE.replace("listen = [\"127.0.0.1:8080\"]", "listen = [\"0.0.0.0:443\"]"));
    for mistake in one.iter().chain(&two) {
        assert!(INTRODUCTION.contains(&format!("\n{mistake}\n")), "{mistake}");
    }
}

fn page(schema: &Schema) -> String {
    let mut page = format!("{INTRODUCTION}\n## The file\n\n");
    table(&mut page, ["section", "what it says"]);
    let sections = schema.root();
    for field in &sections {
        let name = &field.name;
        let shown = if field.is_list() { format!("[[{name}]]") } else { format!("[{name}]") };
        row(&mut page, [&format!("[`{shown}`](#{name})"), &field.says()]);
    }
    for field in &sections {
        section(&mut page, "##", &field.name, field);
    }
    let _ = write!(
        page,
        "\n## The file to begin with\n\n`stagedoor init` writes it.\n\n```toml\n{TEMPLATE}```\n"
    );
    page
}

/// A section: first what it holds itself, then the sections within it.
fn section(page: &mut String, level: &str, path: &str, of: &Field<'_>) {
    let shown = if of.is_list() { format!("[[{path}]]") } else { format!("[{path}]") };
    let _ = write!(page, "\n{level} `{shown}`\n\n{}\n\n", of.says());
    let is_section = |field: &Field<'_>| field.is_table() && !SHORT.contains(&field.name.as_str());
    let (sections, values): (Vec<_>, Vec<_>) = of.fields().into_iter().partition(is_section);
    table(page, ["key", "needed", "value", "what it says"]);
    for field in values {
        let otherwise = field.default_value().filter(|value| value != "[]" && value != "null");
        let needed = match otherwise {
            Some(value) => format!("else `{value}`"),
            None if field.required => "yes".to_owned(),
            None => "no".to_owned(),
        };
        row(page, [&format!("`{}`", field.name), &needed, &field.takes(), &field.says()]);
    }
    for field in sections {
        section(page, "###", &format!("{path}.{}", field.name), &field);
    }
}
