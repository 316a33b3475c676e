//! What others check tokens by (RFC 7517).

use serde_json::Value;
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::{KeyRing, Purpose, with_new_keys};
use stagedoor_server::entropy;

use super::{EACH, own_token, said, setup};
use crate::app::{Call, STANDARD, START, TestApp};

async fn published(app: &TestApp, api: &str) -> Vec<Value> {
    let answer = app.send(Call::get(&format!("/{api}/jwks"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/jwk-set+json"));
    assert_eq!(answer.header("cache-control"), "public, max-age=30");
    answer.json()["keys"].as_array().unwrap().clone()
}

#[tokio::test]
async fn public_halves_of_its_own_algorithm() {
    let app = setup().start().await;
    for (api, members) in [
        ("standard", &["kty", "crv", "alg", "use", "kid", "x", "y"][..]),
        ("soundcharts", &["kty", "crv", "alg", "use", "kid", "x"]),
    ] {
        let keys = published(&app, api).await;
        assert_eq!(keys.len(), 1, "{api}");
        // Nothing private is among them: `d` would be it.
        assert_eq!(keys[0].as_object().unwrap().keys().collect::<Vec<_>>(), members, "{api}");
        assert_eq!(keys[0]["use"], "sig");
    }
    let post = app.send(Call::post("/standard/jwks")).await;
    assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD"));
    let metadata = app.send(Call::get("/standard/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(metadata["jwks_uri"], "http://127.0.0.1:8080/standard/jwks");
}

/// The token's header names a key that is there.
#[tokio::test]
async fn named_by_tokens() {
    let app = setup().start().await;
    for client in EACH {
        let token = own_token(&app, &client).await;
        let header = said(&token, 0);
        assert_eq!(header["typ"], "at+jwt");
        let keys = published(&app, client.api).await;
        let own = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
        assert_eq!(own["alg"], header["alg"], "{}", client.api);
    }
}

/// A new key is there before it signs, and the old one as long as its tokens live.
#[tokio::test]
async fn rotated() {
    let old = KeyRing::generate(Timestamp(0), &mut entropy::rng());
    let from = START.plus_seconds(60);
    let both = with_new_keys(&old, &[Purpose::JwtEs256], from, &mut entropy::rng()).unwrap();
    let app = setup().keys(&both).start().await;
    let kids: Vec<Value> = published(&app, "standard").await.iter().map(|key| key["kid"].clone()).collect();
    assert_eq!(kids.len(), 2);
    let before = own_token(&app, &STANDARD).await;
    app.clock.advance(60);
    let after = own_token(&app, &STANDARD).await;
    assert_eq!([said(&before, 0)["kid"].clone(), said(&after, 0)["kid"].clone()], kids[..]);
    for token in [before, after] {
        assert_eq!(app.send(Call::get("/standard/x").bearer(&token)).await.status, 200);
    }
}

/// Where tokens are opaque there is nothing to check them by, and the path is the API's.
#[tokio::test]
async fn none_for_opaque_tokens() {
    let app = TestApp::new().await;
    assert_eq!(app.send(Call::get("/standard/jwks")).await.status, 401);
    let token = own_token(&app, &STANDARD).await;
    assert_eq!(app.send(Call::get("/standard/jwks").bearer(&token)).await.status, 200, "it went through");
    let metadata = app.send(Call::get("/standard/.well-known/oauth-authorization-server")).await.json();
    assert!(metadata["jwks_uri"].is_null());
}
