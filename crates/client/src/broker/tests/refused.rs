//! What the broker does not let through.

use http::Method;

use super::caller::get;
use super::world::World;

#[tokio::test]
async fn web_pages_and_other_hosts() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    for (name, value, error) in [
        ("host", "evil.example", "host_refused"),
        ("origin", "http://localhost", "browser_refused"),
        ("sec-fetch-site", "none", "browser_refused"),
    ] {
        let mut request = get("/own/x");
        request.headers_mut().insert(name, value.parse().unwrap());
        let told = broker.ask(request).await;
        assert_eq!((told.status.as_u16(), told.error().as_str()), (403, error), "{name}");
        assert_eq!(told.header("access-control-allow-origin"), None);
    }
    let mut preflight = get("/own/x");
    *preflight.method_mut() = Method::OPTIONS;
    preflight.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert_eq!(broker.ask(preflight).await.status.as_u16(), 403);
    let mut trace = get("/own/x");
    *trace.method_mut() = Method::TRACE;
    assert_eq!(broker.ask(trace).await.status.as_u16(), 405);
    assert_eq!(world.provider.api_requests(), 0);
    broker.stop().await;
}

#[tokio::test]
async fn paths_and_names() {
    let world = World::new().await;
    let broker = world.run(&["own:GET:/v1/public"]).await;
    for (path, status, error) in [
        ("/own/v1/public/../admin", 400, "path_refused"),
        ("/own/v1/public/%2e%2e/admin", 400, "path_refused"),
        ("/own/v1/public/..%2fadmin", 400, "path_refused"),
        ("/own/v1/publicity", 403, "not_allowed"),
        ("/own/v1%2fpublic/x", 403, "not_allowed"),
        ("/own", 403, "not_allowed"),
        ("/other/v1/public", 404, "unknown_credential"),
        ("/..", 404, "nothing_here"),
        ("/", 404, "nothing_here"),
        ("/_broker/", 404, "nothing_here"),
        ("/_broker/token/", 404, "nothing_here"),
        ("/_broker/token/own", 403, "token_kept"),
    ] {
        let told = broker.ask(get(path)).await;
        assert_eq!((told.status.as_u16(), told.error().as_str()), (status, error), "{path}");
    }
    let mut delete = get("/own/v1/public/x");
    *delete.method_mut() = Method::DELETE;
    assert_eq!(broker.ask(delete).await.error(), "not_allowed");
    assert_eq!(world.provider.api_requests(), 0);
    assert_eq!(broker.ask(get("/own/v1/public/x")).await.text(), "echo");
    broker.stop().await;
}

#[tokio::test]
async fn another_protocol() {
    let world = World::new().await;
    let broker = world.run(&[]).await;
    let told = broker.ask(get("/own/switching")).await;
    assert_eq!((told.status.as_u16(), told.error().as_str()), (502, "broken_off"));
    broker.stop().await;
}

/// A provider that is away, and one that a person has to sign in to.
#[tokio::test]
async fn said_with_the_next_step() {
    let world = World::new().await;
    let mut away = world.credential("app");
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    away.provider.api = crate::provider::BaseUrl::parse(&format!("http://{free}")).unwrap();
    world.store("away", &away);
    let mut spent = world.credential("app");
    (spent.access, spent.refresh) = (None, None);
    world.store("spent", &spent);
    let broker = world.run(&[]).await;
    let told = broker.ask(get("/away/x")).await;
    assert_eq!((told.status.as_u16(), told.error().as_str()), (502, "unreachable"));
    let told = broker.ask(get("/spent/x")).await;
    assert_eq!((told.status.as_u16(), told.error().as_str()), (502, "sign_in_needed"));
    assert!(told.text().contains("stagedoor login spent"), "{}", told.text());
    broker.stop().await;
}
