//! Certificates, and what is said of them.

use rcgen::{CertificateParams, KeyPair};
use stagedoor_protocol::Timestamp;

use super::{Folder, TEMPLATE};

const LISTEN: &str = "listen = [\"127.0.0.1:8080\"]";

/// A self-signed certificate for a host, valid from 2026 to 2030, and its key; PEM.
fn issue(host: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2030, 1, 1);
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn text(scheme: &str, certificate: &str, key: &str) -> String {
    let tls = format!(
        "url = \"{scheme}://api.example.com\"\n[server.tls]\ncertificate_file = \"{certificate}\"\nkey_file = \"{key}\""
    );
    TEMPLATE.replacen(LISTEN, &tls, 1)
}

#[test]
fn what_cannot_be_served() {
    let folder = Folder::new();
    let ((chain, key), (_, other)) = (issue("api.example.com"), issue("api.example.com"));
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let not_der = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = "-----BEGIN PRIVATE KEY-----\nAAAA\n";
    let unknown = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (name, text) in [
        ("chain.pem", chain.as_str()),
        ("key.pem", &key),
        ("other.pem", &other),
        ("open.pem", &key),
        ("empty.pem", ""),
        ("encrypted.pem", encrypted),
        ("not der.pem", not_der),
        ("cut.pem", cut),
        ("unknown.pem", unknown),
    ] {
        folder.write(name, text);
    }
    folder.set_mode("open.pem", 0o644);
    let cases = [
        (
            "nowhere.pem",
            "key.pem",
            "11: cannot read nowhere.pem: No such file or directory (os error 2); name a file with the certificate chain",
        ),
        (
            "chain.pem",
            "nowhere.pem",
            "12: cannot read nowhere.pem: No such file or directory (os error 2); name a file with the certificate's private key",
        ),
        (
            "chain.pem",
            "open.pem",
            "12: open.pem can be read by others; run chmod 600 on it, and replace what is in it if it was exposed",
        ),
        (
            "empty.pem",
            "key.pem",
            "11: empty.pem holds no certificate: it is a PEM file with BEGIN CERTIFICATE, the server's own first",
        ),
        (
            "key.pem",
            "key.pem",
            "11: key.pem holds no certificate: it is a PEM file with BEGIN CERTIFICATE, the server's own first",
        ),
        (
            "chain.pem",
            "chain.pem",
            "12: chain.pem holds no private key: it is a PEM file with BEGIN PRIVATE KEY",
        ),
        (
            "chain.pem",
            "encrypted.pem",
            "12: encrypted.pem holds a private key under a passphrase: write it without one, for the server's user alone",
        ),
        (
            "chain.pem",
            "cut.pem",
            "12: cut.pem holds a private key that cannot be used: it is not PEM all through",
        ),
        (
            "chain.pem",
            "other.pem",
            "12: other.pem is not the private key of the certificate: name the two that were issued together",
        ),
    ];
    for (certificate, key, said) in cases {
        assert_eq!(folder.mistakes(&text("https", certificate, key)), [format!("stagedoor.toml:{said}")]);
    }
    // The rest of these sentences is rustls'.
    let mistakes = folder.mistakes(&text("https", "chain.pem", "unknown.pem"));
    assert!(
        mistakes[0].starts_with("stagedoor.toml:12: unknown.pem holds a private key that cannot be used")
    );
    let mistakes = folder.mistakes(&text("https", "not der.pem", "key.pem"));
    assert!(
        mistakes[0].starts_with("stagedoor.toml:11: not der.pem holds a certificate that cannot be read")
    );
    assert_eq!(
        folder.mistakes(&text("http", "chain.pem", "key.pem")),
        ["stagedoor.toml:9: with [server.tls] it is reached by https: write \"https://api.example.com\""]
    );
}

#[test]
fn what_clients_will_not_like() {
    let folder = Folder::new();
    let warnings = |host: &str, now: &str| {
        let (chain, key) = issue(host);
        folder.write("chain.pem", &chain);
        folder.write("key.pem", &key);
        let now = Timestamp::from_seconds(now.parse::<i64>().unwrap());
        let warnings = folder.read(&text("https", "chain.pem", "key.pem")).unwrap().warnings(now);
        let folder = format!("{}/", folder.path().display());
        warnings.iter().map(|warning| warning.replace(&folder, "")).collect::<Vec<_>>()
    };
    let (before, within, after) = ("1767225599", "1767225600", "1893456000");
    assert_eq!(warnings("api.example.com", within), [""; 0]);
    assert_eq!(warnings("*.example.com", within), [""; 0]);
    assert_eq!(
        warnings("api.example.com", after),
        ["chain.pem: the certificate expired at 2030-01-01T00:00:00Z: renew it"]
    );
    assert_eq!(
        warnings("api.example.com", before),
        [
            "chain.pem: the certificate begins to be valid at 2026-01-01T00:00:00Z: see that the clock is right"
        ]
    );
    assert_eq!(
        warnings("example.com", within),
        ["chain.pem: the certificate is not for api.example.com: have one issued that names it"]
    );
}

#[test]
fn how_long_browsers_remember() {
    let folder = Folder::new();
    let (chain, key) = issue("api.example.com");
    folder.write("chain.pem", &chain);
    folder.write("key.pem", &key);
    let usual = text("https", "chain.pem", "key.pem");
    let says = |text: &str| folder.read(text).unwrap().server.strict_transport;
    assert_eq!(says(&usual), "max-age=31536000");
    assert_eq!(says(&usual.replacen("\nurl =", "\nhsts_seconds = 0\nurl =", 1)), "max-age=0");
}
