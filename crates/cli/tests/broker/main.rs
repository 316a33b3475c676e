//! `stagedoor broker` as it is used: the real binary, asked with curl, in front of a real `stagedoor dev`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
#[expect(dead_code, reason = "the tests of the client's commands use all of it")]
#[path = "../client/home.rs"]
mod home;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/http.rs"]
mod http;
mod kills;
mod passphrase;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/process.rs"]
mod process;
#[expect(dead_code, reason = "the tests of the client's commands use all of it")]
#[path = "../client/proxy.rs"]
mod proxy;
mod running;
mod secrets;
mod starting;
