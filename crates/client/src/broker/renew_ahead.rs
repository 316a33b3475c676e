//! Renewing before anybody has to wait for it: every credential of the vault that can be renewed without a person, somewhat
//! before its own early margin, and not all at once.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;

use super::Shared;
use crate::clock::Moment;
use crate::credential::{Credential, CredentialName};
use crate::entropy;
use crate::renew::{early_millis, remaining_millis};
use crate::vault::Fingerprint;

/// How often the vault is looked through: new credentials come, and clocks jump.
const LOOK_SECONDS: u64 = 15;
/// How many early margins before the end a token is renewed: between these, so that many do not end together.
const MARGINS: std::ops::Range<f64> = 1.2..2.0;
/// After a renewal that brought nothing, the next waits for this share of what remains.
const AGAIN_SHARE: u64 = 2;
const LEAST_WAIT_MILLIS: u64 = 5_000;

/// When each token is renewed, by the boot clock.
#[derive(Default)]
struct Plan(HashMap<CredentialName, (Fingerprint, u64)>);

/// Renews until `stop`.
pub(super) async fn run(broker: Arc<Shared>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut plan = Plan::default();
    loop {
        let due = tokio::select! {
            due = look(&broker, plan) => due,
            () = &mut stop => return,
        };
        plan = due.plan;
        for (name, min_ttl_seconds) in due.renewals {
            tokio::select! {
                () = renew(&broker, &name, min_ttl_seconds) => {}
                // The renewal itself goes on, and is awaited with the others.
                () = &mut stop => return,
            }
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(due.wait_millis)) => {}
            () = &mut stop => return,
        }
    }
}

/// What is to be done now, and how long there is nothing to do after that.
struct Due {
    plan: Plan,
    renewals: Vec<(CredentialName, u32)>,
    wait_millis: u64,
}

async fn look(broker: &Shared, plan: Plan) -> Due {
    let (vault, now) = (broker.vault.clone(), broker.clock.now());
    let looked = tokio::task::spawn_blocking(move || {
        let names = vault.names().unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot list the credentials");
            Vec::new()
        });
        let stored = |name: CredentialName| vault.read(&name).ok().flatten().map(|stored| (name, stored));
        plan.due(&names.into_iter().filter_map(stored).collect::<Vec<_>>(), now, || {
            entropy::rng().random_range(MARGINS)
        })
    });
    let nothing = || Due { plan: Plan::default(), renewals: Vec::new(), wait_millis: LOOK_SECONDS * 1000 };
    looked.await.unwrap_or_else(|_| nothing())
}

async fn renew(broker: &Shared, name: &CredentialName, min_ttl_seconds: u32) {
    let Ok(entry) = broker.credentials.find(name.as_str()) else { return };
    let source = entry.source.clone();
    let renewed = broker.renewals.run(name, async move { source.token_for(min_ttl_seconds).await }).await;
    if let Err(error) = renewed {
        tracing::warn!(credential = %name, %error, "cannot be renewed ahead of need");
    }
}

impl Plan {
    /// `margins` draws how many early margins before the end a token is renewed.
    fn due(
        mut self,
        stored: &[(CredentialName, Credential)],
        now: Moment,
        mut margins: impl FnMut() -> f64,
    ) -> Due {
        self.0.retain(|name, _| stored.iter().any(|(known, _)| known == name));
        let (mut renewals, mut wait_millis) = (Vec::new(), LOOK_SECONDS * 1000);
        for (name, credential) in stored {
            let Some(access) = &credential.access else { continue };
            let left = remaining_millis(access, now);
            let token = Fingerprint::of(&access.token);
            // What has ended is somebody's need already, or nobody's.
            if left == 0 || (credential.refresh.is_none() && credential.client_secret.is_none()) {
                continue;
            }
            let planned = self.0.get(name).filter(|(known, _)| *known == token).map(|(_, at)| *at);
            let at = planned.unwrap_or_else(|| {
                let before = (early_millis(access) as f64 * margins()) as u64;
                now.boot_millis + left.saturating_sub(before)
            });
            let next = if at <= now.boot_millis {
                renewals.push((name.clone(), u32::try_from(left / 1000 + 1).unwrap_or(u32::MAX)));
                now.boot_millis + (left / AGAIN_SHARE).max(LEAST_WAIT_MILLIS)
            } else {
                at
            };
            self.0.insert(name.clone(), (token, next));
            wait_millis = wait_millis.min(next - now.boot_millis);
        }
        Due { plan: self, renewals, wait_millis: wait_millis.max(1) }
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_wire::{ClientId, Secret};

    use super::*;
    use crate::credential::{AccessToken, Flow, ProviderAddress};
    use crate::provider::BaseUrl;

    fn at(seconds: u64) -> Moment {
        Moment { wall_millis: 0, boot_millis: seconds * 1000, boot: 1 }
    }

    fn stored(token: &str, since: u64, secret: bool) -> (CredentialName, Credential) {
        let base = BaseUrl::parse("http://127.0.0.1:1").unwrap();
        let credential = Credential {
            provider: ProviderAddress { dialect: "standard".into(), accounts: base.clone(), api: base },
            client_id: ClientId::new("app").unwrap(),
            client_secret: secret.then(|| Secret::new("s")),
            flow: Flow::ClientCredentials,
            team: None,
            scopes: None,
            redirect_uri: None,
            legacy_key: None,
            access: Some(AccessToken {
                token: Secret::new(token),
                scopes: None,
                since: at(since),
                seconds: 3600,
                date: None,
            }),
            refresh: None,
            set_aside: Vec::new(),
        };
        (CredentialName::new("spotify").unwrap(), credential)
    }

    fn renewed(due: &Due) -> Vec<u32> {
        due.renewals.iter().map(|(_, min_ttl_seconds)| *min_ttl_seconds).collect()
    }

    #[test]
    fn before_the_margin_once_and_again_where_that_brought_nothing() {
        let due = Plan::default().due(&[stored("a", 0, true)], at(0), || 1.5);
        assert_eq!((renewed(&due), due.wait_millis), (vec![], 15_000));
        let due = due.plan.due(&[stored("a", 0, true)], at(3500), || panic!("drawn twice"));
        assert_eq!((renewed(&due), due.wait_millis), (vec![], 10_000));
        let due = due.plan.due(&[stored("a", 0, true)], at(3510), || 1.5);
        assert_eq!((renewed(&due), due.wait_millis), (vec![91], 15_000));
        // The same token still: half of the rest later, and not before.
        let due = due.plan.due(&[stored("a", 0, true)], at(3520), || 1.5);
        assert_eq!(renewed(&due), Vec::<u32>::new());
        let due = due.plan.due(&[stored("a", 0, true)], at(3555), || 1.5);
        assert_eq!(renewed(&due), vec![46]);
        // A new one is planned anew.
        let due = due.plan.due(&[stored("b", 3555, true)], at(3556), || 1.5);
        assert_eq!((renewed(&due), due.wait_millis), (vec![], 15_000));
    }

    #[test]
    fn not_what_nobody_can_renew_or_what_has_ended() {
        let due = Plan::default().due(&[stored("a", 0, false)], at(3599), || 1.5);
        assert_eq!(renewed(&due), Vec::<u32>::new());
        let due = Plan::default().due(&[stored("a", 0, true)], at(3600), || 1.5);
        assert_eq!((renewed(&due), due.plan.0.len()), (vec![], 0));
    }
}
