//! `stagedoor doctor`.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

use crate::home::Home;
use crate::http::Call;
use crate::process::Dev;

#[test]
fn nothing_wrong() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let found = home.ok(&["doctor"]);
    for part in ["is yours alone", "spotify can be read", "answers\n", "the clock is right"] {
        assert!(found.contains(part), "{part}: {found}");
    }
    assert!(!found.contains("fail"), "{found}");
}

#[test]
fn each_with_a_cure() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let squatter = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = squatter.local_addr().unwrap().port();
    home.change("spotify", |credential| {
        credential.redirect_uri = Some(format!("http://127.0.0.1:{port}/callback"));
    });
    dev.send(&Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 7200}"#));
    let found = home.ok(&["doctor"]);
    assert!(found.contains(&format!("port {port} on 127.0.0.1 is taken")), "{found}");
    // The machine's clock is compared with the provider's, which only this server's answers can move.
    assert!(found.contains("the clock is"), "{found}");

    dev.stop();
    let gone = home.run(&["doctor"]);
    assert!(gone.code == 5 && gone.stdout.contains("fail  http://127.0.0.1:"), "{}", gone.stdout);
    assert_eq!(home.run(&["doctor", "--offline"]).code, 0);
    std::fs::set_permissions(home.vault_folder(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let open = home.run(&["doctor", "--offline"]);
    assert!(open.code == 6 && open.stdout.contains("chmod 700"), "{}", open.stdout);
}
