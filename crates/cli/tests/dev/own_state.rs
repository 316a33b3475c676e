//! `--redirect-uri` and `--state`: what a developer brings; `docs/dev.md` has an example of the latter, tested beside it.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::http::{Answer, Call, encode};
use crate::process::{Dev, Server, private_folder, refused};
use crate::session::CHALLENGE;

const URI: &str = "http://127.0.0.1:5173/cb";

fn authorize(server: &Server, client_id: &str, uri: &str) -> Answer {
    let query = encode(&[
        ("client_id", client_id),
        ("response_type", "code"),
        ("redirect_uri", uri),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    server.send(&Call::get(&format!("{}?{query}", server.path("spotify", "authorize_url"))))
}

#[test]
fn a_redirect_uri() {
    let dev = Dev::start(&[&"--redirect-uri", &format!("spotify={URI}")]);
    let told = dev.told["apis"]["spotify"]["redirect_uris"].as_array().unwrap();
    assert_eq!((told[0].as_str(), told.last().unwrap().as_str()), (Some("http://127.0.0.1:3000"), Some(URI)));
    for client in ["client_id", "pkce_client_id"] {
        assert!(
            !authorize(&dev, dev.told("spotify", client), URI).text().contains("does not work"),
            "{client}"
        );
    }
    // A page that refuses one names the option.
    let page = authorize(&dev, dev.told("spotify", "client_id"), "http://127.0.0.1:5173/other");
    assert!(page.status == 400 && page.text().contains("--redirect-uri spotify=URI"), "{}", page.text());
    let page = authorize(&dev, "0123456789abcdef0123456789abcdef", URI);
    assert!(page.status == 400 && page.text().contains("--state FILE"), "{}", page.text());
    dev.stop();
}

#[test]
fn redirect_uris_that_cannot_be() {
    let cases = [
        ("spotify=http://localhost:3000/callback", "localhost may resolve elsewhere", 1),
        ("spotify=http://app.example/callback", "plain http is only for", 1),
        ("spotify=callback", "not an absolute URI", 2),
        ("spotify=https://app.example/#x", "fragment", 2),
        ("spotify", "such as spotify=http://127.0.0.1:5173/callback", 2),
        ("bandcamp=https://app.example/", "bandcamp sends nobody to a redirect URI", 1),
        (
            "tapedeck=https://app.example/",
            "there are bandcamp, spotify, spotify-ads, soundcharts, standard",
            1,
        ),
    ];
    for (text, sentence, expected) in cases {
        let (code, stderr) = refused(&["--listen", "0", "--redirect-uri", text]);
        assert_eq!(code, Some(expected), "{text}: {stderr}");
        assert!(stderr.contains(sentence), "{text}: {stderr}");
    }
}

/// A folder is filled once; what is asked for later and is not there is told, not printed as if it were.
#[test]
fn a_folder_filled_before() {
    let folder = private_folder();
    let path = folder.path().display().to_string();
    Dev::start(&[&"--data-dir", &path]).stop();
    Dev::start(&[&"--data-dir", &path]).stop();
    let uri = format!("spotify={URI}");
    let (code, stderr) = refused(&["--listen", "0", "--data-dir", &path, "--redirect-uri", &uri]);
    let sentence = format!("{path} was filled without the redirect URI {URI} of spotify");
    assert!(code == Some(1) && stderr.contains(&sentence), "{stderr}");
    let (_keep, file) = written(&app("").replace("APP", "00112233445566778899aabbccddeeff"));
    let (code, stderr) = refused(&["--listen", "0", "--data-dir", &path, "--state", file.to_str().unwrap()]);
    assert!(code == Some(1) && stderr.contains("filled without the app 0011223344"), "{stderr}");
    let other = private_folder();
    for _ in 0..2 {
        Dev::start(&[&"--data-dir", &other.path(), &"--redirect-uri", &uri, &"--state", &file]).stop();
    }
}

#[test]
fn a_reset_keeps_it() {
    let (_keep, file) = written(&app("").replace("APP", "00112233445566778899aabbccddeeff"));
    let dev = Dev::start(&[&"--state", &file]);
    assert_eq!(dev.send(&Call::new("POST", "/_dev/reset")).status, 200);
    let form = "grant_type=client_credentials&client_id=00112233445566778899aabbccddeeff&client_secret=my-own-secret";
    assert_eq!(dev.send(&Call::new("POST", "/spotify/api/token").form(form)).status, 200);
    dev.stop();
}

#[test]
fn state_files_that_cannot_be() {
    let cases = [
        (app("").replace("APP", "5f2a1c9e8b7d4036a1e2c3d4f5061728"), "has an app of this client id already"),
        (app("").replace("5001", "9"), "there is no team 9"),
        (app("users = [9]"), "there is no account 9"),
        (app("redirect_uris = [\"http://localhost/\"]"), "localhost may resolve elsewhere"),
        (app("redirect_uris = [\"x\"]"), "not an absolute URI"),
        (app("").replace("spotify", "tapedeck"), "there is no API named \"tapedeck\""),
        (app("colour = 1"), "unknown field `colour`"),
        ("[[team]]\nid = 5001\nname = \"x\"\nkind = \"band\"\n".to_owned(), "there is a team 5001 already"),
        (
            "[[account]]\nid = 1\nemail = \"FAN@example.com\"\nname = \"x\"\npassword_hash = \"x\"\n"
                .to_owned(),
            "there is an account 1 or FAN@example.com already",
        ),
    ];
    for (text, sentence) in cases {
        let (_keep, file) = written(&text);
        let file = file.to_str().unwrap();
        let (code, stderr) = refused(&["--listen", "0", "--state", file]);
        assert_eq!(code, Some(1), "{text}: {stderr}");
        assert!(stderr.contains(sentence) && stderr.contains(file), "{text}: {stderr}");
    }
    let (code, stderr) = refused(&["--listen", "0", "--state", "/nowhere/mine.toml"]);
    assert!(code == Some(1) && stderr.contains("cannot read /nowhere/mine.toml"), "{stderr}");
}

fn app(more: &str) -> String {
    format!(
        "[[app]]\napi = \"spotify\"\nclient_id = \"APP\"\nsecrets = [\"my-own-secret\"]\nname = \"Mine\"\nstage = \"approved\"\n\
         team = 5001\n{more}\n"
    )
}

fn written(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}
