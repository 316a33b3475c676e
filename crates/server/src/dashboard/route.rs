//! Every page and form of the dashboard, with what it needs. A test walks this list, so nothing is served that is not on it.

use std::pin::Pin;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use stagedoor_protocol::team::Role;

use super::visit::Visit;
use super::{accounts, administration, apps, connections, invitations, redirect_uris, session, teams};
use crate::settle::Stop;

/// How a route is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Get,
    /// A form. It stands on the page whose path is all but the last segment, and changes something.
    Post,
}

/// What whoever asks must be. What someone may not see is to them as if it were not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Needs {
    Nobody,
    /// Nobody, and its address may hold the code of a link: it goes nowhere.
    Link,
    /// Signed in.
    Account,
    /// A member of the team that the first parameter names, with at least this role.
    Member(Role),
    /// A member, with at least this role, of the team that owns the app that the first two parameters name: its API and client id.
    App(Role),
    Administrator,
}

/// A page or form.
pub(super) struct Route {
    pub(super) way: Way,
    /// Below [`super::BASE`]; `{}` stands for one segment.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    pub(super) answer: for<'a> fn(&'a Visit<'a>) -> Answering<'a>,
}

impl Route {
    /// The answer as it leaves.
    pub(super) fn sealed(&self, mut response: Response) -> Response {
        if self.needs == Needs::Link {
            response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        response
    }
}

pub(super) type Answered = Result<Response, Stop>;
pub(super) type Answering<'a> = Pin<Box<dyn Future<Output = Answered> + Send + 'a>>;

macro_rules! routes {
    ($($way:ident $path:literal $needs:expr => $answer:path,)+) => {
        /// All of them.
        pub(super) const ROUTES: &[Route] = &[$(
            Route { way: Way::$way, path: $path, needs: $needs, answer: |visit| Box::pin($answer(visit)) },
        )+];
    };
}

const VIEWER: Role = Role::Viewer;
const DEVELOPER: Role = Role::Developer;
const OWNER: Role = Role::Owner;

routes! {
    Get "" Needs::Account => apps::first,
    Get "sign-in" Needs::Nobody => session::show,
    Post "sign-in/enter" Needs::Nobody => session::enter,
    Post "sign-in/send-again" Needs::Nobody => accounts::confirm::send_again,
    Get "sign-out" Needs::Nobody => session::show,
    Post "sign-out/leave" Needs::Account => session::leave,

    Get "register" Needs::Link => accounts::register::show,
    Post "register/create" Needs::Link => accounts::register::create,
    Get "confirm" Needs::Link => accounts::confirm::show,
    Post "confirm/accept" Needs::Link => accounts::confirm::accept,
    Get "forgotten" Needs::Nobody => accounts::reset::show_forgotten,
    Post "forgotten/send" Needs::Nobody => accounts::reset::send,
    Get "reset" Needs::Link => accounts::reset::show,
    Post "reset/set" Needs::Link => accounts::reset::set,
    Get "account" Needs::Account => accounts::own::show,
    Post "account/name" Needs::Account => accounts::own::rename,
    Post "account/password" Needs::Account => accounts::own::change_password,
    Post "account/sign-out-everywhere" Needs::Account => accounts::own::sign_out_everywhere,

    Get "apps" Needs::Account => apps::first,
    Get "apps/new" Needs::Account => apps::create::show,
    Post "apps/new/create" Needs::Account => apps::create::create,
    Get "teams/new" Needs::Account => teams::create::show,
    Post "teams/new/create" Needs::Account => teams::create::create,
    Get "teams/{}" Needs::Member(VIEWER) => teams::show,
    Post "teams/{}/rename" Needs::Member(OWNER) => teams::rename,
    Post "teams/{}/change-role" Needs::Member(OWNER) => teams::members::change_role,
    Post "teams/{}/remove-member" Needs::Member(OWNER) => teams::members::remove,
    Post "teams/{}/leave" Needs::Member(VIEWER) => teams::members::leave,
    Post "teams/{}/invite" Needs::Member(OWNER) => teams::invite::invite,
    Post "teams/{}/withdraw-invitation" Needs::Member(OWNER) => teams::invite::withdraw,
    Post "teams/{}/end-acting" Needs::Member(OWNER) => teams::acting::end,
    Get "teams/{}/api-access" Needs::Member(VIEWER) => teams::api_access::show,
    Get "invitations/{}" Needs::Account => invitations::show,
    Post "invitations/{}/accept" Needs::Account => invitations::accept,
    Get "check-redirect-uri" Needs::Account => redirect_uris::check,
    Get "connections" Needs::Account => connections::show,
    Post "connections/revoke" Needs::Account => connections::revoke,
    Get "teams/{}/apps" Needs::Member(VIEWER) => apps::list::show,
    Get "apps/{}/{}" Needs::App(VIEWER) => apps::credentials::show,
    Post "apps/{}/{}/add-secret" Needs::App(DEVELOPER) => apps::credentials::add_secret,
    Post "apps/{}/{}/delete-secret" Needs::App(DEVELOPER) => apps::credentials::delete_secret,
    Post "apps/{}/{}/view-secret" Needs::App(DEVELOPER) => apps::credentials::view_secret,
    Post "apps/{}/{}/redirect-uris" Needs::App(DEVELOPER) => apps::credentials::set_redirect_uris,
    Post "apps/{}/{}/regenerate" Needs::App(DEVELOPER) => apps::credentials::regenerate,
    Get "apps/{}/{}/users" Needs::App(VIEWER) => apps::users::show,
    Post "apps/{}/{}/users/add" Needs::App(DEVELOPER) => apps::users::add,
    Post "apps/{}/{}/users/remove" Needs::App(DEVELOPER) => apps::users::remove,
    Get "apps/{}/{}/usage" Needs::App(VIEWER) => apps::usage::show,
    Get "apps/{}/{}/usage.csv" Needs::App(VIEWER) => apps::usage::csv,
    Get "apps/{}/{}/try-it" Needs::App(VIEWER) => apps::try_it::show,
    Post "apps/{}/{}/try-it/run" Needs::App(DEVELOPER) => apps::try_it::run,
    Get "apps/{}/{}/settings" Needs::App(VIEWER) => apps::settings::show,
    Post "apps/{}/{}/settings/save" Needs::App(DEVELOPER) => apps::settings::save,
    Post "apps/{}/{}/settings/acts-for" Needs::App(DEVELOPER) => apps::settings::set_acts_for,
    Post "apps/{}/{}/settings/ask-for-review" Needs::App(DEVELOPER) => apps::settings::ask_for_review,
    Post "apps/{}/{}/settings/move" Needs::App(OWNER) => apps::settings::to_own_team,
    Post "apps/{}/{}/settings/offer" Needs::App(OWNER) => apps::settings::offer,
    Post "apps/{}/{}/settings/delete" Needs::App(DEVELOPER) => apps::settings::delete,

    Get "administration/requests" Needs::Administrator => administration::requests::show,
    Post "administration/requests/approve" Needs::Administrator => administration::requests::approve,
    Post "administration/requests/decline" Needs::Administrator => administration::requests::decline,
    Post "administration/requests/answer" Needs::Administrator => administration::requests::answer,
    Get "administration/apis" Needs::Administrator => administration::apis::show,
    Get "administration/accounts" Needs::Administrator => administration::accounts::show,
    Post "administration/accounts/invite" Needs::Administrator => administration::accounts::invite,
    Post "administration/accounts/suspend" Needs::Administrator => administration::accounts::suspend,
    Post "administration/accounts/resume" Needs::Administrator => administration::accounts::resume,
    Post "administration/accounts/sign-out" Needs::Administrator => administration::accounts::sign_out,
    Get "administration/teams" Needs::Administrator => administration::teams::show,
    Post "administration/teams/set-kind" Needs::Administrator => administration::teams::set_kind,
    Get "administration/apps" Needs::Administrator => administration::apps::show,
    Post "administration/apps/suspend" Needs::Administrator => administration::apps::suspend,
    Post "administration/apps/resume" Needs::Administrator => administration::apps::resume,
    Get "administration/audit" Needs::Administrator => administration::audit::show,
    Get "administration/audit/csv" Needs::Administrator => administration::audit::csv,
    Get "administration/credentials" Needs::Administrator => administration::credentials::show,
    Post "administration/credentials/create" Needs::Administrator => administration::credentials::create,
    Post "administration/credentials/revoke" Needs::Administrator => administration::credentials::revoke,
    Get "administration/database" Needs::Administrator => administration::database::show,
}

/// Method, path and need of each, for tests that walk all of them.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    ROUTES.iter().map(|route| {
        let method = if route.way == Way::Get { "GET" } else { "POST" };
        (method, route.path, format!("{:?}", route.needs))
    })
}

/// The route that a path below [`super::BASE`] leads to, and what stands for its parameters.
pub(super) fn find(way: Way, segments: &[&str]) -> Option<(&'static Route, Vec<String>)> {
    ROUTES
        .iter()
        .filter(|route| route.way == way)
        .find_map(|route| Some((route, matched(route.path, segments)?)))
}

fn matched(pattern: &str, segments: &[&str]) -> Option<Vec<String>> {
    let mut parameters = Vec::new();
    let mut segments = segments.iter();
    for own in pattern.split('/').filter(|own| !own.is_empty()) {
        let segment = segments.next()?;
        match own {
            "{}" => parameters.push((*segment).to_owned()),
            _ if own == *segment => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(parameters)
}
