//! Introspection (RFC 7662): an authenticated app asks about its own tokens.

use stagedoor_wire::dialect::Rotation;
use stagedoor_wire::token_request::ClientCredentials;
use stagedoor_wire::{ClientId, Scopes, Secret};

use crate::access_token::AccessToken;
use crate::app::App;
use crate::client_authentication::authenticate;
use crate::decision::Decision;
use crate::grant::Presentation;
use crate::id::AccountId;
use crate::question::{About, Facts, Question};
use crate::refresh_token::PresentedToken;
use crate::token::issue::Holder;
use crate::{Rules, Timestamp};

/// What is told of a live token (RFC 7662 §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveToken {
    pub client_id: ClientId,
    pub scopes: Scopes,
    pub account: Option<AccountId>,
    pub issued: Timestamp,
    /// `None` for a refresh token that does not end by time.
    pub expires: Option<Timestamp>,
    /// `token_type`; none for refresh tokens.
    pub bearer: bool,
}

/// What must be known about `token`; also for revocation.
pub fn question<'a>(client: &'a ClientCredentials, token: &Secret) -> Question<'a> {
    let about = PresentedToken::read(token).map_or(About::App, |token| About::Grant(token.grant));
    Question { client_id: &client.client_id, about }
}

/// Tells about a token; `None` for all that is not a live token of the asking app, whatever the reason
/// (RFC 7662 §2.2). `has_ended` says whether an access token was revoked since it was made.
pub fn decide(
    rules: &Rules,
    client: &ClientCredentials,
    token: &Secret,
    facts: &Facts,
    has_ended: impl Fn(&AccessToken) -> bool,
    now: Timestamp,
) -> Decision<Option<LiveToken>> {
    let checked = authenticate(rules, facts.app.as_deref(), client, now);
    let app = match checked.and_then(|(app, proof)| proof.by_secret().map(|()| app)) {
        Ok(app) => app,
        Err(refusal) => return Decision::refuse(refusal),
    };
    let access = AccessToken::verify(rules, token.expose(), now).ok();
    let live = match access.filter(|token| token.app == app.id && !has_ended(token)) {
        Some(token) => Some(LiveToken {
            expires: Some(token.ends(rules)),
            client_id: token.client_id,
            scopes: token.scopes,
            account: token.account,
            issued: token.issued,
            bearer: true,
        }),
        None => live_grant(rules, app, token, facts, now),
    };
    Decision::reply(live)
}

fn live_grant(rules: &Rules, app: &App, token: &Secret, facts: &Facts, now: Timestamp) -> Option<LiveToken> {
    let refresh = rules.dialect.refresh_token.as_ref()?;
    let presented = PresentedToken::read(token)?;
    let grant = presented.find(rules, app, facts)?;
    Holder::of_live_grant(grant, app, facts.account.as_ref())?;
    let ends = grant.ends(refresh.ends);
    let replayed = refresh.rotation == Rotation::Rotated
        && grant.presentation(presented.generation, facts.again, refresh.lost_answer, now)
            == Presentation::Replay;
    (!replayed && ends.is_none_or(|ends| now < ends)).then(|| LiveToken {
        client_id: app.client_id.clone(),
        scopes: grant.scopes.clone(),
        account: grant.account,
        issued: grant.authorized,
        expires: ends,
        bearer: false,
    })
}
