//! What has to hold after every kill.

use std::fs;

use stagedoor_client::{CredentialName, Vault};

use crate::actor::{example, said};
use crate::home::Home;
use crate::http::Call;
use crate::plan::{APIS, Plan};
use crate::round::World;

/// `key.json` with its lock, `credentials` with four files each, and what the broker keeps: nothing grows.
const MOST_FILES: usize = 40;

pub(crate) fn check(world: &World<'_>, plan: &Plan) {
    let World { dev, home, between } = world;
    let api = plan.api;
    let name = CredentialName::new(api).unwrap();
    // Never torn: the newest itself can be read.
    let stored = Vault::open(&home.vault_folder()).unwrap().read(&name).unwrap().unwrap();
    assert!(stored.refresh.is_some() && stored.set_aside.is_empty(), "{api}: the refresh token was given up");

    if plan.ask_first {
        let live = home.run(&["token", api]);
        assert_eq!((live.code, live.stderr.as_str()), (0, ""), "{api}");
    }
    let before = between.token_requests();
    let renewed = home.run(&["token", api, "--min-ttl", "3600"]);
    assert_eq!(renewed.code, 0, "{api}: {}", renewed.stderr);
    assert!(!renewed.stderr.contains("could not be renewed"), "{api}: {}", renewed.stderr);
    assert_eq!(between.token_requests() - before, 1, "{api}: it was not renewed");
    let (method, path) = example(api);
    let call = Call::new(method, &format!("/{api}{path}")).bearer(renewed.stdout.trim());
    let answer = dev.send(&call);
    assert_eq!(answer.status, 200, "{api}: {}", answer.shown());

    // Neither `duplicate_grant` nor anything else.
    assert_eq!(between.refusals(), Vec::<String>::new(), "{api}");
    assert_eq!(between.began_grants(), 0, "{api}: a grant began beside the first");
    let left = files(home);
    let unfinished = [format!("/.{api}~"), format!("/{api}.journal")];
    assert!(!left.iter().any(|file| unfinished.iter().any(|part| file.contains(part))), "{left:?}");
    assert!(left.len() <= MOST_FILES, "{left:?}");
}

/// At the end: nothing is left over, and nobody panicked.
pub(crate) fn look_at_folder(home: &Home) {
    for api in APIS {
        assert_eq!(home.run(&["status", api]).code, 0, "{api}");
    }
    println!("{} files in the vault: {:?}", files(home).len(), files(home));
    assert!(!said(home).contains("panicked"), "{}", said(home));
}

/// All of them, by their paths within the vault.
fn files(home: &Home) -> Vec<String> {
    let (vault, mut found) = (home.vault_folder(), Vec::new());
    let mut folders = vec![vault.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(format!("/{}", path.strip_prefix(&vault).unwrap().display()));
            }
        }
    }
    found.sort();
    found
}
