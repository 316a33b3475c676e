//! A small API to stand behind the server. It says to the test what it hears, and answers what the test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// One that does not come fails the test instead of holding it up.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Upstream {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// A connection of the server's.
pub(crate) struct Heard {
    stream: BufReader<TcpStream>,
    /// Request line and header fields.
    pub(crate) head: Vec<String>,
}

impl Upstream {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    /// Waits for the next connection and the head of its request.
    pub(crate) fn hear(&self) -> Heard {
        let mut heard = self.accept();
        heard.next();
        heard
    }

    /// Waits for the next connection alone: a client may open one and then take another.
    pub(crate) fn accept(&self) -> Heard {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Heard { stream: BufReader::new(stream), head: Vec::new() }
    }
}

impl Heard {
    /// Waits for the head of the next request on the same connection.
    pub(crate) fn next(&mut self) {
        self.head.clear();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).unwrap();
            if line.trim_end().is_empty() {
                return;
            }
            self.head.push(line.trim_end().to_owned());
        }
    }

    /// The values of a header field.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head[1..].iter().filter_map(|line| line.split_once(": "));
        fields.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    /// The next bytes of the body.
    pub(crate) fn read(&mut self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Whether the other side hangs up before anything more.
    pub(crate) fn is_left(&mut self) -> bool {
        let mut rest = Vec::new();
        // A connection that is reset is left too.
        self.stream.read_to_end(&mut rest).is_err() || rest.is_empty()
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// A whole answer.
    pub(crate) fn answer(&mut self, body: &str) {
        let length = body.len();
        self.say(&format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {length}\r\n\r\n{body}"
        ));
    }
}
