//! `stagedoor logout`.

use crate::browser::in_browser;
use crate::home::Home;
use crate::http::Call;
use crate::process::Dev;

#[test]
fn revoked_where_the_provider_can() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    assert_eq!(in_browser(&home, &dev, "standard", "read").code, 0);
    let token = home.ok(&["token", "standard"]);
    let refresh = home.credential("standard").refresh.unwrap().token;
    let whoami = || dev.send(&Call::get("/standard/whoami").bearer(token.trim())).status;
    assert_eq!(whoami(), 200);
    let done = home.run(&["logout", "standard"]);
    assert!(done.code == 0 && done.stderr.contains("its tokens revoked"), "{}", done.stderr);
    assert_eq!(whoami(), 401);
    let again =
        dev.token("standard", &[("grant_type", "refresh_token"), ("refresh_token", refresh.expose())]);
    assert_eq!(again.status, 400);
    assert_eq!(home.run(&["token", "standard"]).code, 3);
    assert_eq!(home.run(&["logout", "standard"]).code, 3);
    let left = std::fs::read_dir(home.vault_folder().join("credentials")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["standard.lock"]);
}

#[test]
fn elsewhere_it_is_said() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "bandcamp");
    let done = home.run(&["logout", "bandcamp"]);
    assert!(done.code == 0 && done.stderr.contains("no way to be told"), "{}", done.stderr);
}

/// What cannot be revoked is not removed, unless that is wanted.
#[test]
fn with_the_provider_gone() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "standard");
    dev.stop();
    let done = home.run(&["logout", "standard"]);
    assert!(done.code == 5 && done.stderr.contains("--keep-remote"), "{}", done.stderr);
    assert_eq!(home.run(&["token", "standard"]).code, 0);
    let done = home.run(&["logout", "standard", "--keep-remote"]);
    assert!(done.code == 0 && done.stderr.contains("was not told"), "{}", done.stderr);
    assert_eq!(home.run(&["token", "standard"]).code, 3);
}
