//! Two redirect URIs, a registered and a requested one, a line each. A requested one is admitted when it is the same text,
//! or the same but for its port where the registered one is a loopback address without a port.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_wire::RedirectUri;
use stagedoor_wire::dialect::RedirectRule::{HttpsOrLoopback, HttpsOrLoopbackAddress};
use url::{Host, Url};

fuzz_target!(|input: &str| {
    let (registered, requested) = input.split_once('\n').unwrap_or((input, input));
    let Ok(registered) = RedirectUri::parse(registered) else { return };
    check_one(&registered);
    let Ok(requested) = RedirectUri::parse(requested) else { return };
    if registered.admits(&requested) {
        assert!(registered == requested || differs_in_port_alone(&registered, &requested));
    }
    assert!(registered.admits(&registered));
});

fn differs_in_port_alone(registered: &RedirectUri, requested: &RedirectUri) -> bool {
    let parsed = url(registered);
    let loopback = match parsed.host().unwrap() {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(_) => false,
    };
    let mut bare = url(requested);
    let port = format!(":{}", bare.port().unwrap());
    bare.set_port(None).unwrap();
    let (scheme, rest) = requested.as_str().split_once("://").unwrap();
    let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let without_port = format!("{scheme}://{}{rest}", authority.strip_suffix(&port).unwrap());
    loopback && parsed.scheme() == "http" && bare == parsed && without_port == registered.as_str()
}

fn check_one(uri: &RedirectUri) {
    assert!(uri.check(HttpsOrLoopbackAddress).is_err() || uri.check(HttpsOrLoopback).is_ok());

    // A source must not end its directive, add another or name more than itself (CSP3 §2.3).
    let source = uri.csp_source();
    assert!(source.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"*".contains(&byte)), "{source}");

    let answer = Url::parse(&uri.with_query([("code", "a b&c#d")])).unwrap();
    let registered = url(uri);
    assert_eq!(
        (answer.scheme(), answer.host(), answer.port()),
        (registered.scheme(), registered.host(), registered.port())
    );
    assert_eq!((answer.path(), answer.fragment()), (registered.path(), None));
    assert_eq!(answer.query_pairs().last().unwrap(), ("code".into(), "a b&c#d".into()));
    assert_eq!(answer.query_pairs().count(), registered.query_pairs().count() + 1);
}

fn url(uri: &RedirectUri) -> Url {
    Url::parse(uri.as_str()).unwrap()
}
