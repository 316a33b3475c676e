//! One credential as the broker serves it: where its requests go, its token as it goes into a request, its cool-down.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use arc_swap::ArcSwapOption;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use stagedoor_wire::Secret;
use stagedoor_wire::dialect::LegacyKeys;

use super::figures::Figures;
use super::refusal::Refusal;
use super::renewals::Renewals;
use super::upstream::Origin;
use crate::clock::Moment;
use crate::credential::{AccessToken, Credential, ProviderAddress};
use crate::source::{SourceError, TokenSource};
use crate::vault::{CoolDown, CoolDownKey, Fingerprint};

/// A token that came because another got a 401 is not renewed for a 401 of its own within this.
const FUTILE_MILLIS: u64 = 60_000;

/// A credential. It is made anew when what is stored becomes another's.
pub(super) struct CredentialEntry {
    pub(super) source: TokenSource,
    pub(super) origin: Origin,
    pub(super) figures: Arc<Figures>,
    pub(super) key: CoolDownKey,
    pub(super) looked_millis: AtomicU64,
    address: ProviderAddress,
    legacy: Option<Arc<Proof>>,
    proof: ArcSwapOption<Proof>,
    cool_down: ArcSwapOption<CoolDown>,
    /// The token that came after a 401, and until when it stays.
    after_401: ArcSwapOption<(Fingerprint, u64)>,
}

/// What shows a provider who asks, ready to go into a request.
#[derive(Debug)]
pub(super) struct Proof {
    /// `None`: a legacy key pair, which nothing renews.
    pub(super) token: Option<Arc<AccessToken>>,
    pub(super) fingerprint: Fingerprint,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Proof {
    pub(super) fn put_into(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
    }
}

impl CredentialEntry {
    /// `credential`, whose tokens come from `source`.
    pub(super) fn new(
        credential: &Credential,
        source: TokenSource,
        figures: Arc<Figures>,
    ) -> Result<Self, Refusal> {
        let provider = source.provider();
        let origin = Origin::of(&provider.api);
        let origin =
            origin.ok_or_else(|| Refusal::Fault(format!("{} is no address of an API", provider.api)))?;
        let legacy = provider.dialect.legacy_keys.as_ref().zip(credential.legacy_key.as_ref());
        let legacy = legacy.and_then(|(names, (id, key))| legacy_proof(names, id, key));
        Ok(Self {
            key: CoolDownKey::new(&provider.api, &credential.client_id),
            origin,
            figures,
            looked_millis: AtomicU64::new(0),
            address: credential.provider.clone(),
            legacy: legacy.map(Arc::new),
            proof: ArcSwapOption::empty(),
            cool_down: ArcSwapOption::empty(),
            after_401: ArcSwapOption::empty(),
            source,
        })
    }

    /// Whether `credential`, as it is stored now, is still the one served: same provider, same app, and no other token than
    /// the one in use.
    pub(super) fn is_of(&self, credential: &Credential) -> bool {
        let address = &credential.provider;
        let same_place = self.address.dialect == address.dialect
            && self.address.accounts == address.accounts
            && self.address.api == address.api;
        let same_token =
            match (self.proof.load().as_ref().and_then(|proof| proof.token.as_ref()), &credential.access) {
                (Some(used), Some(stored)) => used.token.ct_eq(&stored.token),
                (Some(_), None) => false,
                (None, _) => true,
            };
        same_place && same_token && self.key.client_id() == credential.client_id.as_str()
    }

    pub(super) fn title(&self) -> &str {
        &self.source.provider().dialect.title
    }

    pub(super) fn legacy_headers(&self) -> Option<&LegacyKeys> {
        self.source.provider().dialect.legacy_keys.as_ref()
    }

    /// The cool-down that runs at `now`, and the seconds it still does.
    pub(super) fn cool_down(&self, now: Moment) -> Option<(Arc<CoolDown>, u32)> {
        let cool_down = self.cool_down.load_full()?;
        let seconds = cool_down.remaining_seconds(now);
        (seconds > 0).then_some((cool_down, seconds))
    }

    pub(super) fn set_cool_down(&self, cool_down: Option<CoolDown>) {
        self.cool_down.store(cool_down.map(Arc::new));
    }

    /// What to show: a live token, or the legacy key where no token is to be had.
    pub(super) async fn proof(&self, renewals: &Renewals) -> Result<Arc<Proof>, Refusal> {
        let given = tokio::select! {
            biased;
            given = self.source.token() => given,
            // It is not in memory: a renewal may be due, which outlives its caller.
            () = ready(()) => {
                let source = self.source.clone();
                renewals.run(self.source.name(), async move { source.token().await }).await
            }
        };
        match (given, &self.legacy) {
            (Ok(token), _) => Ok(self.proof_of(token)),
            (Err(SourceError::SignIn { .. }), Some(legacy)) => Ok(Arc::clone(legacy)),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Another token than the one in `proof`, which the API refused.
    pub(super) async fn another(&self, proof: &Proof, renewals: &Renewals) -> Result<Arc<Proof>, Refusal> {
        let (source, refused) = (self.source.clone(), proof.token.clone());
        let token = renewals.run(self.source.name(), async move {
            match refused {
                Some(token) => source.rejected(&token).await,
                None => source.token().await,
            }
        });
        let another = self.proof_of(token.await?);
        let until = self.source.clock().now().boot_millis.saturating_add(FUTILE_MILLIS);
        self.after_401.store(Some(Arc::new((another.fingerprint, until))));
        Ok(another)
    }

    /// Whether a renewal may help against a 401 now. An API that answers 401 whatever token it is shown does not cost a
    /// token request each time.
    pub(super) fn may_help(&self, proof: &Proof, now: Moment) -> bool {
        let after_401 = self.after_401.load();
        let is_new =
            after_401.as_ref().is_some_and(|after| after.0 == proof.fingerprint && now.boot_millis < after.1);
        proof.token.is_some() && !is_new
    }

    fn proof_of(&self, token: Arc<AccessToken>) -> Arc<Proof> {
        let known = self.proof.load_full();
        let is_of = |proof: &Arc<Proof>| proof.token.as_ref().is_some_and(|known| Arc::ptr_eq(known, &token));
        if let Some(known) = known.filter(is_of) {
            return known;
        }
        let fingerprint = Fingerprint::of(&token.token);
        let value = secret_value(&format!("Bearer {}", token.token.expose()));
        let headers = value.map(|value| (AUTHORIZATION, value)).into_iter().collect();
        let proof = Arc::new(Proof { token: Some(token), fingerprint, headers });
        self.figures.token(fingerprint);
        self.proof.store(Some(Arc::clone(&proof)));
        proof
    }
}

fn legacy_proof(names: &LegacyKeys, id: &str, key: &Secret) -> Option<Proof> {
    let id = (names.id_header.parse().ok()?, secret_value(id)?);
    let headers = vec![id, (names.key_header.parse().ok()?, secret_value(key.expose())?)];
    Some(Proof { token: None, fingerprint: Fingerprint::of(key), headers })
}

/// Marked so that nothing prints it.
fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
