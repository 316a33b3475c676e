//! A small OpenTelemetry collector: takes spans by OTLP over HTTP and reads them out of their Protobuf encoding.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};

pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    taken: Receiver<Vec<u8>>,
}

/// A span as it was read.
#[derive(Debug)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty where it has none.
    pub(crate) parent: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) began: u64,
    pub(crate) ended: u64,
    pub(crate) failed: bool,
}

impl Collector {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (take, taken) = sync_channel(1024);
        // Ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let take = take.clone();
                std::thread::spawn(move || {
                    let mut stream = BufReader::new(stream);
                    while let Some(body) = next(&mut stream) {
                        take.send(body).unwrap();
                        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                    }
                });
            }
        });
        Self { address, taken }
    }

    /// All that came, of a server that has stopped since.
    pub(crate) fn bytes(&self) -> Vec<Vec<u8>> {
        self.taken.try_iter().collect()
    }
}

/// The body of the next request; `None` when the other side has left.
fn next(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim_end().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line.to_ascii_lowercase());
    }
    assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf"), "{head}");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}

/// The spans of an `ExportTraceServiceRequest`.
pub(crate) fn spans(request: &[u8]) -> Vec<Span> {
    let request = Message::read(request);
    let resources = request.within(1);
    let scopes: Vec<_> = resources.iter().flat_map(|resource| resource.within(2)).collect();
    scopes.iter().flat_map(|scope| scope.within(2)).map(|span| Span::of(&span)).collect()
}

impl Span {
    fn of(message: &Message) -> Self {
        let hex = |number| message.bytes(number).iter().map(|byte| format!("{byte:02x}")).collect();
        let fixed = |number| u64::from_le_bytes(message.bytes(number).try_into().unwrap());
        let attribute = |bytes| {
            let pair = Message::read(bytes);
            let value = Message::read(pair.bytes(2));
            let shown = if value.bytes(3).is_empty() {
                value.text(1)
            } else {
                varint(&mut value.bytes(3)).to_string()
            };
            (pair.text(1), shown)
        };
        Self {
            name: message.text(5),
            trace: hex(1),
            id: hex(2),
            parent: hex(4),
            attributes: message.all(9).map(attribute).collect(),
            began: fixed(7),
            ended: fixed(8),
            failed: Message::read(message.bytes(15)).bytes(3) == [2],
        }
    }
}

/// Field numbers and the bytes of their values.
struct Message<'a>(Vec<(u64, &'a [u8])>);

impl<'a> Message<'a> {
    fn read(mut bytes: &'a [u8]) -> Self {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let length = match key & 7 {
                0 => bytes.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1,
                1 => 8,
                2 => varint(&mut bytes) as usize,
                other => panic!("a field of type {other}"),
            };
            let (value, rest) = bytes.split_at(length);
            fields.push((key >> 3, value));
            bytes = rest;
        }
        Self(fields)
    }

    fn all(&self, number: u64) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(own, _)| *own == number).map(|(_, value)| *value)
    }

    fn within(&self, number: u64) -> Vec<Self> {
        self.all(number).map(Message::read).collect()
    }

    fn bytes(&self, number: u64) -> &'a [u8] {
        self.all(number).next().unwrap_or_default()
    }

    fn text(&self, number: u64) -> String {
        String::from_utf8(self.bytes(number).to_vec()).unwrap()
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    value
}
