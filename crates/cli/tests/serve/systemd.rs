//! As systemd starts, watches and reloads it.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::http::Call;
use crate::process::{Folder, command};
use crate::upstream::Upstream;

struct Notified(UnixDatagram);

impl Notified {
    fn next(&self) -> String {
        let mut bytes = [0; 256];
        let length = self.0.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    /// The next one that is not about the watchdog.
    fn state(&self) -> String {
        loop {
            let state = self.next();
            if state != "WATCHDOG=1" {
                return state;
            }
        }
    }
}

#[test]
fn it_is_told_how_it_goes() {
    let folder = Folder::before(Upstream::new().address);
    let path = folder.path("notify");
    let notified = Notified(UnixDatagram::bind(&path).unwrap());
    notified.0.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut command = command();
    command.args(["serve", "--config", &folder.configuration()]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let mut server = Folder::start(command);
    assert_eq!(notified.state(), "READY=1");
    while notified.next() != "WATCHDOG=1" {}
    // `Type=notify-reload` waits for READY after it, whether or not what was read is any good.
    server.reload();
    folder.change("[log]", "[lug]");
    server.signal("-HUP");
    for _ in 0..2 {
        let state = notified.state();
        let micros = state.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        assert!(micros.parse::<u64>().unwrap() > 0);
        assert_eq!(notified.state(), "READY=1");
    }
    server.ask_to_stop();
    assert_eq!(notified.state(), "STOPPING=1");
    server.wait();
}

/// A shell that starts the server with a socket as file 3 (sd_listen_fds(3)).
fn with_socket(socket: TcpListener, folder: &Folder) -> Command {
    let script = "exec 3<&0 </dev/null; export LISTEN_FDS=1 LISTEN_PID=$$; exec \"$0\" serve --config \"$1\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_stagedoor"), &folder.configuration()]);
    command.stdin(Stdio::from(OwnedFd::from(socket))).env_remove("STAGEDOOR_LOG");
    command
}

#[test]
fn it_is_handed_a_socket() {
    let folder = Folder::before(Upstream::new().address);
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    folder.change("127.0.0.1:0", &address.to_string());
    // Who comes before it runs waits in the socket's queue.
    let mut early = crate::http::Connection::open(address);
    early.write(&Call::get("/").header("connection", "close").to_bytes()).unwrap();
    let server = Folder::start(with_socket(socket, &folder));
    assert_eq!(server.address, address);
    assert_eq!(early.read().unwrap().status, 200);
    server.stop();
}

#[test]
fn one_that_is_not_configured_is_refused() {
    let folder = Folder::before(Upstream::new().address);
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let refused = with_socket(socket, &folder).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains(&format!(
            "{address} was handed over to listen on, and [server] `listen` does not name it"
        )),
        "{said}"
    );
}
