//! Every way to sign in, at every provider that has it.

use std::io::{BufRead, BufReader, Read, Write};

use crate::browser::{base, begin, follow, in_browser};
use crate::home::Home;
use crate::http::Call;
use crate::person::Person;
use crate::process::Dev;

/// Where nobody has to be asked, nobody is.
#[test]
fn as_the_app_itself() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    for api in ["bandcamp", "spotify", "soundcharts", "standard"] {
        let done = home.log_in_at(&dev, api, dev.told["url"].as_str().unwrap());
        assert_eq!((done.code, done.stdout.as_str()), (0, ""), "{}", done.stderr);
        assert!(done.stderr.starts_with(&format!("Signed in as {api}: ")), "{}", done.stderr);
        for part in
            ["lives until", "renews itself", "kept in", "the key is in the file", "Next: stagedoor call"]
        {
            assert!(done.stderr.contains(part), "{part}: {}", done.stderr);
        }
        assert!(home.ok(&["token", api]).trim().len() > 20);
        assert_eq!(home.status(api)["flow"], "client_credentials");
    }
    assert!(home.credential("bandcamp").refresh.is_some());
}

#[test]
fn for_a_team() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let base = base(&dev, "soundcharts");
    let log_in = |name: &str, team: &str| {
        let id = dev.told("soundcharts", "client_id");
        let arguments = [
            "login",
            "soundcharts",
            "--as",
            name,
            "--client-id",
            id,
            "--client-secret-file",
            "-",
            "--base-url",
            &base,
            "--team",
            team,
        ];
        home.run_with(&arguments, dev.told("soundcharts", "client_secret"))
    };
    let team = dev.told["apis"]["soundcharts"]["teams"][0]["name"].as_str().unwrap();
    let done = log_in("own", team);
    assert!(done.code == 0 && done.stderr.contains(team), "{}", done.stderr);
    let foreign = log_in("foreign", dev.told("soundcharts", "foreign_team_id"));
    assert_eq!(foreign.code, 3, "{}", foreign.stderr);
    assert!(foreign.stderr.contains(dev.told("soundcharts", "foreign_team_id")), "{}", foreign.stderr);
    assert!(
        foreign.stderr.contains("stagedoor login soundcharts --as foreign --base-url"),
        "{}",
        foreign.stderr
    );
    // Nothing was kept of what failed.
    assert_eq!(home.run(&["token", "foreign"]).code, 3);
}

#[test]
fn in_a_browser() {
    let dev = Dev::start(&[]);
    for (api, scope) in [("spotify", "user-read-email user-top-read"), ("standard", "read profile")] {
        let home = Home::new();
        let done = in_browser(&home, &dev, api, scope);
        assert_eq!(done.code, 0, "{}", done.stderr);
        // What has to be registered comes first, then the address.
        let (first, rest) = done.stderr.split_once("http://127.0.0.1/callback\n").unwrap();
        assert!(first.contains("Redirect URI to register"), "{first}");
        assert!(rest.contains("/authorize?"), "{rest}");
        assert!(rest.contains(&format!("scopes   {scope}")), "{rest}");
        assert_eq!(home.status(api)["flow"], "authorization_code");
        assert!(home.credential(api).refresh.is_some());
        // Again, with nothing but the name.
        let waiting = begin(&home, &["login", api, "--no-browser"], None);
        follow(&Person::new(&dev).allow(&waiting.address));
        let again = waiting.end();
        assert_eq!(again.code, 0, "{}", again.stderr);
        assert!(again.stderr.contains(scope), "{}", again.stderr);
    }
}

/// PKCE stands in for the secret.
#[test]
fn as_a_public_app() {
    let dev = Dev::start(&[]);
    for api in ["spotify", "standard"] {
        let home = Home::new();
        let id = dev.told(api, "pkce_client_id");
        let base = base(&dev, api);
        let arguments = [
            "login",
            api,
            "--client-id",
            id,
            "--base-url",
            &base,
            "--redirect-uri",
            "http://127.0.0.1/callback",
            "--no-browser",
        ];
        let waiting = begin(&home, &arguments, None);
        follow(&Person::new(&dev).allow(&waiting.address));
        let done = waiting.end();
        assert_eq!(done.code, 0, "{}", done.stderr);
        home.expire(api);
        assert!(!home.ok(&["token", api]).is_empty());
    }
}

