//! Paths, methods and queries that lead nowhere.

use super::{PAGES, form_endpoints, is_api_error, is_page, is_token_error};
use crate::app::{Answer, CLIENT_CREDENTIALS, Call, EACH, STANDARD, TestApp};

/// Everything under a mount that is no endpoint is the API's, and wants a token first.
#[tokio::test]
async fn unknown_paths() {
    let app = TestApp::new().await;
    let long = format!("/{}", "x".repeat(8000));
    let paths = [
        "",
        "/",
        "//",
        "/.",
        "/..",
        "/../bandcamp/oauth_token",
        "/%2e%2e/x",
        "/%00",
        "/%ff%fe",
        "/a%2fb",
        "/;x=1",
        "/x?%",
        "/x?a=%ff&a=%00",
        "/~",
        "/a:b@c",
        "/*",
        "/{id}",
        "/api/token/x",
        "/%61pi/token",
        "/token%20",
        "/TOKEN",
        &long,
    ];
    for client in EACH {
        for path in paths {
            let answer = app.send(Call::get(&client.path(path))).await;
            is_api_error(&client, path, &answer);
            assert_eq!(answer.status, 401, "{path}");
        }
    }
}

#[tokio::test]
async fn methods() {
    let app = TestApp::new().await;
    let methods = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PURGE", "post", "X"];
    for (client, path) in form_endpoints() {
        for method in methods {
            let call = client.prove(Call::new(method, &path), &CLIENT_CREDENTIALS);
            let answer = app.send(call).await;
            is_token_error(&client, method, &answer);
            assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method} {path}");
        }
    }
    for path in PAGES {
        for method in methods {
            let answer = app.send(Call::new(method, path)).await;
            is_page(method, &answer);
            if !matches!(method, "GET" | "HEAD") {
                assert_eq!(
                    (answer.status, answer.header("allow")),
                    (405, "GET, HEAD, POST"),
                    "{method} {path}"
                );
            }
        }
    }
    for client in EACH {
        for method in methods {
            is_api_error(&client, method, &app.send(Call::new(method, &client.path("/x"))).await);
        }
    }
}

/// Outside all mounts there is nothing to do either.
#[tokio::test]
async fn outside() {
    let app = TestApp::new().await;
    let long = format!("/{}", "x".repeat(8000));
    for path in [
        "/%00",
        "/..",
        "/_stagedoor/",
        "/_stagedoor/../x",
        "/.well-known/openid-configuration",
        "/_dev/reset",
        &long,
    ] {
        for method in ["GET", "POST", "X"] {
            let Answer { status, headers, .. } = app.send(Call::new(method, path)).await;
            assert_eq!(
                (status, headers["content-type"].to_str().unwrap()),
                (404, "text/plain; charset=utf-8"),
                "{path}"
            );
        }
    }
}

/// The header that `dev` makes faults by is one of many here.
#[tokio::test]
async fn faults_are_not_served() {
    let app = TestApp::new().await;
    for fault in ["500", "timeout", "drop-answer", "nonsense"] {
        let call = STANDARD.token(&CLIENT_CREDENTIALS).header("x-stagedoor-fault", fault);
        assert_eq!(app.send(call).await.status, 200, "{fault}");
    }
}

#[tokio::test]
async fn queries_of_pages() {
    let app = TestApp::new().await;
    for query in [
        "%",
        "%00",
        "%ff",
        "&&&",
        "=",
        "client_id",
        "client_id=%00",
        "client_id=a&client_id=a",
        "state=%",
        "a=%c0%80",
        "user_code=%",
        "user_code=a&user_code=b",
        "user_code=%F0%9F%8E%B5",
    ] {
        for path in PAGES {
            is_page(query, &app.send(Call::get(&format!("{path}?{query}"))).await);
        }
    }
}
