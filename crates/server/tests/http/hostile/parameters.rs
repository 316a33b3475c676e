//! Parameters sent twice, and credentials in every wrong place.

use super::{form_endpoints, is_page, is_token_error};
use crate::app::{Browser, CLIENT_CREDENTIALS, Call, EACH, FAN, SPOTIFY, STANDARD, TestApp, refresh};

/// RFC 6749 §3.2: no parameter twice, also where both say the same, and one of them nothing.
#[tokio::test]
async fn twice() {
    let app = TestApp::new().await;
    let names = [
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
    ];
    for client in EACH {
        for name in names {
            for (one, two) in [("a", "a"), ("a", "b"), ("", "a"), ("a", "")] {
                let body = format!("{name}={one}&other=x&{name}={two}");
                let answer = app.send(Call::post(&client.token_path()).form(&body)).await;
                is_token_error(&client, &body, &answer);
                assert!(
                    answer.text().contains(&format!("{name} is sent more than once")),
                    "{}",
                    answer.shown()
                );
            }
            // However it is written.
            let spelled: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let answer =
                app.send(Call::post(&client.token_path()).form(&format!("{name}=a&{spelled}=b"))).await;
            assert!(answer.text().contains("is sent more than once"), "{}", answer.shown());
        }
    }
    // Parameters nobody knows may be repeated: they are ignored.
    let with_others = [CLIENT_CREDENTIALS[0], ("state", "a"), ("state", "b"), ("token", "c")];
    app.tokens(&STANDARD, &with_others).await;
}

#[tokio::test]
async fn both_authentications() {
    let app = TestApp::new().await;
    for (client, path) in form_endpoints() {
        let fields = [
            CLIENT_CREDENTIALS[0],
            ("token", "x"),
            ("client_id", client.id),
            ("client_secret", client.secret),
        ];
        let call = Call::post(&path).fields(&fields).basic(client.id, client.secret);
        is_token_error(&client, &path, &app.send(call).await);
    }
    // The same secret in the query is none, and parameters there are not read.
    let query =
        format!("?grant_type=client_credentials&client_id={}&client_secret={}", STANDARD.id, STANDARD.secret);
    for body in ["", "grant_type=client_credentials"] {
        let call = Call::post(&format!("/standard/token{query}")).form(body);
        is_token_error(&STANDARD, "query", &app.send(call).await);
    }
}

#[tokio::test]
async fn authorization_headers() {
    let app = TestApp::new().await;
    let values: [&[u8]; 15] = [
        b"",
        b" ",
        b"Basic",
        b"Basic ",
        b"Basic Og==",
        b"Basic OnNlY3JldA==",
        b"Basic bm9jb2xvbg==",
        b"Basic ////",
        b"Basic \xff\xff",
        b"\xff",
        b"basic:YTpi",
        b"Bearer x",
        b"Negotiate x",
        b"Basic YTpi YTpi",
        b"Basic gICA",
    ];
    for (client, path) in form_endpoints() {
        for value in values {
            let call = Call::post(&path)
                .fields(&[CLIENT_CREDENTIALS[0], ("token", "x")])
                .header("authorization", value);
            let what = format!("{path} {}", String::from_utf8_lossy(value));
            is_token_error(&client, &what, &app.send(call).await);
        }
    }
}

/// Two Authorization headers: what stands behind might believe the other one.
#[tokio::test]
async fn two_authorization_headers() {
    let app = TestApp::new().await;
    let basic = STANDARD.token(&CLIENT_CREDENTIALS);
    is_token_error(&STANDARD, "twice", &app.send(basic.basic(STANDARD.id, STANDARD.secret)).await);
    let tokens = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let bearer = Call::get("/standard/x").bearer(&tokens.access).bearer(&tokens.access);
    assert_eq!(app.send(bearer).await.status, 400);
}

/// Ids and secrets of any length and letters are refused, not looked up by force.
#[tokio::test]
async fn odd_credentials() {
    let app = TestApp::new().await;
    let long = "x".repeat(10_000);
    let sql = "29' OR '1'='1";
    for client in EACH {
        for text in [long.as_str(), sql, "%", "a b", "\u{202e}", "../29", "29\u{301}", "²9"] {
            let id = crate::app::Client { id: text.to_owned().leak(), ..client };
            is_token_error(&client, text, &app.send(id.token(&CLIENT_CREDENTIALS)).await);
            let secret = crate::app::Client { secret: text.to_owned().leak(), ..client };
            is_token_error(&client, text, &app.send(secret.token(&CLIENT_CREDENTIALS)).await);
        }
    }
}

/// Tokens and codes with letters changed, cut short and made long.
#[tokio::test]
async fn damaged_tokens() {
    let app = TestApp::new().await;
    let tokens = app.grant(&STANDARD, "read").await;
    let code = app.code(&STANDARD, "read").await;
    let damage = |text: &str| {
        let cut = (0..text.len()).step_by(5).map(|at| text[..at].to_owned());
        let changed = (0..text.len()).step_by(7).map(|at| {
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            format!("{}{other}{}", &text[..at], &text[at + 1..])
        });
        let longer = [
            format!("{text}A"),
            format!("A{text}"),
            text.repeat(20),
            format!("{text}=="),
            text.replace('_', "+"),
        ];
        cut.chain(changed).chain(longer).collect::<Vec<_>>()
    };
    for text in damage(&tokens.refresh) {
        is_token_error(&STANDARD, "refresh token", &app.send(STANDARD.token(&refresh(&text))).await);
    }
    for text in damage(&code) {
        is_token_error(&STANDARD, "code", &app.send(STANDARD.token(&STANDARD.redeem(&text))).await);
    }
    for text in damage(&tokens.access) {
        let answer = app.send(Call::get("/standard/x").bearer(&text)).await;
        super::is_api_error(&STANDARD, "access token", &answer);
    }
    // All of it changed nothing.
    app.tokens(&STANDARD, &refresh(&tokens.refresh)).await;
    app.tokens(&STANDARD, &STANDARD.redeem(&code)).await;
}

/// The forms of pages are read as strictly.
#[tokio::test]
async fn of_pages() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let address = SPOTIFY.authorize(&[]);
    let page = browser.open(&address).await;
    let consent = browser.sign_in(&page, FAN).await;
    let huge = format!("answer={}", "x".repeat(17 * 1024));
    for page in [&page, &consent] {
        for body in [
            "answer=allow&answer=allow",
            "step=sign_in&step=sign_in",
            "step=sign_in&email=a&email=b",
            "step=sign_in",
            "step=sign_in&email=%00",
            "step=sign_in&password=%ff",
            "answer=%zz",
            "&&&&",
            "=",
            "form_token",
            &huge,
        ] {
            is_page(body, &browser.send(Call::post(&page.action()).form(body)).await);
        }
    }
    for body in ["user_code=a&user_code=b", "user_code=%00", "step=confirm&answer=allow", &huge, ""] {
        is_page(body, &browser.send(Call::post("/standard/device").form(body)).await);
    }
}
