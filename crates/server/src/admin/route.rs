//! Every route, with what it needs, takes and gives. Calls are led by this list and the document ([`super::openapi`]) is made
//! from it, so that neither says what the other does not.

use std::pin::Pin;

use axum::http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use stagedoor_protocol::admin_credential::AdminScope;

use super::answer::{Answer, List};
use super::call::Call;
use super::problem::Problem;
use super::{
    accounts, apps, audit, credentials, grants, invitations, keys, legacy_keys, members, secrets, setup,
    state, teams, users,
};

/// A route.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// Behind [`super::BASE`]; `{name}` stands for one segment.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    /// Its noun and what it does, such as `teams::create`.
    pub(super) id: &'static str,
    pub(super) about: &'static str,
    pub(super) query: &'static [Parameter],
    pub(super) takes: Option<SchemaOf>,
    pub(super) status: StatusCode,
    pub(super) gives: Option<SchemaOf>,
    pub(super) answer: for<'a> fn(&'a Call<'a>) -> Answering<'a>,
}

/// What whoever calls must have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Needs {
    Read,
    Write,
    /// The socket: what it gives would let a program outlive or outgrow its credential.
    Machine,
}

/// A parameter of a query: its name, and what it says.
pub(super) type Parameter = (&'static str, &'static str);

pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;
pub(super) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send + 'a>>;

macro_rules! routes {
    ($($method:literal $path:literal $needs:ident => $handler:path: $about:literal
        $(, $detail:ident $(::<$type:ty>)? ($($argument:expr)?))*;)+) => {
        pub(super) const ROUTES: &[Route] = &[$(
            Route::new($method, $path, Needs::$needs, stringify!($handler), $about, |call| Box::pin($handler(call)))
                $(.$detail $(::<$type>)? ($($argument)?))*,
        )+];
    };
}

const LIMIT: Parameter = ("limit", "How many a page holds: 1 to 1000, 100 where it is left out.");
const CURSOR: Parameter = ("cursor", "`next` of the page before.");
const PAGE: &[Parameter] = &[LIMIT, CURSOR];

