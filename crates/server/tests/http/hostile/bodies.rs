//! Bodies of every wrong size, type and alphabet.

use super::{PAGES, form_endpoints, goes_on, is_page, is_token_error};
use crate::app::{Browser, CLIENT_CREDENTIALS, Call, FAN, TestApp};

#[tokio::test]
async fn sizes() {
    let app = TestApp::new().await;
    for (client, path) in form_endpoints() {
        for length in [16 * 1024 + 1, 17 * 1024, 2 * 1024 * 1024] {
            let body = format!("grant_type=client_credentials&token=x&pad={}", "x".repeat(length));
            let answer = app.send(Call::post(&path).form(&body).basic(client.id, client.secret)).await;
            is_token_error(&client, &path, &answer);
            assert_eq!(answer.status, 413, "{path}");
        }
    }
    for path in PAGES {
        let answer = app.send(Call::post(path).form(&"x".repeat(2 * 1024 * 1024))).await;
        is_page(path, &answer);
        assert_eq!(answer.status, 400, "{path}");
    }
    goes_on(&app).await;
}

/// As much as is taken, to the byte.
#[tokio::test]
async fn sixteen_kibibytes() {
    let app = TestApp::new().await;
    let start = "grant_type=client_credentials&pad=";
    for (length, status) in [(16 * 1024, 200), (16 * 1024 + 1, 413)] {
        let body = format!("{start}{}", "x".repeat(length - start.len()));
        let client = crate::app::STANDARD;
        let answer =
            app.send(Call::post("/standard/token").form(&body).basic(client.id, client.secret)).await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn media_types() {
    let app = TestApp::new().await;
    let types: [&[u8]; 10] = [
        b"application/json",
        b"text/plain",
        b"multipart/form-data; boundary=x",
        b"application/x-www-form-urlencoded2",
        b"application/x-www-form-urlencoded/",
        b"x-www-form-urlencoded",
        b"",
        b";",
        b"\xff\xfe",
        b"application/json, application/x-www-form-urlencoded",
    ];
    for (client, path) in form_endpoints() {
        let fields = [CLIENT_CREDENTIALS[0], ("token", "x")];
        let call = client.prove(Call::post(&path), &fields).without("content-type");
        is_token_error(&client, &path, &app.send(call.clone()).await);
        for value in types {
            let what = format!("{path} {}", String::from_utf8_lossy(value));
            is_token_error(&client, &what, &app.send(call.clone().header("content-type", value)).await);
        }
        let charset = call.header("content-type", "Application/X-WWW-Form-Urlencoded ; charset=\"utf-8\"");
        let answer = app.send(charset).await;
        assert!(!answer.text().contains("content type"), "{path}: {}", answer.shown());
    }
}

#[tokio::test]
async fn alphabets() {
    let app = TestApp::new().await;
    let bodies: [&[u8]; 11] = [
        b"grant_type=client_credentials&x=\xff",
        b"grant_type=client_credentials\x00",
        b"grant_type=client_credentials&a%00=b",
        b"grant_type=client_credentials&x=%",
        b"grant_type=client_credentials&x=%f",
        b"grant_type=client_credentials&x=%c3%28",
        b"grant_type=client_credentials&x=%ed%a0%80",
        b"grant_type=client_credentials&x=%c0%80",
        b"grant_type=client_credentials\r\n",
        b"\xff\xfe\x00g\x00r",
        b"\x00",
    ];
    for (client, path) in form_endpoints() {
        for body in bodies {
            let call = Call::post(&path).header("content-type", "application/x-www-form-urlencoded");
            let answer = app.send(call.basic(client.id, client.secret).body(body)).await;
            is_token_error(&client, &format!("{path} {}", String::from_utf8_lossy(body)), &answer);
        }
    }
    // What cannot be read in a page's form decides nothing.
    let mut browser = Browser::new(&app);
    let page = browser.open(&crate::app::SPOTIFY.authorize(&[])).await;
    let consent = browser.sign_in(&page, FAN).await;
    for body in bodies {
        let call = Call::post(&consent.action()).header("content-type", "text/plain").body(body);
        is_page("consent", &browser.send(call).await);
    }
}
