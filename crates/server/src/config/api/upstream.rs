//! What stands behind an API.

use std::time::Duration;

use url::{Host, Url};

use crate::config::check::Check;
use crate::config::server::{ServerConfiguration, is_loopback};

/// What stands behind an API.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// http or https, without user, query and fragment.
    pub url: Url,
    /// For an answer, and for every next piece of it.
    pub patience: Duration,
    /// The longest body of a call.
    pub body_bytes: u64,
}

pub(super) fn default_seconds() -> u32 {
    60
}

impl Upstream {
    pub(super) fn read(
        text: &str,
        seconds: u32,
        server: Option<&ServerConfiguration>,
        at: usize,
        check: &mut Check<'_>,
    ) -> Option<Self> {
        if seconds == 0 {
            let message = "`upstream_seconds` is 0, and no answer would come in time: at least 1";
            check.wrong(&format!("api.{at}.upstream_seconds"), message);
        }
        match url(text, server) {
            Ok(url) => Some(Self { url, patience: Duration::from_secs(seconds.into()), body_bytes: 0 }),
            Err(message) => {
                check.wrong(&format!("api.{at}.upstream"), message);
                None
            }
        }
    }
}

fn url(text: &str, server: Option<&ServerConfiguration>) -> Result<Url, String> {
    const EXAMPLE: &str = "write one such as \"http://127.0.0.1:9000/v1\"";
    let url = Url::parse(text).map_err(|_| format!("\"{text}\" is not an address: {EXAMPLE}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        // Not repeated: it is a secret.
        return Err("user and password do not belong in this file: leave them out of `upstream`".to_owned());
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`upstream` is reached by http or https, not by {}: {EXAMPLE}", url.scheme()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`upstream` ends with its path, without ? and #: {EXAMPLE}"));
    }
    let itself = server.is_some_and(|server| server.listen.iter().any(|own| leads_to(&url, own)));
    if itself {
        return Err(format!("{url} is this server itself: write where the API is"));
    }
    Ok(url)
}

/// Whether the address is one this process listens on, as far as can be told without asking anyone.
fn leads_to(url: &Url, own: &std::net::SocketAddr) -> bool {
    if own.port() == 0 || url.port_or_known_default() != Some(own.port()) {
        return false;
    }
    match url.host() {
        Some(Host::Ipv4(address)) if own.ip() == address => true,
        Some(Host::Ipv6(address)) if own.ip() == address => true,
        Some(host) => is_loopback(&host) && (own.ip().is_unspecified() || matches!(host, Host::Domain(_))),
        None => false,
    }
}
