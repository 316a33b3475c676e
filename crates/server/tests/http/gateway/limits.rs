//! Who is counted with whom, and what a lifted limit still says.

use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::Limit;

use crate::app::{
    CLIENT_CREDENTIALS, CRITIC, Call, Client, SOUNDCHARTS, SPOTIFY, STANDARD, STANDARD_OTHER, TestApp,
};

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

/// A legacy key may be weak: who guesses too often is not answered even when right. Elsewhere its owner is.
#[tokio::test]
async fn guessed_legacy_keys() {
    let app = TestApp::setup().change("soundcharts", one_call).start().await;
    let call = async |last: u8, key: &str| {
        let call = Call::get("/soundcharts/x").header("x-app-id", "chart-board").header("x-api-key", key);
        app.send_from([192, 0, 2, last].into(), call).await.status
    };
    assert_eq!([call(1, "guess").await, call(1, "the-old-key").await], [401, 429]);
    assert_eq!(call(2, "the-old-key").await, 200);
}

/// So may a client secret that was not made here. One that was is not to be guessed: its owner goes on beside the guesser.
#[tokio::test]
async fn guessed_client_secrets() {
    let one = |dialect: &mut Dialect| dialect.limits.token = Limit { burst: 1, per_minute: 1 };
    let app = TestApp::setup().change("standard", one).change("spotify", one).start().await;
    let ask = async |last: u8, call: Call| app.send_from([192, 0, 2, last].into(), call).await.status;
    let wrong = Client { secret: "guess", ..STANDARD };
    let [token, device] = ["/standard/token", "/standard/device_authorization"].map(Call::post);
    for (at, path) in (1..).step_by(2).zip(["/introspect", "/revoke"]) {
        let call = |client: &Client| client.prove(Call::post(&client.path(path)), &[("token", "x")]);
        assert_eq!([ask(at, call(&wrong)).await, ask(at, call(&STANDARD)).await], [401, 429], "{path}");
    }
    for (at, call) in [(5, token), (7, device)] {
        let call = |client: &Client| client.prove(call.clone(), &CLIENT_CREDENTIALS);
        assert_eq!([ask(at, call(&wrong)).await, ask(at, call(&STANDARD)).await], [401, 429], "{at}");
    }
    assert_eq!(ask(8, STANDARD.token(&CLIENT_CREDENTIALS)).await, 200, "from another address");

    let wrong = Client { secret: "guess", ..SPOTIFY };
    assert_eq!(ask(1, wrong.token(&CLIENT_CREDENTIALS)).await, 400);
    assert_eq!(ask(1, SPOTIFY.token(&CLIENT_CREDENTIALS)).await, 200, "32 hexadecimal digits");
}
