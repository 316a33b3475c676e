//! What the broker answers itself, below `/_broker/`: a token for programs that need it, its state, its figures.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::body::Body;
use super::credential_entry::Proof;
use super::refusal::Refusal;
use super::{Shared, figures, guard};
use crate::credential::{Credential, CredentialName};
use crate::renew::remaining_millis;
use crate::source::SourceError;
use crate::vault::{CoolDown, CoolDownKey, Vault};

/// The access token alone, as text. Refresh tokens and client secrets stay in the vault.
pub(super) fn token(proof: &Proof) -> Result<Response<Body>, Refusal> {
    match &proof.token {
        Some(token) => Ok(respond("text/plain; charset=utf-8", token.token.expose().to_owned())),
        None => Err(Refusal::Nothing),
    }
}

/// What there is, and how long it lives. Nothing of it is secret.
pub(super) async fn status(broker: &Shared) -> Result<Response<Body>, Refusal> {
    let (vault, clock) = (broker.vault.clone(), broker.clock.clone());
    let listed = tokio::task::spawn_blocking(move || {
        let names = vault.names().map_err(SourceError::from)?;
        let now = clock.now();
        let tell = |name: &CredentialName| match vault.read(name) {
            Ok(Some(credential)) => Some(described(&vault, name, &credential, now)),
            Ok(None) => None,
            Err(error) => Some(json!({"name": name.as_str(), "error": error.to_string()})),
        };
        Ok::<_, SourceError>(names.iter().filter_map(tell).collect::<Vec<_>>())
    });
    let listed = listed.await.map_err(|error| Refusal::Fault(error.to_string()))??;
    let told = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "uptime_seconds": broker.started.millis_until(broker.clock.now()) / 1000,
        "credentials": listed,
    });
    Ok(respond("application/json", format!("{told:#}\n")))
}

fn described(
    vault: &Vault,
    name: &CredentialName,
    credential: &Credential,
    now: crate::clock::Moment,
) -> Value {
    let access = credential.access.as_ref();
    let cool_down =
        vault.cool_down(&CoolDownKey::new(&credential.provider.api, &credential.client_id)).ok().flatten();
    json!({
        "name": name.as_str(),
        "provider": credential.provider.dialect,
        "api": credential.provider.api.to_string(),
        "expires_in": access.map(|access| remaining_millis(access, now) / 1000),
        "renewable": credential.refresh.is_some() || credential.client_secret.is_some(),
        "cool_down_seconds": cool_down.map_or(0, |cool_down: CoolDown| cool_down.remaining_seconds(now)),
    })
}

/// All figures.
pub(super) fn metrics(broker: &Shared) -> Response<Body> {
    let (now, all) = (broker.clock.now(), broker.credentials.all());
    let told: Vec<_> = all
        .iter()
        .map(|(name, entry)| {
            let seconds = entry.cool_down(now).map_or(0, |(_, seconds)| seconds);
            (&**name, seconds, &*entry.figures)
        })
        .collect();
    let text = figures::render(&told, &broker.refusals, broker.audit.lost());
    respond("text/plain; version=0.0.4; charset=utf-8", text)
}

/// The figures for a scraper, on a port that has nothing else.
pub(super) fn scrape(broker: &Shared, request: &Request<Incoming>) -> Response<Body> {
    let checked = guard::check(request.method(), request.uri(), request.headers());
    match checked {
        Ok(()) if request.method() == Method::GET && request.uri().path() == "/metrics" => metrics(broker),
        Ok(()) => Refusal::Nothing.answer(),
        Err(refusal) => refusal.answer(),
    }
}

fn respond(content_type: &'static str, text: String) -> Response<Body> {
    let mut response = Response::new(Body::whole(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
