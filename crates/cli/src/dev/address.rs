//! `--listen`: a port of this machine, written in any way people write one.

use std::net::{Ipv4Addr, SocketAddr};

/// The address that is meant.
pub(super) fn read(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    // `parse` takes `+80` too, which nobody means.
    let plain = port.bytes().all(|byte| byte.is_ascii_digit());
    if let Ok(port) = port.parse::<u16>()
        && plain
    {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| {
        "give a port, 127.0.0.1:PORT, [::1]:PORT or localhost:PORT; port 0 takes any free one".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads() {
        let cases = [
            ("8080", Some("127.0.0.1:8080")),
            ("0", Some("127.0.0.1:0")),
            ("localhost:9000", Some("127.0.0.1:9000")),
            ("127.0.0.1:1", Some("127.0.0.1:1")),
            ("[::1]:0", Some("[::1]:0")),
            ("192.0.2.1:80", Some("192.0.2.1:80")),
            ("", None),
            (":8080", None),
            ("+80", None),
            ("65536", None),
            ("localhost", None),
            ("localhost:", None),
            ("127.0.0.1", None),
            ("example.com:80", None),
            ("http://127.0.0.1:80", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).ok().map(|address| address.to_string()).as_deref(), expected, "{text}");
        }
    }
}
