//! A login that waits for a browser, and what a browser does for it.

use std::io::{BufRead, BufReader, Write};
use std::process::Child;

use crate::home::{Done, Home};
use crate::http::{Call, Connection};
use crate::person::Person;
use crate::process::Server;

/// What a login in a browser said before it waited, and the address it is about.
pub(crate) struct Waiting {
    pub(crate) child: Child,
    pub(crate) said: String,
    pub(crate) address: String,
}

/// Starts a login and reads what it says until the address is there.
pub(crate) fn begin(home: &Home, arguments: &[&str], secret: Option<&str>) -> Waiting {
    let mut child = home.start(arguments);
    if let Some(secret) = secret {
        // Its end is what a secret on stdin needs; a pasted address comes on the same pipe otherwise.
        child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    }
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let (mut said, mut address) = (String::new(), String::new());
    while address.is_empty() {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended: {said}");
        said.push_str(&line);
        if line.trim().starts_with("http") && line.contains("client_id=") {
            address = line.trim().to_owned();
        }
    }
    child.stderr = Some(stderr.into_inner());
    Waiting { child, said, address }
}

impl Waiting {
    pub(crate) fn end(mut self) -> Done {
        drop(self.child.stdin.take());
        let mut done = crate::home::done(self.child);
        done.stderr.insert_str(0, &self.said);
        done
    }
}

/// Opens what a browser is sent to.
pub(crate) fn follow(location: &str) -> (u16, String) {
    let rest = location.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let answer = Connection::open(host.parse().unwrap()).send(&Call::get(&format!("/{path}"))).unwrap();
    (answer.status, answer.text().to_owned())
}

pub(crate) fn base(server: &Server, api: &str) -> String {
    server.told(api, "base_url").to_owned()
}

/// Signs the demo person in with the app's secret, the answer caught on any free port.
pub(crate) fn in_browser(home: &Home, server: &Server, api: &str, scope: &str) -> Done {
    let arguments = [
        "login",
        api,
        "--client-id",
        server.told(api, "client_id"),
        "--client-secret-file",
        "-",
        "--base-url",
        &base(server, api),
        "--scope",
        scope,
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--no-browser",
    ];
    let waiting = begin(home, &arguments, Some(server.told(api, "client_secret")));
    let location = Person::new(server).allow(&waiting.address);
    assert!(location.starts_with("http://127.0.0.1:"), "{location}");
    let (status, page) = follow(&location);
    assert!(status == 200 && page.contains("Signed in"), "{page}");
    waiting.end()
}
