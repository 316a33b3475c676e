//! A bare axum server: it reads the same form, or the same path, and answers a constant.

use std::io::Read;
use std::sync::Arc;

use anyhow::Context;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Form, Router};
use bytes::Bytes;
use serde::Deserialize;
use tokio::net::TcpListener;

/// The line it is given.
#[derive(Deserialize)]
struct Given {
    token_path: String,
    client_id: String,
    client_secret: String,
    token: GivenAnswer,
    /// With `{id}` in it.
    resource_path: String,
    resource: GivenAnswer,
}

#[derive(Deserialize)]
struct GivenAnswer {
    headers: Vec<(String, String)>,
    body: String,
}

/// A constant answer.
struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

struct Constants {
    client_id: String,
    client_secret: String,
    token: Answer,
    resource: Answer,
}

#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    client_id: String,
    client_secret: String,
}

pub(super) fn serve() -> anyhow::Result<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    let given: Given = serde_json::from_str(&line)?;
    let router = Router::new()
        .route(&given.token_path, post(token))
        .route(&given.resource_path, get(resource))
        .with_state(Arc::new(Constants {
            client_id: given.client_id,
            client_secret: given.client_secret,
            token: Answer::read(given.token)?,
            resource: Answer::read(given.resource)?,
        }));
    // As many workers as Stagedoor has on this core.
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(listen(router))
}

async fn listen(router: Router) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", serde_json::json!({"url": format!("http://{}", listener.local_addr()?)}));
    let listener = listener.tap_io(|stream| {
        // A socket that refuses is slower, not broken.
        let _ = stream.set_nodelay(true);
    });
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = axum::serve(listener, router) => served.context("serving ended"),
        _ = ended => Ok(()),
    }
}

async fn token(State(constants): State<Arc<Constants>>, Form(form): Form<TokenForm>) -> Response {
    let right = form.grant_type == "client_credentials"
        && form.client_id == constants.client_id
        && form.client_secret == constants.client_secret;
    if right { constants.token.response() } else { refused() }
}

async fn resource(State(constants): State<Arc<Constants>>, Path(id): Path<String>) -> Response {
    if id.is_empty() { refused() } else { constants.resource.response() }
}

impl Answer {
    fn read(given: GivenAnswer) -> anyhow::Result<Self> {
        let header = |(name, value): (String, String)| Ok((name.parse()?, value.parse()?));
        let headers = given.headers.into_iter().map(header).collect::<anyhow::Result<_>>()?;
        Ok(Self { headers, body: given.body.into() })
    }

    fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        for (name, value) in &self.headers {
            response.headers_mut().insert(name, value.clone());
        }
        response
    }
}

fn refused() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}
