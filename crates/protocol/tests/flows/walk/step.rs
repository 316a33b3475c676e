//! What can happen next. Numbers name clients, people, codes and tokens; they wrap round.

use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A person allows an app; `scopes` are bits of the first ones known.
    Authorize {
        client: usize,
        person: usize,
        scopes: u8,
        challenge: bool,
    },
    Redeem {
        code: usize,
        by: Caller,
    },
    /// A device is started, answered and asked for.
    Device {
        client: usize,
        person: usize,
        allow: bool,
    },
    ClientCredentials {
        client: usize,
        scopes: u8,
        by: Caller,
    },
    /// `newest` takes the latest of the client's tokens, `token` any.
    Refresh {
        token: usize,
        newest: bool,
        scopes: Option<u8>,
        by: Caller,
    },
    /// A refresh that is sent several times at once.
    RefreshAtOnce {
        token: usize,
    },
    RedeemAtOnce {
        code: usize,
    },
    ClientCredentialsAtOnce {
        client: usize,
    },
    Revoke {
        token: usize,
        refresh: bool,
        by: Caller,
    },
    Regenerate {
        client: usize,
    },
    Suspend {
        client: usize,
    },
    Approve {
        client: usize,
    },
    EndConsent {
        client: usize,
        person: usize,
    },
    List {
        client: usize,
        person: usize,
    },
    Unlist {
        client: usize,
        person: usize,
    },
    EndEverywhere {
        person: usize,
    },
    RaiseTeam {
        client: usize,
    },
    Wait {
        seconds: i64,
    },
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Owner,
    /// The owner, in whose place no secret is shown.
    WithoutSecret,
    WrongSecret,
    /// With a secret that was regenerated away.
    FormerSecret,
    /// Another app, properly authenticated.
    AnotherApp,
    /// With the right secret and the wrong verifier.
    WrongVerifier,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..40)
}

fn step() -> impl Strategy<Value = Step> {
    let number = || 0usize..64;
    let pair = || (number(), number());
    prop_oneof![
        6 => (pair(), 0u8..8, any::<bool>()).prop_map(|((client, person), scopes, challenge)| {
            Step::Authorize { client, person, scopes, challenge }
        }),
        6 => (number(), caller()).prop_map(|(code, by)| Step::Redeem { code, by }),
        2 => (pair(), any::<bool>()).prop_map(|((client, person), allow)| Step::Device { client, person, allow }),
        4 => (number(), 0u8..8, caller())
            .prop_map(|(client, scopes, by)| Step::ClientCredentials { client, scopes, by }),
        12 => (number(), any::<bool>(), proptest::option::weighted(0.3, 0u8..8), caller())
            .prop_map(|(token, newest, scopes, by)| Step::Refresh { token, newest, scopes, by }),
        2 => number().prop_map(|token| Step::RefreshAtOnce { token }),
        1 => number().prop_map(|code| Step::RedeemAtOnce { code }),
        1 => number().prop_map(|client| Step::ClientCredentialsAtOnce { client }),
        2 => (number(), any::<bool>(), caller())
            .prop_map(|(token, refresh, by)| Step::Revoke { token, refresh, by }),
        8 => waiting().prop_map(|seconds| Step::Wait { seconds }),
        3 => administration(),
    ]
}

fn caller() -> impl Strategy<Value = Caller> {
    prop_oneof![
        8 => Just(Caller::Owner),
        1 => Just(Caller::WithoutSecret),
        1 => Just(Caller::WrongSecret),
        1 => Just(Caller::FormerSecret),
        1 => Just(Caller::AnotherApp),
        1 => Just(Caller::WrongVerifier),
    ]
}

fn waiting() -> impl Strategy<Value = i64> {
    const DAY: i64 = 86_400;
    // The clocks of several nodes differ: time may go back a little.
    prop_oneof![
        Just(-3),
        Just(1),
        Just(10),
        Just(30),
        Just(61),
        Just(601),
        Just(1801),
        Just(3600),
        Just(40 * DAY),
        Just(200 * DAY)
    ]
}

fn administration() -> impl Strategy<Value = Step> {
    let number = || 0usize..64;
    let pair = || (number(), number());
    prop_oneof![
        number().prop_map(|client| Step::Regenerate { client }),
        number().prop_map(|client| Step::Suspend { client }),
        number().prop_map(|client| Step::Approve { client }),
        pair().prop_map(|(client, person)| Step::EndConsent { client, person }),
        pair().prop_map(|(client, person)| Step::List { client, person }),
        pair().prop_map(|(client, person)| Step::Unlist { client, person }),
        number().prop_map(|person| Step::EndEverywhere { person }),
        number().prop_map(|client| Step::RaiseTeam { client }),
    ]
}
