//! Stands between client and server: counts token requests, and lets some fail.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    upstream: SocketAddr,
    token_requests: AtomicUsize,
    /// The faults the next token requests ask for, the first of them last.
    faults: Mutex<Vec<String>>,
    /// In a body, what is put in the place of what.
    instead: Mutex<Vec<(String, String)>>,
    over: AtomicBool,
}

impl Proxy {
    pub(crate) fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream,
            token_requests: AtomicUsize::new(0),
            faults: Mutex::default(),
            instead: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let serving = shared.clone();
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.over.load(Ordering::SeqCst) {
                    break;
                }
                let serving = serving.clone();
                std::thread::spawn(move || drop(serving.pass_on(&stream)));
            }
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests the token endpoints have got since this was asked last.
    pub(crate) fn token_requests(&self) -> usize {
        self.shared.token_requests.swap(0, Ordering::SeqCst)
    }

    /// The next token requests fail so.
    pub(crate) fn fail(&self, faults: &[&str]) {
        *self.shared.faults.lock().unwrap() = faults.iter().rev().map(|fault| (*fault).to_owned()).collect();
    }

    pub(crate) fn put(&self, new: &str, instead_of: &str) {
        self.shared.instead.lock().unwrap().push((instead_of.to_owned(), new.to_owned()));
    }
}

impl Shared {
    /// One request, one connection.
    fn pass_on(&self, mut client: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(client.try_clone()?);
        let (mut head, body) = read(&mut reader)?;
        let target = head.split(' ').nth(1).unwrap_or_default();
        let is_token_request =
            ["/token", "/oauth_token", "/api/token", "/v1/coins"].iter().any(|end| target.ends_with(end));
        let end = head.len() - 2;
        head.insert_str(end, "connection: close\r\n");
        if is_token_request {
            self.token_requests.fetch_add(1, Ordering::SeqCst);
            if let Some(fault) = self.faults.lock().unwrap().pop() {
                head.insert_str(end, &format!("x-stagedoor-fault: {fault}\r\n"));
            }
        }
        let mut server = TcpStream::connect(self.upstream)?;
        server.write_all(head.as_bytes())?;
        server.write_all(&body)?;
        let mut reader = BufReader::new(server);
        let (head, body) = read(&mut reader)?;
        let mut body = String::from_utf8_lossy(&body).into_owned();
        for (old, new) in self.instead.lock().unwrap().iter() {
            body = body.replace(old, new);
        }
        let headers = head
            .lines()
            .filter(|line| !line.is_empty() && !line.to_lowercase().starts_with("content-length"));
        let mut head: String = headers.map(|line| format!("{line}\r\n")).collect();
        head.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()));
        client.write_all(head.as_bytes())
    }
}

/// Head, its last blank line included, and body.
fn read(reader: &mut impl BufRead) -> std::io::Result<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok((head, body))
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}
