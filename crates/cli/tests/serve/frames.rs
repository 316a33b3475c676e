//! HTTP/2 frame by frame (RFC 9113), for what no honest client does.

use std::io::{Read, Write};
use std::net::SocketAddr;

use crate::certificates::{Issued, Secure};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
pub(crate) const GO_AWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

pub(crate) struct Frames {
    stream: Secure,
}

impl Frames {
    /// A connection; `window` is how many bytes of an answer it takes before it is asked.
    pub(crate) fn open(issued: &Issued, address: SocketAddr, window: u32) -> Self {
        let mut stream = issued.stream(address, b"h2", rustls::DEFAULT_VERSIONS);
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
        let mut settings = vec![0, 4];
        settings.extend_from_slice(&window.to_be_bytes());
        stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &settings)].concat()).unwrap();
        Self { stream }
    }

    /// Sends what may come too late for the server to want it.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).and_then(|()| self.stream.flush());
    }

    /// Waits until the connection ends: the type of each frame that came, and the error code of a GOAWAY.
    pub(crate) fn rest(&mut self) -> Vec<(u8, u32)> {
        let mut bytes = Vec::new();
        let ended = self.stream.read_to_end(&mut bytes);
        // One that is cut off has ended too; one that the test gave up waiting for has not.
        assert!(!ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
        let mut rest = &bytes[..];
        let mut frames = Vec::new();
        while let [a, b, c, kind, ..] = *rest {
            let length = u32::from_be_bytes([0, a, b, c]) as usize;
            let Some(payload) = rest.get(9..9 + length) else { break };
            let code = payload.get(4..).and_then(<[u8]>::first_chunk).filter(|_| kind == GO_AWAY);
            frames.push((kind, code.map_or(0, |code| u32::from_be_bytes(*code))));
            rest = &rest[9 + length..];
        }
        frames
    }
}

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend_from_slice(&[kind, flags]);
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A header block for GET (RFC 7541): indexed where the static table has it, else spelled out.
pub(crate) fn get(path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x87];
    for (name, value) in [(0x04, path), (0x01, "localhost")] {
        block.extend_from_slice(&[name, u8::try_from(value.len()).unwrap()]);
        block.extend_from_slice(value.as_bytes());
    }
    block
}
