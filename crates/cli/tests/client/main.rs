//! The client's commands as they are used: the real binary, against a real `stagedoor dev`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod browser;
mod call;
mod curl;
mod device;
mod doctor;
mod home;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/http.rs"]
mod http;
mod key;
mod login;
mod logout;
mod lost_answer;
mod person;
#[expect(dead_code, reason = "the tests of `dev` use all of it")]
#[path = "../dev/process.rs"]
mod process;
mod provider;
mod proxy;
mod secrets;
mod status;
mod storm;
mod token;
mod usage;
