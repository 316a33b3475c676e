//! Making the tokens of an answer.

use rand_core::CryptoRng;
use stagedoor_wire::Scopes;
use stagedoor_wire::dialect::{AccessTokenIssue, ScopeRules, Users};
use stagedoor_wire::token_answer::TokenAnswer;

use crate::access_token::{AccessToken, Epochs, Standing};
use crate::app::{App, Stage};
use crate::grant::{Grant, Succession};
use crate::id::GrantId;
use crate::keys::Purpose;
use crate::question::{AccountStanding, Facts};
use crate::team::Team;
use crate::{Rules, Timestamp};

/// Whom a token is for.
pub(crate) struct Holder<'a> {
    pub(super) app: &'a App,
    pub(super) team: &'a Team,
    pub(super) account: Option<&'a AccountStanding>,
}

impl<'a> Holder<'a> {
    /// Whom the tokens of `grant` are for; none when it was revoked, alone or with its app, team or person.
    pub(crate) fn of_live_grant(
        grant: &Grant,
        app: &'a App,
        account: Option<&'a AccountStanding>,
    ) -> Option<Self> {
        let team = app.teams.iter().find(|team| team.id == grant.team)?;
        let holder = Self { app, team, account };
        let same_person = grant.account == account.map(|account| account.id);
        (same_person && grant.revoked.is_none() && !grant.epochs.are_behind(holder.epochs()))
            .then_some(holder)
    }

    /// The epochs of everything the token hangs on.
    pub(super) fn epochs(&self) -> Epochs {
        Epochs {
            app: self.app.epoch,
            team: self.team.epoch,
            account: self.account.map_or(0, |own| own.epoch),
        }
    }

    fn standing(&self, rules: &Rules) -> Standing {
        let apps = &rules.dialect.apps;
        let user_listed = match (apps.users, self.account) {
            (Users::Listed(_), Some(account)) => account.listed || self.app.stage != Stage::Development,
            _ => true,
        };
        if !self.app.stage.is_listed(apps.creation) {
            Standing::AppNotListed
        } else if !user_listed {
            Standing::UserNotListed
        } else {
            Standing::Served
        }
    }
}

/// An answer with a new access token, or with the live one served again; no refresh token yet.
pub(super) fn access_token(
    rules: &Rules,
    holder: &Holder<'_>,
    grant: Option<&Grant>,
    scopes: Scopes,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> TokenAnswer {
    let lifetime = i64::from(rules.dialect.access_token.seconds);
    let (issued, nonce) = match rules.dialect.access_token.issue {
        AccessTokenIssue::Fresh => (now, rng.next_u64()),
        // A window opens every half lifetime; all tokens of a window are the same bytes.
        AccessTokenIssue::ServedAgain => {
            let window_millis = lifetime * 1000 / 2;
            (Timestamp(now.0.div_euclid(window_millis) * window_millis), 0)
        }
    };
    let expires = issued.plus_seconds(lifetime);
    let shown = (holder.account.is_some() || !scopes.is_empty()).then(|| scopes.clone());
    let token = AccessToken {
        app: holder.app.id,
        client_id: holder.app.client_id.clone(),
        team: holder.team.id,
        account: holder.account.map(|account| account.id),
        grant: grant.map(|grant| grant.id),
        epochs: holder.epochs(),
        standing: holder.standing(rules),
        scopes,
        issued,
        expires,
        nonce,
    };
    TokenAnswer {
        access_token: token.mint(rules, issued),
        expires_in_seconds: expires.seconds_from(now),
        refresh_token: None,
        scopes: shown,
    }
}

/// Whether the grant that was found is revoked already: a replay after the first changes nothing more.
pub(super) fn is_revoked(facts: &Facts) -> bool {
    facts.grant.as_ref().is_some_and(|grant| grant.revoked.is_some())
}

/// What a new grant rests on.
pub(super) struct GrantStart {
    pub(super) scopes: Scopes,
    pub(super) confidential: bool,
    pub(super) authorized: Timestamp,
}

/// A new grant whose first refresh token is generation 1.
pub(super) fn start_grant(
    rules: &Rules,
    holder: &Holder<'_>,
    start: GrantStart,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Grant {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    Grant {
        id: GrantId::new(now, rng),
        app: holder.app.id,
        team: holder.team.id,
        account: holder.account.map(|account| account.id),
        scopes: start.scopes,
        epochs: holder.epochs(),
        salt,
        key: rules.keys.active(Purpose::RefreshToken, now),
        confidential: start.confidential,
        authorized: start.authorized,
        succession: Succession { presented: 0, at: now },
        revoked: None,
    }
}

/// The scopes of `asked` that the dialect knows; `None` when it refuses one it does not know (RFC 6749 §3.3).
pub(crate) fn known_scopes(rules: &ScopeRules, asked: &Scopes) -> Option<Scopes> {
    let is_known = |name: &&str| rules.known.iter().any(|scope| scope.name == **name);
    (rules.drop_unknown || asked.iter().all(|name| is_known(&name)))
        .then(|| asked.iter().filter(is_known).collect())
}