/// A ready line for who sits at another machine.
#[test]
fn without_a_display() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let base = base(&dev, "spotify");
    let arguments = [
        "login",
        "spotify",
        "--client-id",
        dev.told("spotify", "pkce_client_id"),
        "--base-url",
        &base,
        "--redirect-uri",
        "http://127.0.0.1/callback",
    ];
    let mut command = home.command(&arguments);
    command.env("SSH_CONNECTION", "192.0.2.9 50000 192.0.2.7 22").env("USER", "robin");
    let mut child = command.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("ssh -L") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let port = said.split("redirect_uri=http%3A%2F%2F127.0.0.1%3A").nth(1).unwrap();
    let port: u16 = port.split('%').next().unwrap().parse().unwrap();
    assert!(said.contains(&format!("ssh -L {port}:127.0.0.1:{port} robin@192.0.2.7")), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn by_pasting() {
    let dev = Dev::start(&[]);
    for (api, redirect_uri) in [
        ("spotify-ads", "http://localhost:8888/callback"),
        ("spotify", "https://app.example/callback"),
        ("standard", "https://app.example/callback"),
    ] {
        let home = Home::new();
        let secret = home.path().join("secret");
        std::fs::write(&secret, format!("{}\n", dev.told(api, "client_secret"))).unwrap();
        let base = base(&dev, api);
        let arguments = [
            "login",
            api,
            "--client-id",
            dev.told(api, "client_id"),
            "--client-secret-file",
            "secret",
            "--base-url",
            &base,
            "--redirect-uri",
            redirect_uri,
            "--paste",
        ];
        let mut waiting = begin(&home, &arguments, None);
        assert!(
            waiting.said.starts_with("stagedoor: warning: others can read secret: chmod 600 secret"),
            "{}",
            waiting.said
        );
        let location = Person::new(&dev).allow(&waiting.address);
        assert!(location.starts_with(redirect_uri), "{location}");
        waiting.child.stdin.as_ref().unwrap().write_all(format!("{location}\n").as_bytes()).unwrap();
        let mut rest = String::new();
        waiting.child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(waiting.end().code, 0, "{rest}");
        assert!(!home.ok(&["token", api]).is_empty());
    }
}

/// Neither an answer to another sign-in nor half an address is taken.
#[test]
fn pasting_something_else() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let base = base(&dev, "spotify");
    let arguments = [
        "login",
        "spotify",
        "--client-id",
        dev.told("spotify", "pkce_client_id"),
        "--base-url",
        &base,
        "--paste",
    ];
    for (pasted, words) in [
        ("https://app.example/callback?code=stolen&state=other", "answers another sign-in"),
        ("stolen", "holds neither code nor error"),
        ("", "no address was pasted"),
    ] {
        let done = home.run_with(&arguments, pasted);
        assert_eq!(done.code, 3, "{}", done.stderr);
        assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
        assert!(!done.stderr.contains("stolen"), "{}", done.stderr);
    }
}

#[test]
fn refused_by_the_person() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let base = base(&dev, "standard");
    let arguments = [
        "login",
        "standard",
        "--client-id",
        dev.told("standard", "pkce_client_id"),
        "--base-url",
        &base,
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--no-browser",
    ];
    let waiting = begin(&home, &arguments, None);
    let location = Person::new(&dev).answer(&waiting.address, "cancel");
    let (_, page) = follow(&location);
    assert!(page.contains("Not signed in"), "{page}");
    let done = waiting.end();
    assert_eq!(done.code, 3, "{}", done.stderr);
    assert!(done.stderr.contains("the sign-in was refused in the browser"), "{}", done.stderr);
}

