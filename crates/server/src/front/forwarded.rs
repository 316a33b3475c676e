//! From whom a request came, where a proxy stands in between: `X-Forwarded-For`, believed from listed proxies alone.

use std::net::IpAddr;

use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;

use crate::config::Network;
use crate::listen::{ClientAddress, TrustedProxy};

const NAME: &str = "x-forwarded-for";

/// Puts the caller's address in place of the proxy's. `false`: it came from no proxy.
pub(super) fn believe(request: &mut Request<Body>, proxies: &[Network]) -> bool {
    if proxies.is_empty() {
        return false;
    }
    let Some(&ClientAddress(peer)) = request.extensions().get::<ClientAddress>() else { return false };
    let caller = caller(peer, request.headers(), proxies);
    request.extensions_mut().insert(ClientAddress(caller));
    let is_proxied = is_proxy(peer, proxies);
    if is_proxied {
        request.extensions_mut().insert(TrustedProxy);
    }
    is_proxied
}

/// Each proxy adds at the end whom it heard from. Going back from there, the first who is no proxy of ours is the caller;
/// what stands before was written by the caller, who may lie.
fn caller(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let lines = headers.get_all(NAME).into_iter().map(|value| value.to_str().unwrap_or_default());
    let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut caller = peer;
    for text in named.iter().rev() {
        if !is_proxy(caller, proxies) {
            break;
        }
        let Some(address) = address(text) else { break };
        caller = address;
    }
    caller
}

fn is_proxy(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// Some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse().ok();
    text.parse().map(|address: std::net::SocketAddr| address.ip()).ok().or_else(bare)
}
