//! RFC 8414.

use stagedoor_wire::Dialect;

use crate::app::{Call, TestApp};

/// The document stands at the API's own well-known address and where §3.1 has it for an issuer with a path.
#[tokio::test]
async fn at_both_places() {
    let app = TestApp::new().await;
    let paths = [
        "/standard/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/standard",
    ];
    let mut documents = Vec::new();
    for path in paths {
        let answer = app.send(Call::get(path)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{path}");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        documents.push(answer.json());
    }
    assert_eq!(documents[0], documents[1]);
    insta::assert_snapshot!(format!("{:#}", documents[0]), @r#"
    {
      "issuer": "http://127.0.0.1:8080/standard",
      "scopes_supported": [
        "read",
        "write",
        "profile"
      ],
      "response_types_supported": [
        "code"
      ],
      "response_modes_supported": [
        "query"
      ],
      "grant_types_supported": [
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code"
      ],
      "token_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post",
        "none"
      ],
      "code_challenge_methods_supported": [
        "S256"
      ],
      "authorization_response_iss_parameter_supported": true,
      "token_endpoint": "http://127.0.0.1:8080/standard/token",
      "authorization_endpoint": "http://127.0.0.1:8080/standard/authorize",
      "revocation_endpoint": "http://127.0.0.1:8080/standard/revoke",
      "introspection_endpoint": "http://127.0.0.1:8080/standard/introspect",
      "device_authorization_endpoint": "http://127.0.0.1:8080/standard/device_authorization",
      "revocation_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post",
        "none"
      ],
      "introspection_endpoint_auth_methods_supported": [
        "client_secret_basic",
        "client_secret_post"
      ]
    }
    "#);
}

/// Every address in it leads somewhere.
#[tokio::test]
async fn its_addresses_are_served() {
    let app = TestApp::new().await;
    let document = app.send(Call::get("/standard/.well-known/oauth-authorization-server")).await.json();
    for (name, address) in document.as_object().unwrap() {
        if let Some(address) = address.as_str().filter(|_| name.ends_with("_endpoint")) {
            let path = address.strip_prefix("http://127.0.0.1:8080").unwrap();
            let answer = app.send(Call::post(path).form("")).await;
            // A page, or the token endpoint's word that no client is named: not the API's that no token is.
            assert!(!answer.text().contains("access token"), "{name}: {}", answer.shown());
        }
    }
}

#[tokio::test]
async fn only_where_the_dialect_has_it() {
    let app = TestApp::new().await;
    for dialect in Dialect::all_built_in().filter(|dialect| dialect.endpoints.metadata.is_none()) {
        let name = dialect.name.to_string();
        let own = app.send(Call::get(&format!("/{name}/.well-known/oauth-authorization-server"))).await;
        assert_eq!(own.status, 401, "{name}: it is a path of the API");
        let root = app.send(Call::get(&format!("/.well-known/oauth-authorization-server/{name}"))).await;
        assert_eq!(root.status, 404, "{name}");
    }
    assert_eq!(app.send(Call::get("/.well-known/oauth-authorization-server")).await.status, 404);
    assert_eq!(app.send(Call::get("/.well-known/oauth-authorization-server/standard/x")).await.status, 404);
    let post = app.send(Call::post("/standard/.well-known/oauth-authorization-server")).await;
    assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD"));
}
