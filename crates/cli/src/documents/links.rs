//! Every page is in the book's table of contents, and every link leads somewhere.

use std::fs;
use std::path::Path;

use super::pages::{self, Page};

#[test]
fn every_page_is_in_the_table_of_contents() {
    let docs = pages::root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    for page in pages::of_the_book() {
        let name = page.strip_prefix(&docs).unwrap().to_str().unwrap();
        let times = summary.matches(&format!("]({name})")).count();
        assert_eq!(times, usize::from(name != "SUMMARY.md"), "{name} in docs/SUMMARY.md");
    }
}

#[test]
fn links_lead_somewhere() {
    let mut mistakes = Vec::new();
    for page in pages::all() {
        let read = Page::read(&page);
        let name = page.strip_prefix(pages::root()).unwrap().display().to_string();
        for (line, target) in
            read.text.iter().flat_map(|(line, text)| links(text).map(move |link| (line, link)))
        {
            if let Some(why) = wrong(&page, target) {
                mistakes.push(format!("{name}:{line}: {target}: {why}"));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// Targets of links that stay within this repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

fn wrong(page: &Path, target: &str) -> Option<&'static str> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let there = match path {
        "" => page.to_owned(),
        path => page.parent()?.join(path),
    };
    let docs = pages::root().join("docs");
    let Ok(there) = there.canonicalize() else { return Some("there is no such file") };
    // The book holds nothing else: what is outside cannot be reached from a page of it.
    if page.starts_with(&docs) && !there.starts_with(&docs) {
        return Some("leads out of the book");
    }
    if !anchor.is_empty() && !Page::read(&there).anchors().iter().any(|known| known == anchor) {
        return Some("there is no such heading");
    }
    None
}
