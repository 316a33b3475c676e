//! `X-Stagedoor-Fault`: what a client must survive, made to happen.

use crate::http::{Answer, Call};
use crate::process::Dev;

const FAULT: &str = "x-stagedoor-fault";

fn error(answer: &Answer) -> (u16, String, String) {
    (answer.status, answer.member("error"), answer.member("error_description"))
}

#[test]
fn at_the_token_endpoint() {
    let dev = Dev::start(&[]);
    let call = |api: &str, fault: &str| {
        dev.send(&dev.token_call(api, &[("grant_type", "client_credentials")]).header(FAULT, fault))
    };
    let cases = [
        ("expired", 400, "invalid_grant", "Refresh token revoked"),
        ("revoked", 400, "invalid_grant", "Refresh token revoked"),
        ("429", 429, "temporarily_unavailable", "Too many token requests"),
        ("500", 500, "server_error", "The server failed"),
    ];
    for (fault, status, code, description) in cases {
        let answer = call("spotify", fault);
        assert_eq!(error(&answer), (status, code.into(), description.into()), "{fault}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // In each dialect's own words.
    assert!(
        call("bandcamp", "revoked").text().starts_with(r#"{"error_description":"refresh token was revoked""#)
    );
    for (fault, seconds) in [("429", "1"), ("429;retry-after=86400", "86400"), ("429; retry-after=7", "7")] {
        assert_eq!(call("soundcharts", fault).header("retry-after"), seconds, "{fault}");
    }
    html(&call("standard", "html"));
    dev.stop();
}

#[test]
fn at_the_api() {
    let dev = Dev::start(&[]);
    let token = dev.client_credentials("spotify").member("access_token");
    let call = |fault: &str| dev.send(&Call::get("/spotify/v1/me").bearer(&token).header(FAULT, fault));
    let cases = [
        (
            "expired",
            401,
            "The access token expired",
            r#"Bearer realm="spotify", error="invalid_token", error_description="The access token expired""#,
        ),
        (
            "revoked",
            401,
            "Invalid access token",
            r#"Bearer realm="spotify", error="invalid_token", error_description="Invalid access token""#,
        ),
        ("429;retry-after=5", 429, "API rate limit exceeded", ""),
        ("500", 500, "The server failed", ""),
    ];
    for (fault, status, message, challenge) in cases {
        let answer = call(fault);
        assert_eq!((answer.status, answer.header("www-authenticate")), (status, challenge), "{fault}");
        assert_eq!(answer.json()["error"]["message"], message);
    }
    assert_eq!(call("429;retry-after=5").header("retry-after"), "5");
    html(&call("html"));
    // No token needed to be told so, and none is hurt.
    assert_eq!(dev.send(&Call::get("/bandcamp/x").header(FAULT, "500")).json()["error"], true);
    assert_eq!(dev.send(&Call::get("/spotify/v1/artists/4Z8W4fKeB5YxbusRsdQVPb").bearer(&token)).status, 200);
    dev.stop();
}

/// What a proxy or bot wall says.
fn html(answer: &Answer) {
    assert_eq!((answer.status, answer.header("content-type")), (502, "text/html"));
    assert!(answer.text().starts_with("<!DOCTYPE html>"));
}

/// The work is done and the answer is lost: asked again with the same refresh token, the client has what it needs.
#[test]
fn drop_answer() {
    let dev = Dev::start(&[]);
    let first = dev.client_credentials("bandcamp").member("refresh_token");
    let refresh = |token: &str| {
        dev.token_call("bandcamp", &[("grant_type", "refresh_token"), ("refresh_token", token)])
    };
    let mut connection = dev.connect();
    connection.write(&refresh(&first).header(FAULT, "drop-answer").to_bytes()).unwrap();
    assert_eq!(connection.rest().len(), 0, "not a byte");

    let second = dev.send(&refresh(&first));
    assert_eq!(second.status, 200, "{}", second.shown());
    let third = dev.send(&refresh(&second.member("refresh_token")));
    assert_eq!(third.status, 200, "{}", third.shown());
    // It was done: had it not been, a grant could begin that was not there before.
    let mut connection = dev.connect();
    let again = dev.token_call(
        "bandcamp",
        &[("grant_type", "refresh_token"), ("refresh_token", &third.member("refresh_token"))],
    );
    connection.write(&again.header(FAULT, "drop-answer").to_bytes()).unwrap();
    assert_eq!(connection.rest().len(), 0);
    let replayed = dev.send(&refresh(&second.member("refresh_token")));
    assert_eq!(replayed.member("error"), "invalid_refresh", "the lost refresh was one");

    let mut connection = dev.connect();
    connection.write(&Call::get("/spotify/v1/me").header(FAULT, "drop-answer").to_bytes()).unwrap();
    assert_eq!(connection.rest().len(), 0);
    dev.stop();
}

/// No answer as long as it runs; everybody else is served, and its end waits for none of it.
#[test]
fn timeout() {
    let dev = Dev::start(&[]);
    let token_request =
        dev.token_call("standard", &[("grant_type", "client_credentials")]).header(FAULT, "timeout");
    let mut waiting = [token_request, Call::get("/spotify/v1/me").header(FAULT, "timeout")].map(|call| {
        let mut connection = dev.connect();
        connection.write(&call.to_bytes()).unwrap();
        connection
    });
    for _ in 0..20 {
        dev.client_credentials("standard");
    }
    assert!(waiting.iter_mut().all(|connection| connection.is_silent()));
    dev.ask_to_stop();
    assert!(waiting.iter_mut().all(|connection| connection.rest().is_empty()));
    let end = dev.wait();
    assert_eq!((end.status.code(), end.stderr.as_str()), (Some(0), ""), "nothing was left unfinished");
}

/// Only who may use the clock may ask for faults; who misspells one is told.
#[test]
fn refusals() {
    let dev = Dev::start(&[]);
    for fault in ["nonsense", "", "500;retry-after=5", "429;retry-after=x", "429;retry-after=-1", "Expired"] {
        let answer = dev.send(&Call::get("/spotify/v1/me").header(FAULT, fault));
        assert_eq!(answer.status, 400, "{fault}");
        assert!(answer.member("error").starts_with("X-Stagedoor-Fault is expired, revoked"), "{fault}");
    }
    for (name, value) in [("host", "evil.example"), ("origin", "https://evil.example"), ("origin", "null")] {
        let answer = dev.send(&Call::get("/spotify/v1/me").header(FAULT, "500").header(name, value));
        assert_eq!(answer.status, 403, "{name}");
    }
    dev.stop();
}
