//! Who is counted with whom, and what a lifted limit still says.

use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::Limit;

use crate::app::{CLIENT_CREDENTIALS, CRITIC, Call, SOUNDCHARTS, STANDARD, STANDARD_OTHER, TestApp};

fn one_call(dialect: &mut Dialect) {
    dialect.limits.api = Limit { burst: 1, per_minute: 1 };
}

async fn status(app: &TestApp, token: &str) -> u16 {
    app.send(Call::get("/standard/x").bearer(token)).await.status
}

#[tokio::test]
async fn by_app_and_person() {
    let app = TestApp::setup().change("standard", one_call).start().await;
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let other = app.tokens(&STANDARD_OTHER, &CLIENT_CREDENTIALS).await;
    let fans = app.grant(&STANDARD, "").await;
    let code = app.code_of(CRITIC, &STANDARD, "").await;
    let critics = app.tokens(&STANDARD, &STANDARD.redeem(&code)).await;
    for tokens in [&own, &other, &fans, &critics] {
        assert_eq!(status(&app, &tokens.access).await, 200);
    }
    // Another token of the same app is the same caller.
    let again = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    for tokens in [&own, &again, &other, &fans, &critics] {
        assert_eq!(status(&app, &tokens.access).await, 429);
    }
}

/// Who is not known is counted by address, at the cost of nobody who is; of an IPv6 address the customer's network counts.
#[tokio::test]
async fn by_address() {
    let app = TestApp::setup().change("standard", one_call).start().await;
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    let guess = async |address: &str| {
        let answer = app.send_from(address.parse().unwrap(), Call::get("/standard/x").bearer("guess")).await;
        (answer.status, answer.header("retry-after").to_owned())
    };
    let limited = (429, "60".to_owned());
    for address in ["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1"] {
        assert_eq!(guess(address).await, (401, String::new()), "{address}");
        assert_eq!(guess(address).await, limited, "{address}");
    }
    assert_eq!(guess("2001:db8:0:1:ffff::2").await, limited);
    assert_eq!(guess("::ffff:192.0.2.1").await, limited);
    assert_eq!(
        app.send_from("192.0.2.1".parse().unwrap(), Call::get("/standard/x").bearer(&own.access))
            .await
            .status,
        200
    );
}

/// A call that lacks a scope uses nothing up.
#[tokio::test]
async fn refusals_are_free() {
    let app = TestApp::setup().change("standard", one_call).start().await;
    let own = app.tokens(&STANDARD, &CLIENT_CREDENTIALS).await;
    for _ in 0..5 {
        assert_eq!(app.send(Call::get("/standard/profile").bearer(&own.access)).await.status, 403);
    }
    assert_eq!(status(&app, &own.access).await, 200);
}

#[tokio::test]
async fn lifted() {
    let app = TestApp::setup().change("soundcharts", one_call).unlimited().start().await;
    for _ in 0..100 {
        let tokens = app.tokens(&SOUNDCHARTS, &CLIENT_CREDENTIALS).await;
        let answer = app.send(Call::get("/soundcharts/x").bearer(&tokens.access)).await;
        assert_eq!((answer.status, answer.header("x-quota-remaining")), (200, "500000"));
    }
}
