//! The ports that sign-ins are answered on: free, or taken by somebody else.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

use stagedoor_client::{Credential, CredentialName, Provider};
use url::{Host, Url};

use super::Finding;
use crate::login::DEFAULT_REDIRECT_URI;

/// Looks at the port of every redirect URI on this machine.
pub(super) fn ports(credentials: &[(CredentialName, Credential, Provider)]) -> Vec<Finding> {
    let mut uris: Vec<&str> =
        credentials.iter().filter_map(|(_, credential, _)| credential.redirect_uri.as_deref()).collect();
    uris.push(DEFAULT_REDIRECT_URI);
    let mut ports: Vec<u16> = uris.into_iter().filter_map(loopback_port).collect();
    ports.sort_unstable();
    ports.dedup();
    ports.into_iter().map(look).collect()
}

fn look(port: u16) -> Finding {
    let taken =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].into_iter().find(|address| {
            let listening = TcpListener::bind((*address, port));
            listening.is_err_and(|error| {
                matches!(error.kind(), ErrorKind::AddrInUse | ErrorKind::PermissionDenied)
            })
        });
    match taken {
        None => Finding::ok(format!("port {port} is free for a sign-in's answer")),
        Some(address) => Finding::warn(
            format!("port {port} on {address} is taken: a program there would get the answer of a sign-in"),
            format!(
                "stop it (`ss -ltnp 'sport = :{port}'` names it), or sign in with --redirect-uri or --paste"
            ),
        ),
    }
}

/// The port of a redirect URI that leads to this machine.
fn loopback_port(uri: &str) -> Option<u16> {
    let url = Url::parse(uri).ok()?;
    let here = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    url.port().filter(|_| here)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    #[test]
    fn ports_of_this_machine_alone() {
        let cases = [
            ("http://127.0.0.1:8888/callback", Some(8888)),
            ("http://[::1]:3000", Some(3000)),
            ("http://localhost:8888/x", Some(8888)),
            ("http://127.0.0.1/callback", None),
            ("https://app.example:8443/callback", None),
        ];
        for (uri, port) in cases {
            assert_eq!(loopback_port(uri), port, "{uri}");
        }
    }

    #[test]
    fn a_squatter_is_seen() {
        let squatter = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = squatter.local_addr().unwrap().port();
        assert!(look(port).level == Level::Warn);
    }
}
