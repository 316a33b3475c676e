use proptest::prelude::*;
use stagedoor_wire::dialect::{ActiveGrants, Dialect};
use stagedoor_wire::{ClientId, Secret, Timestamp};

use super::*;
use crate::credential::{ProviderAddress, RefreshToken};
use crate::provider::BaseUrl;
use crate::vault::CoolDownKind;

const NOW: Moment = Moment { wall_millis: 1_790_000_000_000, boot_millis: 900_000_000, boot: 7 };

fn credential(flow: Flow, access: Option<AccessToken>, refresh: bool, secret: bool) -> Credential {
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let time = Timestamp(NOW.wall_millis - 1_000_000);
    Credential {
        provider: ProviderAddress { dialect: "standard".into(), accounts: base.clone(), api: base },
        client_id: ClientId::new("app").unwrap(),
        client_secret: secret.then(|| Secret::new("secret")),
        flow,
        team: None,
        scopes: None,
        redirect_uri: None,
        legacy_key: None,
        access,
        refresh: refresh.then(|| RefreshToken {
            token: Secret::new("refresh"),
            authorized: time,
            received: time,
        }),
        set_aside: Vec::new(),
    }
}

fn access(age_millis: u64, seconds: u32) -> AccessToken {
    let since = Moment {
        wall_millis: NOW.wall_millis - i64::try_from(age_millis).unwrap(),
        boot_millis: NOW.boot_millis - age_millis,
        boot: NOW.boot,
    };
    AccessToken { token: Secret::new("access"), scopes: None, since, seconds, date: None }
}

fn decide(dialect: &str, credential: &Credential, journal: Option<&JournalEntry>, ask: Ask) -> Action {
    let dialect = Dialect::built_in(dialect).unwrap();
    next(&State { dialect: &dialect, credential, journal, cool_down: None, ask }, NOW)
}

fn sent(token: &str) -> JournalEntry {
    JournalEntry { fingerprint: Fingerprint::of(&Secret::new(token)), began: NOW, sent: 1 }
}

#[test]
fn renewed_a_minute_or_a_tenth_before_the_end() {
    let at = |age, seconds| {
        let credential = credential(Flow::AuthorizationCode, Some(access(age, seconds)), true, true);
        decide("spotify", &credential, None, Ask::default())
    };
    assert_eq!(at(3_539_999, 3600), Action::Use);
    assert_eq!(at(3_540_000, 3600), Action::Refresh { resend: false });
    assert_eq!(at(89_999, 100), Action::Use);
    assert_eq!(at(90_000, 100), Action::Refresh { resend: false });
}

#[test]
fn bandcamp_refreshes_and_asks_anew_only_without_a_refresh_token() {
    let spent = Some(access(4_000_000, 3600));
    let with = credential(Flow::ClientCredentials, spent.clone(), true, true);
    assert_eq!(decide("bandcamp", &with, None, Ask::default()), Action::Refresh { resend: false });
    let without = credential(Flow::ClientCredentials, spent, false, true);
    assert_eq!(decide("bandcamp", &without, None, Ask::default()), Action::ClientCredentials);
    let no_secret = credential(Flow::ClientCredentials, None, false, false);
    assert_eq!(
        decide("soundcharts", &no_secret, None, Ask::default()),
        Action::SignIn(SignInReason::NoSecret)
    );
}

/// What is served again with little left is asked for again only when that little is nearly gone.
#[test]
fn a_token_served_again_makes_no_loop() {
    let mut asked = 0;
    let mut token = access(0, 50);
    // The provider serves the same token for 50 s; each second somebody asks.
    for second in 0..50_u64 {
        let now = Moment { boot_millis: NOW.boot_millis + second * 1000, ..NOW };
        let stored = credential(Flow::ClientCredentials, Some(token.clone()), false, true);
        let dialect = Dialect::built_in("soundcharts").unwrap();
        let state = State {
            dialect: &dialect,
            credential: &stored,
            journal: None,
            cool_down: None,
            ask: Ask::default(),
        };
        if next(&state, now) == Action::ClientCredentials {
            asked += 1;
            token = AccessToken { since: now, seconds: u32::try_from(50 - second).unwrap(), ..token };
        }
    }
    assert!((1..=3).contains(&asked), "{asked}");
}

#[test]
fn a_lost_answer() {
    let strict = include_str!("../../../wire/dialects/standard.toml").replacen(
        "lost_answer = \"repeated\"",
        "lost_answer = \"lost\"",
        1,
    );
    let strict = Dialect::parse("strict.toml", &strict).unwrap();
    let journal = sent("refresh");
    let at = |dialect: &Dialect, age| {
        let stored = credential(Flow::AuthorizationCode, Some(access(age, 3600)), true, true);
        let ask = Ask::default();
        next(&State { dialect, credential: &stored, journal: Some(&journal), cool_down: None, ask }, NOW)
    };
    let lenient = Dialect::built_in("standard").unwrap();
    assert_eq!(at(&lenient, 3_590_000), Action::Refresh { resend: true });
    // A strict server may take it for a replay: nothing live is risked.
    assert_eq!(at(&strict, 3_590_000), Action::Use);
    assert_eq!(at(&strict, 3_600_000), Action::Refresh { resend: true });
    let other = sent("another");
    let stored = credential(Flow::AuthorizationCode, None, true, true);
    assert_eq!(decide("standard", &stored, Some(&other), Ask::default()), Action::Refresh { resend: false });
}