/// One active grant per app: the second machine is told what there is to do.
#[test]
fn a_grant_that_is_kept_elsewhere() {
    let (dev, here, there) = (Dev::start(&[]), Home::new(), Home::new());
    here.log_in(&dev, "bandcamp");
    let url = dev.told["url"].as_str().unwrap();
    let refused = there.log_in_at(&dev, "bandcamp", url);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    for part in [
        "duplicate_grant",
        "multiple active grants",
        "regenerate",
        "login bandcamp --base-url",
        "--client-secret-file FILE",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    // Here it is the same grant, signed in anew as often as anybody likes.
    let before = here.ok(&["token", "bandcamp"]);
    assert_eq!(here.run(&["login", "bandcamp"]).code, 0);
    assert_ne!(here.ok(&["token", "bandcamp"]), before);
    // A regenerated secret is taken up by one command; a wrong one changes nothing.
    let wrong = here.run_with(&["login", "bandcamp", "--client-secret-file", "-"], "wrong");
    assert_eq!(wrong.code, 3, "{}", wrong.stderr);
    assert_eq!(here.run(&["token", "bandcamp", "--min-ttl", "3500"]).code, 0);
    // Once the other grant has come to rest, there is room for a new one.
    let clock = Call::new("POST", "/_dev/clock").body(r#"{"advance_seconds": 3601}"#);
    assert_eq!(dev.send(&clock).status, 200);
    assert_eq!(there.log_in_at(&dev, "bandcamp", url).code, 0);
}

/// Wrong client secret, unknown provider, missing parts: each with the next step.
#[test]
fn what_does_not_work() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let base = base(&dev, "spotify");
    let wrong = home.run_with(
        &[
            "login",
            "spotify",
            "--client-id",
            dev.told("spotify", "client_id"),
            "--client-secret-file",
            "-",
            "--base-url",
            &base,
        ],
        "not-the-secret",
    );
    assert_eq!(wrong.code, 3, "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("Invalid client secret") && !wrong.stderr.contains("not-the-secret"),
        "{}",
        wrong.stderr
    );
    let cases: [(&[&str], &str); 9] = [
        (&["login", "nobody"], "no provider is called \"nobody\""),
        (&["login", "spotify"], "--client-id ID"),
        (&["login", "bandcamp", "--client-id", "29"], "--client-secret-file FILE"),
        (&["login", "bandcamp", "--user"], "asks nobody"),
        (&["login", "spotify", "--device"], "has no device flow"),
        (&["login", "spotify-ads", "--app"], "no token of its own"),
        (&["login", "spotify", "--team", "x"], "has no teams"),
        (&["login", "spotify", "--base-url", "http://example.com"], "use https"),
        (&["login", "a/b"], "a credential's name is"),
    ];
    for (arguments, words) in cases {
        let done = home.run(arguments);
        assert_eq!(done.code, 2, "{arguments:?}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{words}: {}", done.stderr);
    }
    home.log_in(&dev, "spotify");
    let other = home.run(&["login", "standard", "--as", "spotify"]);
    assert!(other.code == 2 && other.stderr.contains("choose another name with --as"), "{}", other.stderr);
    assert_eq!(home.run(&["token", "spotify"]).code, 0);
}

/// An API key of the old kind stands in for a token.
#[test]
fn with_an_old_api_key() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let legacy = &dev.told["apis"]["soundcharts"]["legacy"];
    let (id, key) = (legacy["app_id"].as_str().unwrap(), legacy["api_key"].as_str().unwrap());
    let base = base(&dev, "soundcharts");
    let arguments = [
        "login",
        "soundcharts",
        "--as",
        "old",
        "--legacy-id",
        id,
        "--legacy-key-file",
        "-",
        "--base-url",
        &base,
    ];
    let done = home.run_with(&arguments, key);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let path = "/api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396";
    assert!(home.ok(&["call", "old", path]).contains("Billie Eilish"));
    assert!(home.ok(&["curl", "old", "--", "-sS", path]).contains("Billie Eilish"));
    assert_eq!(home.run(&["status", "old"]).code, 0);
}
