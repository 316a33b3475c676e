//! What it does not start with.

use std::os::unix::fs::PermissionsExt;

use crate::process::{Folder, run};
use crate::upstream::Upstream;

#[test]
fn two_on_one_database() {
    let folder = Folder::before(Upstream::new().address);
    let first = folder.serve();
    let second = run(&["serve", "--config", &folder.configuration()]);
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("stagedoor.db is in use by another stagedoor: stop that one"), "{said}");
    first.stop();
    folder.serve().stop();
}

#[test]
fn keys_that_others_can_read() {
    let folder = Folder::before(Upstream::new().address);
    let keys = folder.path("stagedoor.key");
    std::fs::set_permissions(&keys, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(&["serve", "--config", &folder.configuration()]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("stagedoor.toml:16: ") && said.contains("can be read by others; run chmod 600"),
        "{said}"
    );
    assert!(!folder.path("stagedoor.db").exists());
}

#[test]
fn an_address_that_is_taken() {
    let upstream = Upstream::new();
    let folder = Folder::before("127.0.0.1:9".parse().unwrap());
    folder.change("127.0.0.1:0", &upstream.address.to_string());
    let refused = run(&["serve", "--config", &folder.configuration()]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains(&format!("cannot listen on {}: see that nothing else does", upstream.address)),
        "{said}"
    );
}
