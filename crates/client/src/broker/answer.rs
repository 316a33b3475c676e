//! One request, from arrival to answer: who asks, for what, whether they may, and what is noted of it.

use std::sync::Arc;

use http::{Request, Response};
use hyper::body::Incoming;

use super::applications::{Application, KEY_HEADER};
use super::body::Body;
use super::credential_entry::CredentialEntry;
use super::forward::{Forwarded, forward};
use super::listen::Peer;
use super::refusal::Refusal;
use super::target::{self, Target};
use super::{Shared, audit, guard, own};
use crate::vault::Fingerprint;

/// What became known of a request while it was answered.
#[derive(Default)]
struct Known {
    application: Option<Application>,
    credential: Option<Arc<CredentialEntry>>,
    token: Option<Fingerprint>,
}

/// Answers `request`.
pub(super) async fn answer(broker: &Shared, peer: Peer, request: Request<Incoming>) -> Response<Body> {
    let (at, method, uri) = (broker.clock.now(), request.method().clone(), request.uri().clone());
    let mut known = Known::default();
    let (response, refused) = match known.answer(broker, peer, request).await {
        Ok(response) => (response, None),
        Err(refusal) => (refusal.answer(), Some(refusal.code())),
    };
    match (&known.credential, refused) {
        (Some(credential), _) => credential.figures.answered(response.status()),
        (None, Some(code)) => broker.refusals.refused(code),
        (None, None) => {}
    }
    let is_keyed = known.application.is_some() || peer != Peer::Network;
    if let (false, Some(reason)) = (is_keyed, refused)
        && !broker.unkeyed.is_noted(reason, at)
    {
        return response;
    }
    let name = known.credential.as_ref().map(|credential| credential.source.name().as_str());
    let noted = audit::Entry {
        at: at.wall(),
        peer,
        application: known.application.as_ref().map(|application| application.app.as_str()),
        credential: name,
        request: is_keyed.then(|| (method.as_str(), uri.path())),
        status: response.status().as_u16(),
        refused,
        token: known.token,
    };
    broker.audit.note(&noted).await;
    response
}

impl Known {
    async fn answer(
        &mut self,
        broker: &Shared,
        peer: Peer,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Refusal> {
        guard::check(request.method(), request.uri(), request.headers())?;
        let mut keys = request.headers().get_all(KEY_HEADER).iter();
        let key = keys.next();
        self.application = match (peer, key) {
            (_, Some(_)) if keys.next().is_some() => return Err(Refusal::KeyRepeated),
            (_, Some(key)) => Some(broker.applications.whose(key.as_bytes())?),
            (Peer::Network, None) => return Err(Refusal::KeyMissing),
            (Peer::Socket { .. }, None) => None,
        };
        match target::read(request.uri())? {
            Target::Own(what) => self.own(broker, peer, what, request.method()).await,
            Target::Api { name, path, query } => {
                self.may_use(name)?;
                let entry = self.find(broker, name)?;
                if !broker.allow.admits(name, request.method(), path, query) {
                    let (name, path) = (name.to_owned(), path.to_owned());
                    return Err(Refusal::NotAllowed { name, method: request.method().to_string(), path });
                }
                let uri = entry.origin.join(path, query).ok_or(Refusal::Path)?;
                let Forwarded { response, token } = forward(broker, &entry, uri, request).await?;
                self.token = Some(token);
                Ok(response)
            }
        }
    }

    /// What is the broker's own: on the Unix socket alone, and to whom no key sets limits.
    async fn own(
        &mut self,
        broker: &Shared,
        peer: Peer,
        what: &str,
        method: &http::Method,
    ) -> Result<Response<Body>, Refusal> {
        if peer == Peer::Network || method != http::Method::GET {
            return Err(Refusal::SocketOnly);
        }
        match what.split_once('/') {
            None if what == "status" => own::status(broker).await,
            None if what == "metrics" => Ok(own::metrics(broker)),
            Some(("token", name)) => {
                self.may_use(name)?;
                let entry = self.find(broker, name)?;
                // Whom rules keep to some paths is not handed what opens all of them.
                if broker.allow.has_rules(name) {
                    return Err(Refusal::TokenKept { name: name.to_owned() });
                }
                let proof = entry.proof(&broker.renewals).await?;
                self.token = Some(proof.fingerprint);
                own::token(&proof)
            }
            _ => Err(Refusal::Nothing),
        }
    }

    fn may_use(&self, name: &str) -> Result<(), Refusal> {
        match &self.application {
            Some(application) if !application.may_use(name) => {
                Err(Refusal::KeyNotFor { app: application.app.clone(), name: name.to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn find(&mut self, broker: &Shared, name: &str) -> Result<Arc<CredentialEntry>, Refusal> {
        let entry = broker.credentials.find(name)?;
        self.credential = Some(Arc::clone(&entry));
        Ok(entry)
    }
}
