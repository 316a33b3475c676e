//! `docs/dev.md`: every call it lists has data, every call there is stands in it, and its state file is one.

use std::path::{Path, PathBuf};

use crate::http::Call;
use crate::process::Dev;
use crate::session::{Session, redeem};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/dev.md")).unwrap()
}

/// What stands in the page's blocks of this kind.
fn blocks<'a>(page: &'a str, kind: &str) -> Vec<&'a str> {
    let begin = format!("```{kind}\n");
    page.split(&begin).skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

#[test]
fn listed_calls_have_data() {
    let dev = Dev::start(&[]);
    let session = Session::begin(&dev);
    let of_a_person = |api: &str| {
        let code = dev.send(&session.link(&dev, api)).query("code").unwrap();
        dev.send(&redeem(&dev, api, &code)).member("access_token")
    };
    let tokens = [
        ("bandcamp", dev.client_credentials("bandcamp").member("access_token")),
        ("spotify", of_a_person("spotify")),
        ("spotify-ads", of_a_person("spotify-ads")),
        ("soundcharts", dev.client_credentials("soundcharts").member("access_token")),
        ("standard", of_a_person("standard")),
    ];
    let page = page();
    for line in blocks(&page, "calls").iter().flat_map(|block| block.lines()) {
        let mut words = line.splitn(3, ' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let api = path.split('/').nth(1).unwrap();
        let (_, token) = tokens.iter().find(|(own, _)| *own == api).unwrap();
        let call = Call::new(method, path).bearer(token).body(words.next().unwrap_or_default());
        let answer = dev.send(&call);
        assert_eq!(answer.status, 200, "{line}: {}", answer.shown());
        let empty = ["{}", "[]", "{\"report\":[]}", "{\"items\":[]}"].contains(&answer.text());
        assert!(!empty && !answer.text().contains("error_message"), "{line}: {}", answer.text());
    }
    dev.stop();
}

/// Every route of the sandbox, as its source has it, is one that the page lists.
#[test]
fn every_call_is_listed() {
    let page = page();
    let listed: Vec<_> = blocks(&page, "calls")
        .iter()
        .flat_map(|block| block.lines())
        .map(|line| line.split(' ').nth(1).unwrap().split('?').next().unwrap())
        .map(|path| path.splitn(3, '/').nth(2).unwrap().split('/').collect::<Vec<_>>())
        .collect();
    let mut routes = 0;
    for file in sources(&root().join("crates/sandbox/src")) {
        let source = std::fs::read_to_string(file).unwrap();
        for route in source.split(".route(\"/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            routes += 1;
            let route: Vec<_> = route.trim_end_matches('/').split('/').collect();
            let is_it = |path: &Vec<&str>| {
                path.len() == route.len()
                    && path.iter().zip(&route).all(|(sent, own)| own.starts_with('{') || sent == own)
            };
            assert!(listed.iter().any(is_it), "docs/dev.md lists no /{}", route.join("/"));
        }
    }
    assert!(routes > 15, "{routes} routes were found");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The page's example of a state file works as it stands.
#[test]
fn its_state_file_works() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("mine.toml");
    let page = page();
    std::fs::write(&file, blocks(&page, "toml")[0]).unwrap();
    let dev = Dev::start(&[&"--state", &file]);
    let form = "grant_type=client_credentials&client_id=00112233445566778899aabbccddeeff&client_secret=my-own-secret";
    let answer = dev.send(&Call::new("POST", "/spotify/api/token").form(form));
    assert_eq!(answer.status, 200, "{}", answer.shown());
    // Beside the demo's own.
    dev.client_credentials("spotify");
    // Kim signs in with the password of the demo's person.
    let query = "client_id=00112233445566778899aabbccddeeff&response_type=code&redirect_uri=http://127.0.0.1:5173/callback";
    let session =
        Session::of(&dev, &format!("/spotify/authorize?{query}"), "kim@example.com", "listen-first");
    let consent = dev.send(&session.open(&format!("/spotify/authorize?{query}")));
    assert!(consent.text().contains("kim@example.com"), "{}", consent.shown());
    dev.stop();
}
