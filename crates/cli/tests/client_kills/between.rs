//! Stands between the client and the server: knows how far an exchange is, kills at it, and sees every answer.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::trap::{Moment, Trap};

pub(crate) struct Between {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    upstream: SocketAddr,
    connections: Mutex<Vec<JoinHandle<()>>>,
    orders: Mutex<Orders>,
    /// What token requests were answered with, other than tokens.
    refusals: Mutex<Vec<String>>,
    token_requests: AtomicUsize,
    began_grants: AtomicUsize,
    dropped: AtomicUsize,
    over: AtomicBool,
}

/// What is to happen in a round.
#[derive(Default)]
pub(crate) struct Orders {
    pub(crate) trap: Option<Arc<Trap>>,
    /// The next token request is acted on and not answered.
    pub(crate) drop_answer: bool,
    /// The next call is told that its token has ended.
    pub(crate) expired: bool,
}

impl Between {
    pub(crate) fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream,
            connections: Mutex::default(),
            orders: Mutex::default(),
            refusals: Mutex::default(),
            token_requests: AtomicUsize::new(0),
            began_grants: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        let accepting = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.over.load(Ordering::SeqCst) {
                    break;
                }
                let own = Arc::clone(&serving);
                // Whoever was killed breaks its connection off.
                let passing = std::thread::spawn(move || drop(own.pass_on(&stream)));
                serving.connections.lock().unwrap().push(passing);
            }
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    /// The base URL of `api` behind it.
    pub(crate) fn base(&self, api: &str) -> String {
        format!("http://{}/{api}", self.address)
    }

    pub(crate) fn order(&self, orders: Orders) {
        *self.shared.orders.lock().unwrap() = orders;
    }

    /// Waits until the server has heard everything the dead have said, and forgets the orders.
    pub(crate) fn settle(&self) {
        let passing = std::mem::take(&mut *self.shared.connections.lock().unwrap());
        passing.into_iter().for_each(|passing| passing.join().unwrap());
        self.order(Orders::default());
    }

    /// Token requests so far.
    pub(crate) fn token_requests(&self) -> usize {
        self.shared.token_requests.load(Ordering::SeqCst)
    }

    /// Token requests that were not for a refresh so far.
    pub(crate) fn began_grants(&self) -> usize {
        self.shared.began_grants.load(Ordering::SeqCst)
    }

    pub(crate) fn refusals(&self) -> Vec<String> {
        self.shared.refusals.lock().unwrap().clone()
    }

    pub(crate) fn told(&self, killed: u64, late: u64) -> String {
        let dropped = self.shared.dropped.load(Ordering::SeqCst);
        format!(
            "{killed} kills in the middle, {late} rounds over before it; {} token requests, {dropped} answers dropped, \
             {} refusals",
            self.token_requests(),
            self.refusals().len()
        )
    }
}

impl Shared {
    /// One request, one connection.
    fn pass_on(&self, client: &TcpStream) -> io::Result<()> {
        let (mut head, body) = read(&mut BufReader::new(client))?;
        let target = head.split(' ').nth(1).unwrap_or_default();
        let is_token_request = target.ends_with("/token") || target.ends_with("/oauth_token");
        let (trap, fault) = self.take_orders(is_token_request);
        let end = head.len() - 2;
        head.insert_str(end, "connection: close\r\n");
        fault.iter().for_each(|fault| head.insert_str(end, &format!("x-stagedoor-fault: {fault}\r\n")));
        let trap = trap.filter(|_| is_token_request);
        let reached = |moment| trap.as_ref().is_some_and(|trap| trap.reached(moment));
        reached(Moment::Sent { passed_on: true });
        if reached(Moment::Sent { passed_on: false }) {
            return Ok(());
        }
        if is_token_request {
            self.note_request(&body, fault.is_some());
        }
        let server = TcpStream::connect(self.upstream)?;
        (&server).write_all(head.as_bytes())?;
        (&server).write_all(&body)?;
        let (mut answer, body) = read(&mut BufReader::new(&server))?;
        if is_token_request && !answer.starts_with("HTTP/1.1 200") {
            self.refusals.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
        }
        answer.insert_str(answer.len() - 2, "connection: close\r\n");
        let answer = [answer.as_bytes(), &body].concat();
        let (first, rest) = answer.split_at(answer.len() - body.len() / 2);
        reached(Moment::Answered);
        (&*client).write_all(first)?;
        reached(Moment::HalfHeard);
        (&*client).write_all(rest)
    }

    fn take_orders(&self, is_token_request: bool) -> (Option<Arc<Trap>>, Option<&'static str>) {
        let mut orders = self.orders.lock().unwrap();
        let order = if is_token_request { &mut orders.drop_answer } else { &mut orders.expired };
        let fault = if is_token_request { "drop-answer" } else { "expired" };
        let fault = std::mem::take(order).then_some(fault);
        (orders.trap.clone(), fault)
    }

    fn note_request(&self, body: &[u8], dropped: bool) {
        self.token_requests.fetch_add(1, Ordering::SeqCst);
        if !String::from_utf8_lossy(body).contains("grant_type=refresh_token") {
            self.began_grants.fetch_add(1, Ordering::SeqCst);
        }
        if dropped {
            self.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Head, its last blank line included, and body.
fn read(reader: &mut impl BufRead) -> io::Result<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
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

impl Drop for Between {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}
