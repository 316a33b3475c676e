//! A sign-in on another device.

use std::io::{BufRead, BufReader, Write};

use crate::home::Home;
use crate::person::Person;
use crate::process::Dev;
use crate::proxy::Proxy;

#[test]
fn a_code_that_is_shown() {
    let (dev, home) = (Dev::start(&[]), Home::new());
    let proxy = Proxy::start(dev.address);
    // Nobody waits five seconds for a test.
    proxy.put("\"interval\":1", "\"interval\":5");
    let base = format!("{}/standard", proxy.url());
    let arguments = [
        "login",
        "standard",
        "--client-id",
        dev.told("standard", "client_id"),
        "--client-secret-file",
        "-",
        "--base-url",
        &base,
        "--scope",
        "read",
        "--device",
    ];
    let mut child = home.start(&arguments);
    child.stdin.take().unwrap().write_all(dev.told("standard", "client_secret").as_bytes()).unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    let address = loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "{said}");
        said.push_str(&line);
        if line.contains("user_code=") {
            break line.trim().to_owned();
        }
    };
    let code = address.split_once("user_code=").unwrap().1;
    assert!(said.contains(&format!("and enter\n  {code}\n")), "{said}");
    assert!(Person::new(&dev).allow(&address).contains("Your device is connected"));
    child.stderr = Some(stderr.into_inner());
    let done = crate::home::done(child);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(home.credential("standard").refresh.is_some());
    assert_eq!(home.status("standard")["flow"], "device_code");
}
