//! Who calls: the bearer of an access token, or of a legacy key where the dialect has them.

use axum::http::{Extensions, HeaderMap};
use stagedoor_protocol::Timestamp;
use stagedoor_protocol::access_token::{AccessToken, Standing, Unverified};
use stagedoor_protocol::id::{AccountId, AppId, TeamId};
use stagedoor_wire::api_error::ApiErrorKind;
use stagedoor_wire::bearer::{self, Bearer};
use stagedoor_wire::dialect::LegacyKeys;
use stagedoor_wire::{ClientId, Scopes, Secret};

use super::limit;
use super::refuse::Refused;
use crate::api::Api;
use crate::figures::Check;
use crate::http::authorization;

/// Whom a call acts for.
pub(super) struct Caller {
    pub(super) app: AppId,
    pub(super) client_id: ClientId,
    pub(super) team: TeamId,
    pub(super) account: Option<AccountId>,
    pub(super) scopes: Scopes,
    /// Whether it was recognised by headers that no cache on the way knows to mean a person or app.
    pub(super) by_legacy_key: bool,
}

/// Why nobody is recognised.
pub(super) struct Unauthenticated {
    pub(super) refused: Refused,
    /// The app that a token or key of ours names: one that is over, or is not let in.
    pub(super) whose: Option<AppId>,
}

impl Unauthenticated {
    fn of(app: AppId) -> impl Fn(ApiErrorKind) -> Self {
        move |kind| Self { refused: kind.into(), whose: Some(app) }
    }
}

impl<T: Into<Refused>> From<T> for Unauthenticated {
    fn from(refused: T) -> Self {
        Self { refused: refused.into(), whose: None }
    }
}

/// The caller; no disk is touched for a token.
pub(super) async fn caller(
    api: &Api,
    headers: &HeaderMap,
    extensions: &Extensions,
    now: Timestamp,
) -> Result<Caller, Unauthenticated> {
    match bearer::read(authorization(headers)) {
        Bearer::Token(token) => {
            let caller = by_token(api, token, now);
            api.figures.checked(Check::Token, caller.is_ok());
            caller
        }
        Bearer::Malformed => Err(ApiErrorKind::TokenMalformed.into()),
        Bearer::Missing => match &api.dialect().legacy_keys {
            Some(names) => {
                limit::admit(api, extensions, now)?;
                by_legacy_key(api, names, headers, now).await
            }
            None => Err(ApiErrorKind::TokenMissing.into()),
        },
    }
}

fn by_token(api: &Api, text: &str, now: Timestamp) -> Result<Caller, Unauthenticated> {
    let token = AccessToken::verify(&api.rules, text, now).map_err(|why| match why {
        Unverified::Unknown => ApiErrorKind::TokenUnknown.into(),
        Unverified::Expired { app } => Unauthenticated::of(app)(ApiErrorKind::TokenExpired),
    })?;
    if api.store.has_ended(&token) {
        return Err(Unauthenticated::of(token.app)(ApiErrorKind::TokenRevoked));
    }
    check_standing(token.standing).map_err(Unauthenticated::of(token.app))?;
    let AccessToken { app, client_id, team, account, scopes, .. } = token;
    Ok(Caller { app, client_id, team, account, scopes, by_legacy_key: false })
}

fn check_standing(standing: Standing) -> Result<(), ApiErrorKind> {
    match standing {
        Standing::Served => Ok(()),
        Standing::AppNotListed => Err(ApiErrorKind::AppNotListed),
        Standing::UserNotListed => Err(ApiErrorKind::UserNotListed),
    }
}

async fn by_legacy_key(
    api: &Api,
    names: &LegacyKeys,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Caller, Unauthenticated> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (id, key) = match (text(&names.id_header), text(&names.key_header)) {
        (Some(id), Some(key)) => (id, Secret::new(key)),
        (None, None) => return Err(ApiErrorKind::TokenMissing.into()),
        _ => return Err(ApiErrorKind::LegacyKeyWrong.into()),
    };
    let found = match api.store.known_legacy_key(&api.rules.api, id) {
        Some(known) => known,
        None => api.store.legacy_key(&api.rules.api, id).await?,
    };
    let found = found.filter(|own| own.accepts(&api.rules, &key, now));
    api.figures.checked(Check::LegacyKey, found.is_some());
    let found = found.ok_or(ApiErrorKind::LegacyKeyWrong)?;
    check_standing(found.standing(&api.rules)).map_err(Unauthenticated::of(found.app))?;
    Ok(Caller {
        app: found.app,
        client_id: found.client_id.clone(),
        team: found.team.id,
        account: None,
        scopes: Scopes::none(),
        by_legacy_key: true,
    })
}
