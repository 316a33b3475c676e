//! Why a call was not done: problem details (RFC 9457). `code` is for programs and stays; `detail` says what happened and
//! `cure` what to do next.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use stagedoor_protocol::Refusal;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::Stage;
use stagedoor_store::{CommitError, StoreError};

use super::answer::respond;
use super::route::Needs;

/// A problem.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    cure: String,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

pub(super) const MEDIA_TYPE: &str = "application/problem+json";

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { status, code, detail: detail.into(), cure: cure.into(), header: None }
    }

    /// What was sent is not as it has to be.
    pub(super) fn bad(detail: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail, cure)
    }

    /// There is no `noun` that `name` names.
    pub(super) fn not_found(noun: &str, name: &str, cure: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no {noun} {name}"), cure)
    }

    /// It stands in the way of how things are.
    pub(super) fn conflict(code: &'static str, detail: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail, cure)
    }

    pub(super) fn no_route(method: &Method, path: &str) -> Self {
        let way = if *method == Method::GET { "shown" } else { "done" };
        let detail = format!("nothing is {way} by {method} {path}");
        Self::new(StatusCode::NOT_FOUND, "no-route", detail, "/admin/v1/openapi.json lists what there is")
    }

    /// RFC 9110 §15.5.6.
    pub(super) fn other_method(method: &Method, methods: &[&str]) -> Self {
        let methods = methods.join(", ");
        let detail = format!("{method} leads nowhere here");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "other-method", detail, format!("send {methods}"))
            .with(header::ALLOW, &methods)
    }

    /// RFC 6750 §3.1.
    pub(super) fn not_allowed(needs: Needs) -> Self {
        let (detail, cure, challenge) = match needs.scope() {
            Some(scope) => {
                let scope = scope.as_str();
                let detail = format!("the credential is not for what needs `{scope}`");
                let cure = "make one that is: `stagedoor admin credential create`";
                (detail, cure, format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\""))
            }
            None => {
                let detail = "no credential may do this".to_owned();
                (
                    detail,
                    "run `stagedoor admin` on the machine",
                    "Bearer error=\"insufficient_scope\"".to_owned(),
                )
            }
        };
        Self::new(StatusCode::FORBIDDEN, "not-allowed", detail, cure)
            .with(header::WWW_AUTHENTICATE, &challenge)
    }

    /// RFC 6750 §3: no error is named to who presented nothing.
    pub(super) fn unauthenticated(presented: bool) -> Self {
        let (detail, challenge) = match presented {
            true => {
                ("the credential is none, or has expired or been revoked", "Bearer error=\"invalid_token\"")
            }
            false => ("this needs a credential of the admin API", "Bearer"),
        };
        let cure = "send `Authorization: Bearer` with one that `stagedoor admin credential create` made";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail, cure)
            .with(header::WWW_AUTHENTICATE, challenge)
    }

    pub(super) fn too_many_failures(seconds: u32) -> Self {
        let detail = "too many calls without a credential that is good came from this address";
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-failures",
            detail,
            format!("wait {seconds} seconds"),
        )
        .with(header::RETRY_AFTER, &seconds.to_string())
    }

    pub(super) fn not_answered() -> Self {
        let detail = "the call that came first with this `Idempotency-Key` is being answered, or was done and cut off before \
                      its answer was kept";
        Self::conflict(
            "not-answered",
            detail,
            "wait a moment and send it again; if this comes again, look at what there is",
        )
    }

    pub(super) fn other_request() -> Self {
        let detail = "another request came with this `Idempotency-Key`";
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "other-request",
            detail,
            "make a new key for each request",
        )
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.header = HeaderValue::from_str(value).ok().map(|value| Box::new((name, value)));
        self
    }

    pub(super) fn into_response(self) -> Response {
        let Self { status, code, detail, cure, header } = self;
        let title = status.canonical_reason().unwrap_or_default();
        let details = Details { kind: "about:blank", title, status: status.as_u16(), code, detail, cure };
        let body = serde_json::to_string(&details).unwrap_or_default();
        let mut response = respond(status, MEDIA_TYPE, Body::from(body));
        response.headers_mut().extend(header.map(|header| *header));
        response
    }
}

/// Why a call was not done (RFC 9457).
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(super) struct Details {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// For programs: it stays as it is.
    code: &'static str,
    /// What happened.
    detail: String,
    /// What to do next.
    cure: String,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store unavailable");
        let detail = "the database cannot answer now";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            detail,
            "see the server's log, and try again",
        )
        .with(header::RETRY_AFTER, "5")
    }
}

impl From<CommitError> for Problem {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => {
                let detail = "something it rests on was changed at the same moment; nothing was done";
                Self::conflict("changed-meanwhile", detail, "look at it again, and repeat the call")
            }
            CommitError::LimitReached => Objection::from(Refusal::LimitReached).into(),
            CommitError::Unavailable(error) => error.into(),
        }
    }
}

impl From<Objection> for Problem {
    fn from(objection: Objection) -> Self {
        let detail = objection.to_string();
        let (code, cure) = match objection {
            Objection::Refused(refusal) => return refused(&refusal),
            Objection::EmailTaken(email) => {
                let cure = format!("`stagedoor admin account show {}` shows whose it is", email.as_str());
                return Self::conflict("email-taken", detail, cure);
            }
            Objection::TeamNameTaken => ("team-name-taken", "choose another name"),
            Objection::LegacyKeyTaken => ("legacy-key-taken", "remove that one first, or choose another id"),
            Objection::AdministratorExists => (
                "administrator-exists",
                "`stagedoor admin account create --administrator` makes another, and `stagedoor admin account password` \
                 sets a password that was forgotten",
            ),
            Objection::LastAdministrator => ("last-administrator", "make another administrator first"),
            Objection::Stage { is } => ("wrong-stage", cure_of(is)),
            Objection::ReviewAsked => ("review-asked", "wait for the answer"),
            Objection::NoReviewAsked => ("no-review-asked", "there is nothing to answer"),
            Objection::LastOwner => ("last-owner", "make another owner first"),
            Objection::AlreadyMember => ("already-member", "there is nothing to do"),
            Objection::InvitationOver => ("invitation-over", "ask for another one"),
            Objection::CredentialNameTaken => {
                ("credential-name-taken", "revoke that one first, or choose another name")
            }
            Objection::EndTooFar { .. } => return Self::bad(detail, "give an earlier time"),
            Objection::EndInThePast => return Self::bad(detail, "give a time that is to come"),
        };
        Self::conflict(code, detail, cure)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        refused(&refusal)
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::LimitReached => Problem::conflict(
            "limit-reached",
            detail,
            "remove one first, or raise the number in the API's dialect",
        ),
        Refusal::PublicApp => {
            Problem::conflict("public-app", detail, "make it a confidential app: leave out `public`")
        }
        Refusal::TeamKindNotServed => Problem::conflict(
            "team-kind-not-served",
            detail,
            "choose another team, or name the kind in the API's `serves`",
        ),
        Refusal::TooManyRedirectUris => Problem::bad(detail, "leave out those that nobody uses"),
        Refusal::RedirectUriInsecure(_) => Problem::bad(detail, "give another redirect URI"),
        _ => Problem::bad(detail, "change what was sent"),
    }
}

fn cure_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Requested => "approve or decline it",
        Stage::Suspended => "resume it first",
        Stage::Development | Stage::Approved => "there is nothing to do, or suspend it",
    }
}
