//! Ten thousand connections that do nothing, or nothing sensible: others are served meanwhile, and memory stays bounded.

use std::net::{Ipv4Addr, SocketAddr};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::http::Call;
use crate::process::{Folder, Serve};
use crate::upstream::Upstream;

const CROWD: u64 = 10_000;
/// A loopback address may have 4,096.
const ADDRESSES: u8 = 4;
/// What a connection may cost that has sent no whole request, with all that is kept of its head.
const KILOBYTES_EACH: u64 = 40;

/// As many as files may be open, here and in the server.
fn crowd() -> u64 {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    maximum.map_or(CROWD, |maximum| CROWD.min(maximum.saturating_sub(500)))
}

async fn connect(address: SocketAddr, at: u64) -> TcpStream {
    let from = Ipv4Addr::new(127, 0, 0, u8::try_from(at % u64::from(ADDRESSES)).unwrap() + 2);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    socket.connect(address).await.unwrap()
}

fn resident_kilobytes(server: &Serve) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn idle_and_half_said() {
    let folder = Folder::before(Upstream::new().address);
    folder.change("[database]", "[server.limits]\nheader_seconds = 600\n\n[database]");
    folder.add_apps();
    let server = folder.serve();
    let others = || assert_eq!(server.send(&Call::get("/catalogue/")).status, 401);
    others();
    let before = resident_kilobytes(&server);
    let crowd = crowd();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let connections = runtime.block_on(async {
        let mut connections = Vec::new();
        for at in 0..crowd {
            let mut connection = connect(server.address, at).await;
            let begun = match at % 4 {
                0 => "",
                1 => "GET /catalogue/ HTTP/1.1\r\nhost: a\r\nx: ",
                2 => "POST /catalogue/token HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\ngrant",
                _ => "POST /catalogue/x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\n",
            };
            connection.write_all(begun.as_bytes()).await.unwrap();
            connections.push(connection);
        }
        connections
    });
    server.token("");
    others();
    let grown = resident_kilobytes(&server).saturating_sub(before);
    assert!(grown < crowd * KILOBYTES_EACH, "{grown} kB for {crowd} connections");
    drop(connections);
    others();
    server.stop();
}