routes! {
    "GET" "accounts" Read => accounts::list: "Lists accounts.", pages::<accounts::Account>(PAGE);
    "POST" "accounts" Write => accounts::create: "Makes an account.", takes::<accounts::New>(), creates::<accounts::Account>();
    "GET" "accounts/{account}" Read => accounts::show: "Shows an account and its teams.", gives::<accounts::AccountInTeams>();
    "PATCH" "accounts/{account}" Write => accounts::change: "Changes an account. A new password ends every session, grant and token of the person.",
        takes::<accounts::Changed>(), gives::<accounts::Account>();
    "POST" "accounts/{account}/suspend" Write => accounts::suspend: "Keeps a person out, and ends every session, grant and token of theirs.",
        gives::<accounts::Account>();
    "POST" "accounts/{account}/resume" Write => accounts::resume: "Lets a person in again.", gives::<accounts::Account>();
    "POST" "accounts/{account}/sign-out" Write => accounts::sign_out: "Ends every session, grant and token of a person.";
    "POST" "account-invitations" Write => invitations::create: "Invites a person to make an account, where `[accounts]` has it so.",
        takes::<invitations::New>(), creates::<invitations::Invitation>();

    "GET" "teams" Read => teams::list: "Lists teams.", pages::<teams::Team>(PAGE);
    "POST" "teams" Write => teams::create: "Makes a team.", takes::<teams::New>(), creates::<teams::Team>();
    "GET" "teams/{team}" Read => teams::show: "Shows a team.", gives::<teams::Team>();
    "PATCH" "teams/{team}" Write => teams::change: "Changes a team.", takes::<teams::Changed>(), gives::<teams::Team>();
    "GET" "teams/{team}/members" Read => members::list: "Lists a team's members.", pages::<members::Member>(PAGE);
    "PUT" "teams/{team}/members/{account}" Write => members::set: "Makes a person a member, or gives them another role.",
        takes::<members::Membership>();
    "DELETE" "teams/{team}/members/{account}" Write => members::remove: "Ends a membership.";

    "GET" "apps" Read => apps::list: "Lists apps.", pages::<apps::App>(&[
        LIMIT,
        CURSOR,
        ("api", "Of this API alone."),
        ("team", "Of this team alone: its id or name."),
        ("stage", "At this stage alone: requested, development, approved or suspended."),
    ]);
    "POST" "apps" Write => apps::create: "Makes an app, or asks for one where the API's dialect has it so.",
        takes::<apps::New>(), creates::<apps::App>();
    "GET" "apps/{api}/{client_id}" Read => apps::show: "Shows an app.", gives::<apps::App>();
    "PATCH" "apps/{api}/{client_id}" Write => apps::change: "Changes an app.", takes::<apps::Changed>(), gives::<apps::App>();
    "POST" "apps/{api}/{client_id}/approve" Write => apps::approve: "Approves an app that was requested or is in development.",
        gives::<apps::App>();
    "POST" "apps/{api}/{client_id}/decline" Write => apps::decline: "Declines a request: it is gone.";
    "GET" "apps-in-review" Read => apps::list_in_review: "Lists apps whose teams wait for a review.", pages::<apps::App>(PAGE);
    "POST" "apps/{api}/{client_id}/answer-review" Write => apps::answer_review:
        "Answers a review without approving the app: its team may ask again.", takes::<apps::ReviewAnswer>(), gives::<apps::App>();
    "POST" "apps/{api}/{client_id}/suspend" Write => apps::suspend: "Suspends an app, and ends everything it was given.",
        gives::<apps::App>();
    "POST" "apps/{api}/{client_id}/resume" Write => apps::resume: "Puts a suspended app back where it stood.", gives::<apps::App>();
    "POST" "apps/{api}/{client_id}/regenerate" Write => secrets::regenerate:
        "Ends everything the app was given, and gives it one new secret.", creates::<secrets::AppSecret>();
    "GET" "apps/{api}/{client_id}/secrets" Read => secrets::list: "Lists an app's secrets, without their texts.",
        gives::<List<secrets::AppSecret>>();
    "POST" "apps/{api}/{client_id}/secrets" Write => secrets::add: "Adds a secret.", takes::<secrets::New>(),
        creates::<secrets::AppSecret>();
    "DELETE" "apps/{api}/{client_id}/secrets/{secret}" Write => secrets::remove: "Removes a secret. What was won with it lives on.";
    "GET" "apps/{api}/{client_id}/legacy-keys" Read => legacy_keys::list: "Lists an app's legacy keys, without their texts.",
        pages::<legacy_keys::LegacyKey>(PAGE);
    "POST" "apps/{api}/{client_id}/legacy-keys" Write => legacy_keys::add: "Adds a legacy key.", takes::<legacy_keys::New>(),
        creates::<legacy_keys::LegacyKey>();
    "PATCH" "apps/{api}/{client_id}/legacy-keys/{key}" Write => legacy_keys::set_end: "Says when a legacy key ends.",
        takes::<legacy_keys::End>(), gives::<legacy_keys::LegacyKey>();
    "DELETE" "apps/{api}/{client_id}/legacy-keys/{key}" Write => legacy_keys::remove: "Removes a legacy key.";
    "GET" "apps/{api}/{client_id}/users" Read => users::list: "Lists the people who may use an app in development.",
        pages::<accounts::Account>(PAGE);
    "PUT" "apps/{api}/{client_id}/users/{account}" Write => users::add: "Puts a person on that list.";
    "DELETE" "apps/{api}/{client_id}/users/{account}" Write => users::remove: "Takes a person off that list, and ends their grants for the app.";

    "GET" "grants" Read => grants::list: "Lists grants that are alive.", pages::<grants::Grant>(&[
        LIMIT,
        CURSOR,
        ("app", "Of this app alone, as api/client_id."),
        ("account", "Of this person alone: an id or e-mail."),
    ]);
    "DELETE" "grants" Write => grants::end_consent: "Ends what a person allowed an app, and every grant under it.", asks(&[
        ("app", "The app, as api/client_id."),
        ("account", "The person: an id or e-mail."),
    ]);
    "GET" "grants/{grant}" Read => grants::show: "Shows a grant.", gives::<grants::Grant>();
    "DELETE" "grants/{grant}" Write => grants::revoke: "Ends a grant.";

    "GET" "audit" Read => audit::list: "Lists lines of the audit log, the newest first.", pages::<audit::Line>(&[
        LIMIT,
        CURSOR,
        ("actor", "Of this one alone."),
        ("subject", "About this alone: app:api/client_id, team:name, account:email, grant:id or credential:id."),
        ("since", "From this time on (RFC 3339)."),
        ("until", "Before this time (RFC 3339)."),
    ]);
    "POST" "keys/{key}/end" Write => keys::end: "Ends what rests on a key of the key file, before it goes by force.";
    "GET" "state" Read => state::show: "Writes the state as a file: people, teams, apps and legacy keys, without secrets.",
        gives::<state::StateText>();
    "POST" "state" Write => state::apply: "Brings the server to the state of a file, or shows what that would do.",
        takes::<crate::state_file::ApplyRequest>(), gives::<crate::state_file::Applied>();

    "GET" "setup-link" Machine => setup::link: "Gives the link that makes the first administrator.", gives::<setup::Link>();
    "GET" "credentials" Machine => credentials::list: "Lists the credentials of this API.", pages::<credentials::Credential>(PAGE);
    "POST" "credentials" Machine => credentials::create: "Makes a credential.", takes::<credentials::New>(),
        creates::<credentials::Credential>();
    "DELETE" "credentials/{credential}" Machine => credentials::revoke: "Revokes a credential, by its id or name.";
}

