//! Why a call was not done: problem details (RFC 9457). `code` is for programs and stays; `detail` says what happened and
//! `cure` what to do next.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use stagedoor_protocol::Refusal;
use stagedoor_protocol::administration::Objection;
use stagedoor_protocol::app::Stage;
use stagedoor_store::{CommitError, StoreError};

use super::answer::respond;
use super::call::Call;

/// A problem.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    cure: String,
}

impl Problem {
    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self { status, code, detail: detail.into(), cure: cure.into() }
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

    pub(super) fn no_route(call: &Call<'_>, get: bool) -> Self {
        let way = if get { "shown" } else { "done" };
        let detail = format!("nothing is {way} by {} {}", call.method, call.path.join("/"));
        Self::new(StatusCode::NOT_FOUND, "no-route", detail, "`stagedoor admin --help` lists what there is")
    }

    pub(super) fn into_response(self) -> Response {
        let Self { status, code, detail, cure } = self;
        let title = status.canonical_reason().unwrap_or_default();
        let body = json!({
            "type": "about:blank", "title": title, "status": status.as_u16(), "code": code, "detail": detail, "cure": cure,
        });
        let mut response = respond(status, "application/problem+json", Body::from(body.to_string()));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
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
