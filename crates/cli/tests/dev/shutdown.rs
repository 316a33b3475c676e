//! SIGTERM: what is in flight is finished and kept, then it ends with 0.

use crate::http::{Call, Connection};
use crate::process::{Dev, private_folder};

#[test]
fn finishes_what_is_in_flight() {
    let folder = private_folder();
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    let mut idle = dev.connect();
    assert_eq!(idle.send(&Call::get("/")).unwrap().status, 200);
    let mut busy = begin(&dev);

    dev.ask_to_stop();
    // It has begun to stop when it closes a connection that waits for nothing.
    assert_eq!(idle.rest().len(), 0);
    assert!(Connection::try_open(dev.address).is_err(), "nobody new is let in");
    busy.0.write(&busy.1).unwrap();
    let answer = busy.0.read().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.shown());
    let end = dev.wait();
    assert_eq!((end.status.code(), end.stdout.as_str()), (Some(0), ""), "{}", end.stderr);

    // What was answered last is kept too.
    let dev = Dev::start(&[&"--data-dir", &folder.path()]);
    let token = answer.member("refresh_token");
    assert_eq!(
        dev.token("bandcamp", &[("grant_type", "refresh_token"), ("refresh_token", &token)]).status,
        200
    );
    dev.stop();
}

/// A token request of which the server has read the head, and what is still to be sent of it.
fn begin(dev: &Dev) -> (Connection, Vec<u8>) {
    let call = dev.token_call("bandcamp", &[("grant_type", "client_credentials")]);
    let whole = call.header("expect", "100-continue").to_bytes();
    let end_of_head = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let mut connection = dev.connect();
    connection.write(&whole[..end_of_head]).unwrap();
    // It asks for the body once it works on the request.
    assert_eq!(connection.read().unwrap().status, 100);
    (connection, whole[end_of_head..].to_vec())
}

#[test]
fn ctrl_c_is_the_same() {
    let dev = Dev::start(&[]);
    dev.client_credentials("standard");
    dev.signal("-INT");
    let end = dev.wait();
    assert_eq!((end.status.code(), end.left.len()), (Some(0), 0), "{}", end.stderr);
}

/// Asked twice, it is no faster and no worse.
#[test]
fn asked_twice() {
    let dev = Dev::start(&[]);
    dev.ask_to_stop();
    dev.ask_to_stop();
    assert_eq!(dev.wait().status.code(), Some(0));
}
