//! What is known of one credential without asking anybody.

use stagedoor_client::clock::Moment;
use stagedoor_client::renew::{
    self, Action, Ask, SignInReason, State, days_left, remaining_millis, sign_in_due,
};
use stagedoor_client::vault::{CoolDown, CoolDownKey, JournalEntry};
use stagedoor_client::{Credential, CredentialName, Provider, Vault};
use stagedoor_wire::Timestamp;

use crate::failure::Failure;

/// A credential and what follows from it.
pub(super) struct Facts {
    pub(super) credential: Credential,
    pub(super) provider: Provider,
    /// Seconds the access token lives; 0 where it is spent or there is none.
    pub(super) seconds: u32,
    /// When a person has to sign in at the latest.
    pub(super) due: Option<Timestamp>,
    /// Why somebody has to sign in to get another token.
    pub(super) sign_in: Option<SignInReason>,
    /// An exchange that was begun and not seen to end.
    pub(super) interrupted: Option<JournalEntry>,
    /// Cool-downs that run, with the host that asked for each.
    pub(super) cool_downs: Vec<(String, CoolDown)>,
}

/// What it needs of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Need {
    Nothing,
    Patience,
    SignIn,
}

impl Facts {
    /// `None` where no credential has this name.
    pub(super) fn collect(
        vault: &Vault,
        name: &CredentialName,
        now: Moment,
    ) -> Result<Option<Self>, Failure> {
        let Some(credential) = vault.read(name)? else { return Ok(None) };
        let provider = Provider::stored(&credential.provider, vault.folder())?;
        // Whoever holds the lock is in the middle of an exchange: that is no interruption.
        let interrupted = vault.try_lock(name)?.map(|locked| locked.journal()).transpose()?.flatten();
        let mut cool_downs = Vec::new();
        for base in [&provider.accounts, &provider.api] {
            let found = vault.cool_down(&CoolDownKey::new(base, &credential.client_id))?;
            let found = found.filter(|cool_down| cool_down.remaining_seconds(now) > 0);
            if let Some(cool_down) =
                found.filter(|_| cool_downs.iter().all(|(host, _)| *host != base.to_string()))
            {
                cool_downs.push((base.to_string(), cool_down));
            }
        }
        let access_millis = credential.access.as_ref().map_or(0, |access| remaining_millis(access, now));
        let due = credential.refresh.as_ref().and_then(|refresh| sign_in_due(&provider.dialect, refresh));
        let sign_in = sign_in(&provider, &credential, interrupted.as_ref(), now);
        let seconds = u32::try_from(access_millis / 1000).unwrap_or(u32::MAX);
        Ok(Some(Self { credential, provider, seconds, due, sign_in, interrupted, cool_downs }))
    }

    /// Whether a key pair of the old kind is all there is, so that no token is needed.
    pub(super) fn is_legacy(&self) -> bool {
        self.credential.legacy_key.is_some() && self.credential.client_secret.is_none()
    }

    /// What it needs, looking so many days ahead.
    pub(super) fn need(&self, now: Moment, within_days: i64) -> Need {
        let spent = self.sign_in.is_some() && self.seconds == 0;
        let due = self.due.is_some_and(|due| days_left(due, now.wall()) < within_days || due <= now.wall());
        match (self.is_legacy(), spent || due) {
            (false, true) => Need::SignIn,
            _ if self.cool_downs.is_empty() => Need::Nothing,
            _ => Need::Patience,
        }
    }
}

/// Why the next renewal would need a person, as if the access token had ended already.
fn sign_in(
    provider: &Provider,
    credential: &Credential,
    journal: Option<&JournalEntry>,
    now: Moment,
) -> Option<SignInReason> {
    let long_ago = Moment { wall_millis: 0, boot_millis: 0, boot: 0 };
    let mut credential = credential.clone();
    if let Some(access) = &mut credential.access {
        (access.since, access.seconds, access.date) = (long_ago, 1, None);
    }
    let state = State {
        dialect: &provider.dialect,
        credential: &credential,
        journal,
        cool_down: None,
        ask: Ask::default(),
    };
    match renew::next(&state, now) {
        Action::SignIn(reason) => Some(reason),
        Action::Use | Action::Refresh { .. } | Action::ClientCredentials | Action::CoolDown(_) => None,
    }
}