impl Route {
    const fn new(
        method: &'static str,
        path: &'static str,
        needs: Needs,
        id: &'static str,
        about: &'static str,
        answer: for<'a> fn(&'a Call<'a>) -> Answering<'a>,
    ) -> Self {
        let status = StatusCode::NO_CONTENT;
        Self { method, path, needs, id, about, query: &[], takes: None, status, gives: None, answer }
    }

    const fn asks(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    const fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Some(schema::<T>), ..self }
    }

    const fn gives<T: JsonSchema>(self) -> Self {
        Self { status: StatusCode::OK, gives: Some(schema::<T>), ..self }
    }

    const fn creates<T: JsonSchema>(self) -> Self {
        Self { status: StatusCode::CREATED, ..self.gives::<T>() }
    }

    const fn pages<T: JsonSchema>(self, query: &'static [Parameter]) -> Self {
        self.gives::<List<T>>().asks(query)
    }

    /// What stands in its path for names.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl Needs {
    /// The scope of a credential; none for what no credential may.
    pub(super) fn scope(self) -> Option<AdminScope> {
        match self {
            Self::Read => Some(AdminScope::Read),
            Self::Write => Some(AdminScope::Write),
            Self::Machine => None,
        }
    }
}

/// Method, path and what is needed of each, for tests that walk all of them.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, Option<&'static str>)> {
    ROUTES.iter().map(|route| (route.method, route.path, route.needs.scope().map(AdminScope::as_str)))
}

/// Where a call leads.
pub(super) enum Found {
    /// With what stands for the path's names.
    Route(&'static Route, Vec<String>),
    /// These methods lead somewhere.
    OtherMethod(Vec<&'static str>),
    Nothing,
}

/// Finds a route by method and the segments of its path, decoded.
pub(super) fn find(method: &str, segments: &[String]) -> Found {
    // RFC 9110 §9.3.2: what can be got has a head.
    let method = if method == "HEAD" { "GET" } else { method };
    let mut others = Vec::new();
    for route in ROUTES {
        let Some(named) = matched(route.path, segments) else { continue };
        if route.method == method {
            return Found::Route(route, named);
        }
        others.push(route.method);
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethod(others) }
}

fn matched(path: &str, segments: &[String]) -> Option<Vec<String>> {
    let own: Vec<&str> = path.split('/').collect();
    if own.len() != segments.len() {
        return None;
    }
    let pairs = || own.iter().zip(segments);
    let fits = pairs().all(|(own, segment)| own.starts_with('{') || own == segment);
    fits.then(|| {
        pairs().filter(|(own, _)| own.starts_with('{')).map(|(_, segment)| segment.clone()).collect()
    })
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_is_found_once() {
        let (mut ids, mut ways) = (HashSet::new(), HashSet::new());
        for route in ROUTES {
            assert!(ids.insert(route.id) && ways.insert((route.method, route.path)), "{}", route.id);
            let segments: Vec<_> = route.path.split('/').map(str::to_owned).collect();
            let Found::Route(found, named) = find(route.method, &segments) else { panic!("{}", route.id) };
            assert_eq!((found.id, named.len()), (route.id, route.parameters().count()));
            assert_eq!(
                route.method == "GET",
                route.needs != Needs::Write && route.takes.is_none() && route.method != "DELETE"
            );
        }
    }
}
