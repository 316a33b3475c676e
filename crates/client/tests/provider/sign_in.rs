//! The browser's way back: the listener on both loopback addresses.

use std::time::Duration;

use stagedoor_client::sign_in::{CodeFlow, DeviceFlow, Listener, SignInError};
use stagedoor_wire::Scopes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fake::{Fake, json};
use crate::world::World;

const DEADLINE: Duration = Duration::from_secs(30);

async fn browse(host: &str, port: u16, target: &str) -> String {
    let mut stream = TcpStream::connect((host, port)).await.unwrap();
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).await.unwrap();
    page
}

fn state_of(flow: &CodeFlow) -> String {
    let pairs = flow.address().query_pairs();
    pairs.into_iter().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn a_sign_in_from_begin_to_token() {
    let fake = Fake::start(|_| {
        json(200, r#"{"access_token":"a","expires_in":3600,"refresh_token":"r","scope":"read"}"#)
    })
    .await;
    let world = World::new("spotify", &fake.base);
    world.change(|credential| credential.scopes = Some(Scopes::parse("user-read-email").unwrap()));
    let credential = world.stored();
    let listener = Listener::bind("http://127.0.0.1/callback").await.unwrap();
    assert_eq!(listener.redirect_uri(), format!("http://127.0.0.1:{}/callback", listener.port()));
    let flow = CodeFlow::begin(&world.provider, &credential, listener.redirect_uri()).unwrap();
    let state = state_of(&flow);
    let port = listener.port();
    let browser = async {
        // A browser opens connections it does not use, asks for other things, and somebody guesses.
        let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        assert!(browse("127.0.0.1", port, "/favicon.ico").await.starts_with("HTTP/1.1 404 "));
        assert!(
            browse("127.0.0.1", port, "/callback?code=evil&state=guessed").await.starts_with("HTTP/1.1 400 ")
        );
        browse("127.0.0.1", port, &format!("/callback?code=AQ%2Bx&state={state}")).await
    };
    let (code, page) = tokio::join!(listener.wait(&flow, DEADLINE), browser);
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("You can close this window"), "{page}");
    let source = world.source();
    let given = flow.redeem(source.endpoint(), &credential, code.unwrap()).await.unwrap();
    let sent = fake.seen()[0].clone();
    assert_eq!(sent.field("code").as_deref(), Some("AQ+x"));
    assert_eq!(sent.field("redirect_uri").as_deref(), Some(flow.redirect_uri()));
    assert_eq!(sent.field("code_verifier").map(|verifier| verifier.len()), Some(43));
    let mut credential = credential;
    credential.take_up(&given.answer, given.sent, given.date, Some(given.sent.wall()));
    assert_eq!(credential.refresh.unwrap().authorized, world.clock.now().wall());
    assert_eq!(credential.access.unwrap().scopes, Some(Scopes::parse("read").unwrap()));
}

#[tokio::test]
async fn a_refusal_ends_the_wait() {
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    let listener = Listener::bind("http://127.0.0.1:0/cb").await.unwrap();
    let flow = CodeFlow::begin(&world.provider, &world.stored(), listener.redirect_uri()).unwrap();
    let target = format!("/cb?error=access_denied&state={}", state_of(&flow));
    let (answer, page) =
        tokio::join!(listener.wait(&flow, DEADLINE), browse("127.0.0.1", listener.port(), &target));
    assert!(matches!(answer, Err(SignInError::Denied)));
    assert!(page.contains("Not signed in"), "{page}");
}

/// Connections without a request, more of them than are kept at once, do not stall the real one.
#[tokio::test]
async fn silent_connections_do_not_stall_the_sign_in() {
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    let listener = Listener::bind("http://127.0.0.1:0/cb").await.unwrap();
    let flow = CodeFlow::begin(&world.provider, &world.stored(), listener.redirect_uri()).unwrap();
    let (port, target) = (listener.port(), format!("/cb?code=c&state={}", state_of(&flow)));
    let browser = async {
        let mut real = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        for _ in 0..80 {
            let mut silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            silent.shutdown().await.unwrap();
            assert_eq!(silent.read(&mut [0]).await.unwrap(), 0);
        }
        // Nobody connects any more.
        real.write_all(format!("GET {target} HTTP/1.1\r\n\r\n").as_bytes()).await.unwrap();
        let mut page = String::new();
        real.read_to_string(&mut page).await.unwrap();
        page
    };
    let (code, page) = tokio::join!(listener.wait(&flow, DEADLINE), browser);
    assert_eq!(code.unwrap().expose(), "c");
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
}

#[tokio::test]
async fn nobody_comes() {
    let fake = Fake::start(|_| json(200, "{}")).await;
    let world = World::new("spotify", &fake.base);
    let listener = Listener::bind("http://127.0.0.1:0/cb").await.unwrap();
    let flow = CodeFlow::begin(&world.provider, &world.stored(), listener.redirect_uri()).unwrap();
    assert!(matches!(listener.wait(&flow, Duration::ZERO).await, Err(SignInError::TimedOut { seconds: 0 })));
}

/// Whoever has the port on one family cannot catch what was meant for the other.
#[tokio::test]
async fn a_taken_port_is_told() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Listener::bind(&format!("http://localhost:{port}/cb")).await.unwrap_err();
    assert!(matches!(error, SignInError::Port { port: told, .. } if told == port), "{error}");
    for foreign in ["https://127.0.0.1:1/cb", "http://app.example/cb", "myapp:callback", "nonsense"] {
        assert!(matches!(Listener::bind(foreign).await, Err(SignInError::NotLoopback(_))), "{foreign}");
    }
}

#[tokio::test]
async fn both_families_are_listened_at() {
    let listener = Listener::bind("http://localhost:0/cb").await.unwrap();
    assert!(TcpStream::connect(("127.0.0.1", listener.port())).await.is_ok());
    // Where the machine has IPv6 at all.
    if tokio::net::TcpListener::bind("[::1]:0").await.is_ok() {
        assert!(TcpStream::connect(("::1", listener.port())).await.is_ok());
    }
}

#[tokio::test]
async fn the_device_flow() {
    let fake = Fake::start(|request| match request.line.contains("/device_authorization") {
        true => json(
            200,
            r#"{"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://a.example/device","interval":0}"#,
        ),
        false => json(200, r#"{"access_token":"a","expires_in":60,"refresh_token":"r"}"#),
    })
    .await;
    let world = World::new("standard", &fake.base);
    let (source, credential) = (world.source(), world.stored());
    let flow = DeviceFlow::begin(source.endpoint(), &credential).await.unwrap();
    assert_eq!((flow.user_code(), flow.verification_uri()), ("WDJB-MJHT", "https://a.example/device"));
    let given = flow.wait(source.endpoint(), &credential, DEADLINE).await.unwrap();
    assert_eq!(given.answer.access_token.expose(), "a");
    assert_eq!(fake.seen()[1].field("device_code").as_deref(), Some("d"));
    let world = World::new("spotify", &fake.base);
    let error = DeviceFlow::begin(world.source().endpoint(), &world.stored()).await.unwrap_err();
    assert!(matches!(error, SignInError::NotOffered { .. }), "{error}");
}
