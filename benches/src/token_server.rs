//! A token endpoint that answers when it is told to, and counts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

const TOKEN: &str = "sdt_5f2a1c9e8b7d4036a1e2c3d4f5061728c3RhZ2Vkb29yIHJlbmV3ZWQ";
const ANSWER: &str = r#","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-2"}"#;

pub(crate) struct TokenServer {
    pub(crate) url: String,
    requests: Arc<AtomicUsize>,
    gate: SyncSender<()>,
}

impl TokenServer {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let (gate, opened) = sync_channel(1);
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        // Ends with this program.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // Whoever broke off is missed where the answers are counted.
                let _ = answer(&stream, &counted, &opened);
            }
        });
        Ok(Self { url, requests, gate })
    }

    /// Lets the first request be answered, and those after it.
    pub(crate) fn answer(&self) {
        // Full: it was let before.
        let _ = self.gate.try_send(());
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn token(&self) -> &'static str {
        TOKEN
    }
}

fn answer(mut stream: &TcpStream, requests: &AtomicUsize, gate: &Receiver<()>) -> anyhow::Result<()> {
    let (mut reader, mut length) = (BufReader::new(stream), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    if requests.fetch_add(1, Ordering::SeqCst) == 0 {
        gate.recv()?;
    }
    let body = [r#"{"access_token":""#, TOKEN, r#"""#, ANSWER].concat();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length";
    stream.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes())?;
    Ok(())
}
