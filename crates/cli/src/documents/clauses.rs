//! The table of clauses in the security model: what it names is there.

use std::fs;

use super::pages;

#[test]
fn clauses_are_checked_and_tested_where_the_page_says() {
    let page = fs::read_to_string(pages::root().join("docs/security.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| RFC "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 15);
    for row in rows {
        let [clause, _, place, test] = row[..] else { panic!("{row:?}") };
        assert!(source(place.trim_matches('`')).contains(clause), "{place} does not name {clause}");
        let (file, name) = test.trim_matches('`').split_once("` `").unwrap();
        assert!(source(file).contains(&format!("fn {name}(")), "{name} is not in {file}");
    }
}

fn source(path: &str) -> String {
    fs::read_to_string(pages::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
