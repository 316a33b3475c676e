//! The pages, and what in them is text and what is code.

use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The pages of the book.
pub(super) fn of_the_book() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join("docs"), &mut found);
    found.sort();
    assert!(found.len() > 20, "the pages were not found");
    found
}

/// Those, and the pages beside it.
pub(super) fn all() -> Vec<PathBuf> {
    let mut found = of_the_book();
    found.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| root().join(name)));
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// A page as text and code. Line numbers begin at 1.
#[derive(Default)]
pub(super) struct Page {
    /// Lines of text, code spans included.
    pub(super) text: Vec<(usize, String)>,
    /// Lines in fences and indented blocks, without the indentation.
    pub(super) code: Vec<(usize, String)>,
}

impl Page {
    pub(super) fn read(path: &Path) -> Self {
        Self::parse(&fs::read_to_string(path).unwrap())
    }

    pub(super) fn parse(content: &str) -> Self {
        let (mut page, mut fence, mut before) = (Self::default(), false, "");
        for (at, line) in content.lines().enumerate() {
            let starts_block =
                before.trim().is_empty() || page.code.last().is_some_and(|(last, _)| *last == at);
            if line.trim_start().starts_with("```") {
                fence = !fence;
            } else if fence || (starts_block && line.starts_with("    ")) {
                page.code.push((at + 1, line.trim_start().to_owned()));
            } else {
                page.text.push((at + 1, line.to_owned()));
            }
            before = line;
        }
        assert!(!fence, "a fence without end");
        page
    }

    /// Names that links to headings use, as mdBook and code hosts make them.
    pub(super) fn anchors(&self) -> Vec<String> {
        let headings = self.text.iter().filter(|(_, line)| line.starts_with('#'));
        headings.map(|(_, line)| anchor(line.trim_start_matches('#').trim())).collect()
    }

    /// Code spans, with their lines.
    pub(super) fn spans(&self) -> Vec<(usize, &str)> {
        let spans_of = |line: &'_ (usize, String)| -> Vec<(usize, usize, usize)> {
            let marks: Vec<_> = line.1.match_indices('`').map(|(at, _)| at).collect();
            marks.chunks_exact(2).map(|pair| (line.0, pair[0] + 1, pair[1])).collect()
        };
        let text = self.text.iter();
        text.flat_map(|line| {
            let spans = spans_of(line);
            spans.into_iter().map(move |(number, from, to)| (number, &line.1[from..to]))
        })
        .collect()
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.flat_map(char::to_lowercase).collect()
}

#[test]
fn pages_are_taken_apart() {
    let page = Page::parse(
        "# A `[b.c]`, d\n\nText `one two`.\n\n    stagedoor x\n\n1. Item\n    more\n\n```sh\nstagedoor y\n```\n",
    );
    assert_eq!(page.anchors(), ["a-bc-d"]);
    assert_eq!(page.spans(), [(1, "[b.c]"), (3, "one two")]);
    let code: Vec<_> = page.code.iter().map(|(line, text)| (*line, text.as_str())).collect();
    assert_eq!(code, [(5, "stagedoor x"), (11, "stagedoor y")]);
}