#[test]
fn what_was_set_aside_says_why() {
    let mut stored = credential(Flow::AuthorizationCode, None, true, true);
    stored.set_refresh_aside();
    let authorized = stored.set_aside[0].authorized;
    let reason = decide("spotify", &stored, None, Ask::default());
    assert_eq!(reason, Action::SignIn(SignInReason::Refused { authorized, received: authorized }));
    stored.set_aside[0].authorized = Timestamp(NOW.wall_millis - 200 * 86_400_000);
    let reason = decide("spotify", &stored, None, Ask::default());
    assert!(matches!(reason, Action::SignIn(SignInReason::Ended { .. })), "{reason:?}");
    assert!(stored.take_back_refresh() && !stored.take_back_refresh());
    assert_eq!(decide("spotify", &stored, None, Ask::default()), Action::Refresh { resend: false });
}

fn moments() -> impl Strategy<Value = Moment> {
    let millis = prop_oneof![Just(0), Just(i64::MAX), Just(i64::MIN), -9_000_000_000..9_000_000_000_i64];
    let boot_millis = prop_oneof![Just(0), Just(u64::MAX), 0..2_000_000_000_u64];
    (millis, boot_millis, 0..3_u64).prop_map(|(wall, boot_millis, boot)| Moment {
        wall_millis: wall.saturating_add(NOW.wall_millis),
        boot_millis,
        boot,
    })
}

fn tokens() -> impl Strategy<Value = AccessToken> {
    let date = proptest::option::of(any::<i64>().prop_map(Timestamp));
    let seconds = prop_oneof![Just(0), Just(u32::MAX), 0..90_000_u32];
    (moments(), seconds, date).prop_map(|(since, seconds, date)| AccessToken {
        token: Secret::new("access"),
        scopes: None,
        since,
        seconds,
        date,
    })
}

fn credentials() -> impl Strategy<Value = Credential> {
    let flow = prop_oneof![Just(Flow::ClientCredentials), Just(Flow::AuthorizationCode), Just(Flow::Device)];
    (flow, proptest::option::of(tokens()), any::<bool>(), any::<bool>())
        .prop_map(|(flow, access, refresh, secret)| credential(flow, access, refresh, secret))
}

fn asks() -> impl Strategy<Value = Ask> {
    let rejected = proptest::option::of(prop_oneof![Just("access"), Just("other")]);
    (any::<u32>(), rejected, any::<bool>()).prop_map(|(min_ttl_seconds, rejected, renewed)| Ask {
        min_ttl_seconds,
        rejected: rejected.map(|token| Fingerprint::of(&Secret::new(token))),
        renewed,
    })
}

proptest! {
    /// Whatever the clocks do and whatever is stored.
    #[test]
    fn rules_that_always_hold(
        credential in credentials(), ask in asks(), now in moments(), journal in proptest::option::of(moments()),
        cooling in proptest::option::of((moments(), any::<u32>())),
    ) {
        let journal = journal.map(|began| JournalEntry { began, ..sent("refresh") });
        let cool_down = cooling.map(|(since, seconds)| CoolDown { until: since.wall(), since, seconds, why: CoolDownKind::Rate });
        for dialect in Dialect::all_built_in() {
            let state = State {
                dialect: &dialect, credential: &credential, journal: journal.as_ref(), cool_down: cool_down.as_ref(), ask,
            };
            let left = credential.access.as_ref().map_or(0, |access| remaining_millis(access, now));
            let lives = credential.refresh.is_some() && dialect.grants.refresh_token;
            match next(&state, now) {
                Action::Use => {
                    prop_assert!(left > 0);
                    // No token lives longer than the provider said.
                    let said = credential.access.as_ref().map_or(0, |access| u64::from(access.seconds.max(1)));
                    prop_assert!(left <= said * 1000);
                    prop_assert!(ask.renewed || ask.rejected != Some(Fingerprint::of(&Secret::new("access"))) );
                }
                Action::Refresh { resend } => {
                    prop_assert!(lives);
                    prop_assert_eq!(resend, journal.is_some());
                    prop_assert!(!(ask.renewed && left > 0), "renewed once is enough");
                }
                Action::ClientCredentials => {
                    prop_assert!(!lives && dialect.grants.client_credentials && credential.client_secret.is_some());
                    prop_assert!(!(ask.renewed && left > 0), "renewed once is enough");
                    let rules = dialect.refresh_token.as_ref();
                    if rules.is_some_and(|rules| rules.active_grants == ActiveGrants::OnePerApp) {
                        prop_assert!(credential.refresh.is_none());
                    }
                }
                Action::SignIn(_) => prop_assert!(!lives),
                Action::CoolDown(running) => prop_assert!(running.remaining_seconds(now) > 0),
            }
        }
    }

    /// A token ends, however the wall clock is turned, as long as the boot clock runs on.
    #[test]
    fn no_token_is_eternal(token in tokens(), wall in any::<i64>(), more in 0..u64::MAX / 2) {
        let token = AccessToken { since: Moment { boot: 7, boot_millis: 5, ..token.since }, ..token };
        let spent = 5 + u64::from(token.seconds.max(1)) * 1000;
        let now = Moment { wall_millis: wall, boot_millis: spent.saturating_add(more), boot: 7 };
        prop_assert_eq!(remaining_millis(&token, now), 0);
    }
}
