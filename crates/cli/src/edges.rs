//! Data flows one way: which of our crates may use which. A new edge is a decision, not an accident.

use std::path::Path;

const EDGES: [(&str, &[&str]); 7] = [
    ("wire", &[]),
    ("protocol", &["wire"]),
    ("store", &["protocol", "wire"]),
    ("server", &["protocol", "store", "wire"]),
    ("sandbox", &["wire"]),
    ("client", &["wire"]),
    ("cli", &["client", "protocol", "sandbox", "server", "store", "wire"]),
];

#[test]
fn crates_use_only_what_they_may() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found: Vec<String> = std::fs::read_dir(&crates)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let mut known = EDGES.map(|(name, _)| name.to_owned());
    known.sort();
    assert_eq!(found, known, "a crate without a place in the list of edges");
    for (name, allowed) in EDGES {
        let manifest = std::fs::read_to_string(crates.join(name).join("Cargo.toml")).unwrap();
        let normal = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        let used =
            normal.lines().filter_map(|line| line.strip_prefix("stagedoor-")?.split(['.', ' ', '=']).next());
        for other in used {
            assert!(allowed.contains(&other), "{name} may not use {other}");
        }
    }
}
