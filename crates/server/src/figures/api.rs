//! The figures of one API.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use axum::http::StatusCode;
use stagedoor_store::figures::{Counter, Histogram, SECONDS};
use stagedoor_wire::api_error::ApiErrorKind;
use stagedoor_wire::token_error::TokenErrorKind;
use stagedoor_wire::token_request::GrantRequest;

use super::Answers;
use super::apps::Apps;
use crate::http::Endpoint;
use crate::usage::Usage;

/// The figures of one API.
pub(crate) struct ApiFigures {
    pub(super) api: Arc<str>,
    pub(crate) apps: Apps,
    /// What apps do, for their developers. All APIs of a process share it.
    pub(crate) usage: Arc<Usage>,
    /// In the order of [`Endpoint::ALL`].
    pub(super) endpoints: Vec<EndpointFigures>,
    /// In the order of [`TokenErrorKind::ALL`] and [`ApiErrorKind::ALL`].
    pub(super) refused_by_oauth: Vec<Counter>,
    pub(super) refused_by_gateway: Vec<Counter>,
    pub(super) limited: [Counter; Limited::ALL.len()],
    pub(super) tokens: [Counter; GRANTS.len()],
    /// Accepted and refused.
    pub(super) checks: [[Counter; 2]; Check::ALL.len()],
    pub(super) upstream: Histogram,
    pub(super) upstream_faults: [Counter; UpstreamFault::ALL.len()],
}

/// On lines of its own: those who are answered elsewhere are not slowed.
#[repr(align(64))]
pub(super) struct EndpointFigures {
    pub(super) answers: Answers,
    pub(super) took: Histogram,
}

/// Ways of [`GrantRequest`].
pub(super) const GRANTS: [&str; 4] =
    ["client_credentials", "authorization_code", "refresh_token", "device_code"];

/// Which limit held somebody back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limited {
    Token,
    Api,
    Quota,
    UserCode,
    SignIn,
}

impl Limited {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Token, "token"),
        (Self::Api, "api"),
        (Self::Quota, "quota"),
        (Self::UserCode, "user_code"),
        (Self::SignIn, "sign_in"),
    ];
}

/// By what a call says who makes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Check {
    Token,
    LegacyKey,
}

impl Check {
    pub(super) const ALL: [(Self, &'static str); 2] =
        [(Self::Token, "token"), (Self::LegacyKey, "legacy_key")];
}

/// Why the API did not answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UpstreamFault {
    Unreachable,
    TooSlow,
}

impl UpstreamFault {
    pub(super) const ALL: [(Self, &'static str); 2] =
        [(Self::Unreachable, "unreachable"), (Self::TooSlow, "too_slow")];
}

impl ApiFigures {
    /// None yet. `apps_left` is how many more apps may have figures of their own.
    pub(crate) fn new(api: Arc<str>, apps_left: Arc<AtomicUsize>, usage: Arc<Usage>) -> Self {
        let counters = |number| std::iter::repeat_with(Counter::default).take(number).collect();
        let endpoint = |_| EndpointFigures { answers: Answers::default(), took: Histogram::new(SECONDS) };
        Self {
            api,
            apps: Apps::new(apps_left),
            usage,
            endpoints: Endpoint::ALL.iter().map(endpoint).collect(),
            refused_by_oauth: counters(TokenErrorKind::ALL.len()),
            refused_by_gateway: counters(ApiErrorKind::ALL.len()),
            limited: Default::default(),
            tokens: Default::default(),
            checks: Default::default(),
            upstream: Histogram::new(SECONDS),
            upstream_faults: Default::default(),
        }
    }

    /// Answers of an endpoint, by class of status.
    pub(crate) fn answers(&self, endpoint: Endpoint) -> impl Iterator<Item = (&'static str, u64)> {
        self.endpoints[endpoint as usize].answers.read()
    }

    /// An answer began, so long after its request had come.
    pub(crate) fn answered(&self, endpoint: Endpoint, status: StatusCode, took: Duration) {
        let figures = &self.endpoints[endpoint as usize];
        figures.answers.count(status);
        figures.took.took(took);
    }

    /// An OAuth endpoint refused.
    pub(crate) fn oauth_refused(&self, kind: TokenErrorKind) {
        self.refused_by_oauth[kind as usize].one();
    }

    /// The gateway refused.
    pub(crate) fn gateway_refused(&self, kind: ApiErrorKind) {
        self.refused_by_gateway[kind as usize].one();
    }

    pub(crate) fn limited(&self, limit: Limited) {
        self.limited[limit as usize].one();
    }

    /// A token was given.
    pub(crate) fn issued(&self, grant: &GrantRequest) {
        let grant = match grant {
            GrantRequest::ClientCredentials => 0,
            GrantRequest::AuthorizationCode { .. } => 1,
            GrantRequest::RefreshToken { .. } => 2,
            GrantRequest::DeviceCode { .. } => 3,
        };
        self.tokens[grant].one();
    }

    /// A caller was recognised, or was not.
    pub(crate) fn checked(&self, by: Check, accepted: bool) {
        self.checks[by as usize][usize::from(!accepted)].one();
    }

    /// The API began to answer, so long after it was asked.
    pub(crate) fn upstream_answered(&self, took: Duration) {
        self.upstream.took(took);
    }

    pub(crate) fn upstream_failed(&self, fault: UpstreamFault) {
        self.upstream_faults[fault as usize].one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counters are found by a variant's place, and read out by its place in the list.
    #[test]
    fn lists_are_in_the_order_of_their_variants() {
        assert!(Endpoint::ALL.iter().enumerate().all(|(at, (endpoint, _))| *endpoint as usize == at));
        assert!(Limited::ALL.iter().enumerate().all(|(at, (limit, _))| *limit as usize == at));
        assert!(Check::ALL.iter().enumerate().all(|(at, (check, _))| *check as usize == at));
        assert!(UpstreamFault::ALL.iter().enumerate().all(|(at, (fault, _))| *fault as usize == at));
        assert!(TokenErrorKind::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
        assert!(ApiErrorKind::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
    }
}
