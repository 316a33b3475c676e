//! `stagedoor curl`: real curl.

use crate::home::Home;
use crate::process::Dev;

const ARTIST: &str = "/v1/artists/4Z8W4fKeB5YxbusRsdQVPb";

#[test]
fn the_same_as_a_call() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let called = home.ok(&["call", "spotify", ARTIST]);
    assert_eq!(home.ok(&["curl", "spotify", "--", "-sS", ARTIST]), called);
    let address = format!("{}{ARTIST}", dev.told("spotify", "base_url"));
    assert_eq!(home.ok(&["curl", "spotify", "--", "--silent", &address]), called);
    // stdin is curl's.
    home.log_in(&dev, "bandcamp");
    let bands = ["curl", "bandcamp", "--", "-sS", "-d", "@-", "/api/account/1/my_bands"];
    assert!(home.run_with(&bands, "{}").stdout.contains("bands"));
    // So is the exit code.
    assert_eq!(home.run(&["curl", "spotify", "--", "-sSf", "/v1/me"]).code, 22);
}

/// Neither another host nor ~/.curlrc gets it, nor a proxy out of the environment.
#[test]
fn nobody_else_gets_the_token() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    home.log_in(&dev, "spotify");
    let squatter = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    squatter.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}/", squatter.local_addr().unwrap());
    for arguments in [
        &["-sS", &elsewhere][..],
        &["-sS", ARTIST, &elsewhere],
        &["-sSL", ARTIST],
        &["-sS", "-x", &elsewhere, ARTIST],
        &["-v", ARTIST],
        &["-K", "file", ARTIST],
    ] {
        let done = home.run(&[&["curl", "spotify", "--"], arguments].concat());
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{arguments:?}: {}", done.stderr);
    }
    std::fs::write(home.path().join(".curlrc"), format!("proxy = \"{elsewhere}\"\nverbose\n")).unwrap();
    let mut command = home.command(&["curl", "spotify", "--", "-sS", ARTIST]);
    command.env("http_proxy", &elsewhere).env("ALL_PROXY", &elsewhere);
    let done = crate::home::done(command.spawn().unwrap());
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(squatter.accept().is_err(), "somebody came");
}
