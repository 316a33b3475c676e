//! By which host a request came, and from whom.

use crate::http::Call;
use crate::process::Folder;
use crate::upstream::Upstream;

/// A proxy in front: it speaks TLS, passes the host on and says who called.
#[test]
fn behind_a_proxy() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    let server = "url = \"https://example.com\"\ntrusted_proxies = [\"127.0.0.1\"]";
    folder.change("[database]", &format!("{server}\n\n[database]"));
    folder.change("path = \"/catalogue\"", "path = \"/catalogue\"\nhost = \"api.example.com\"");
    folder.add_apps();
    let server = folder.serve();
    assert_eq!(server.url, "https://example.com");

    let metadata = "/catalogue/.well-known/oauth-authorization-server";
    for host in ["api.example.com", "API.example.com:443"] {
        let answer = server.send(&Call::get(metadata).header("host", host));
        assert_eq!(answer.member("issuer"), "https://api.example.com/catalogue");
    }
    assert_eq!(server.send(&Call::get(metadata).header("host", "example.com")).status, 404);

    let token = server.token_at("api.example.com", "");
    let call = Call::get("/catalogue/").header("host", "api.example.com").bearer(&token);
    let forwarded = [
        ("203.0.113.7", "203.0.113.7"),
        // What stands before was written by the caller.
        ("192.0.2.1, 203.0.113.7", "203.0.113.7"),
        // Through two proxies of ours.
        ("192.0.2.1, 203.0.113.7, 127.0.0.1", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("nonsense", "127.0.0.1"),
    ];
    let mut connection = server.connect();
    let mut heard = None;
    for (said, address) in forwarded {
        connection.write(&call.clone().header("x-forwarded-for", said).to_bytes()).unwrap();
        let heard = match &mut heard {
            None => heard.insert(upstream.hear()),
            Some(heard) => {
                heard.next();
                heard
            }
        };
        assert_eq!(heard.header("x-forwarded-for"), [address], "{said}");
        assert_eq!(heard.header("x-forwarded-proto"), ["https"]);
        assert_eq!(heard.header("x-forwarded-host"), ["api.example.com"]);
        heard.answer("");
        assert_eq!(connection.read().unwrap().status, 200);
    }
    server.stop();
}

/// Nobody is believed who is not listed.
#[test]
fn two_addresses_and_no_proxy() {
    let upstream = Upstream::new();
    let folder = Folder::before(upstream.address);
    folder.change("\"127.0.0.1:0\"", "\"127.0.0.1:0\", \"127.0.0.1:0\"");
    folder.add_apps();
    let server = folder.serve();
    assert_eq!(server.addresses.len(), 2);
    let token = server.token("");
    let call = Call::get("/catalogue/").bearer(&token).header("x-forwarded-for", "203.0.113.7");
    for &address in &server.addresses {
        let mut connection = crate::http::Connection::open(address);
        connection.write(&call.clone().header("connection", "close").to_bytes()).unwrap();
        let mut heard = upstream.hear();
        assert_eq!(heard.header("x-forwarded-for"), ["127.0.0.1"]);
        heard.say("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
        assert_eq!(connection.read().unwrap().status, 204);
    }
    server.stop();
}
