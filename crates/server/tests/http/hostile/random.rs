//! Random bytes, and random forms of names that are known.

use axum::body::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{PAGES, form_endpoints, goes_on};
use crate::app::{Browser, Call, FAN, SPOTIFY, STANDARD, TestApp};

/// Where each is sent: every endpoint that reads a body, for a client that proves itself, so that all of it is read.
async fn nothing_fails(app: &TestApp, cookies: &str, body: &Bytes) {
    for (client, path) in form_endpoints() {
        let call = Call::post(&path).header("content-type", "application/x-www-form-urlencoded").body(body);
        for call in [call.clone(), call.basic(client.id, client.secret)] {
            let answer = app.send(call).await;
            assert!(answer.status < 500, "{path}: {}", answer.shown());
            assert!(answer.json().is_object(), "{path}");
        }
    }
    for path in PAGES.map(str::to_owned).into_iter().chain([SPOTIFY.authorize(&[]), STANDARD.authorize(&[])])
    {
        let answer = app.send(Call::post(&path).header("cookie", cookies).body(body)).await;
        assert!(
            answer.status < 500 && answer.header("x-frame-options") == "DENY",
            "{path}: {}",
            answer.shown()
        );
    }
}

fn run(strategy: &impl Strategy<Value = Vec<u8>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::setup().unlimited().start());
    let mut browser = Browser::new(&app);
    runtime.block_on(async {
        let page = browser.open(&SPOTIFY.authorize(&[])).await;
        browser.sign_in(&page, FAN).await;
    });
    let cookies = browser.cookie_header("/spotify/");
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(strategy, |body| {
        runtime.block_on(nothing_fails(&app, &cookies, &body.into()));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(goes_on(&app));
}

#[test]
fn bytes() {
    run(&vec(any::<u8>(), 0..300));
}

#[test]
fn forms() {
    let name = prop::sample::select(vec![
        "grant_type",
        "client_id",
        "client_secret",
        "code",
        "redirect_uri",
        "code_verifier",
        "refresh_token",
        "device_code",
        "scope",
        "team_id",
        "token",
        "form_token",
        "step",
        "answer",
        "email",
        "password",
        "user_code",
        "state",
    ]);
    let known = prop::sample::select(vec![
        "client_credentials",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "sign_in",
        "consent",
        "confirm",
        "allow",
        "29",
        "5001",
        "sdr_AAAA",
        "sdc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]);
    let value = prop_oneof![known.prop_map(|text| text.as_bytes().to_vec()), vec(any::<u8>(), 0..40)];
    let pair = (name, value).prop_map(|(name, value)| [name.as_bytes(), b"=", &value].concat());
    run(&vec(pair, 0..6).prop_map(|pairs| pairs.join(&b'&')));
}
