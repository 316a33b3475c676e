//! The authorization endpoint (RFC 6749 §4.1.1–4.1.2): what may be redirected, what must be asked, what is issued.

use std::sync::Arc;

use rand_core::CryptoRng;
use stagedoor_wire::authorize_request::AuthorizeRequest;
use stagedoor_wire::dialect::{AuthorizationFaults, AuthorizeTexts, Pkce, RememberConsent, WithoutSecret};
use stagedoor_wire::form::FormError;
use stagedoor_wire::pkce::Challenge;
use stagedoor_wire::redirect_uri::InvalidRedirectUri;
use stagedoor_wire::{RedirectUri, Scopes};

use crate::administration::Expectation;
use crate::app::App;
use crate::code::{Code, CodeState, Handle};
use crate::decision::{Decision, Effect};
use crate::id::CodeId;
use crate::session::Person;
use crate::token::issue::known_scopes;
use crate::{Rules, Timestamp, consent, opaque};

/// A request whose client and redirect URI are right, so that an answer may be sent there.
#[derive(Debug, Clone)]
pub struct ValidRequest {
    pub app: Arc<App>,
    pub redirect_uri: RedirectUri,
    pub state: Option<String>,
    pub scopes: Scopes,
    pub challenge: Option<Challenge>,
    pub show_dialog: bool,
}

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    Malformed(FormError),
    ClientMissing,
    ClientUnknown,
    ClientSuspended,
    RedirectUriMissing,
    RedirectUriMalformed(InvalidRedirectUri),
    RedirectUriInsecure(InvalidRedirectUri),
    RedirectUriUnregistered,
    ResponseType,
    Scope,
    Challenge,
}

impl Problem {
    /// The provider's own words.
    pub fn text<'a>(&self, texts: &'a AuthorizeTexts) -> &'a str {
        match self {
            Self::Malformed(_) => &texts.request_malformed,
            Self::ClientMissing => &texts.client_missing,
            Self::ClientUnknown => &texts.client_unknown,
            Self::ClientSuspended => &texts.client_suspended,
            Self::RedirectUriMissing => &texts.redirect_uri_missing,
            Self::RedirectUriMalformed(_) => &texts.redirect_uri_malformed,
            Self::RedirectUriInsecure(_) => &texts.redirect_uri_insecure,
            Self::RedirectUriUnregistered => &texts.redirect_uri_unregistered,
            Self::ResponseType => &texts.response_type,
            Self::Scope => &texts.scope,
            Self::Challenge => &texts.challenge,
        }
    }

    /// The provider's own words without the code, which stands beside them.
    fn description<'a>(&self, rules: &'a Rules) -> &'a str {
        let text = self.text(&rules.dialect.authorize_errors);
        text.strip_prefix(self.code()).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(text)
    }

    /// The error code of RFC 6749 §4.1.2.1.
    fn code(&self) -> &'static str {
        match self {
            Self::ResponseType => "unsupported_response_type",
            Self::Scope => "invalid_scope",
            _ => "invalid_request",
        }
    }
}

/// How a bad request is answered.
#[derive(Debug, Clone)]
pub enum Fault {
    /// On a page: nothing may be redirected, or the dialect shows all errors. `back` is where the person may choose to be led.
    Shown { problem: Problem, app: Option<Arc<App>>, back: Option<Back> },
    /// To the client.
    Redirected { location: String },
}

/// Where an error is told to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    pub location: String,
    /// For people.
    pub host: String,
}

/// Checks a request. Client and redirect URI come first: until both are right nothing is redirected
/// (RFC 6749 §4.1.2.1, RFC 9700 §4.11). An app that nobody has approved may be made to lead people away from here by a bad
/// request: they are told, and choose (RFC 9700 §4.11.2).
pub fn validate(
    rules: &Rules,
    request: &AuthorizeRequest,
    app: Option<Arc<App>>,
) -> Result<ValidRequest, Fault> {
    let shown = |problem, app: Option<&Arc<App>>| Fault::Shown { problem, app: app.cloned(), back: None };
    if request.client_id.is_none() {
        return Err(shown(Problem::ClientMissing, None));
    }
    let Some(app) = app else { return Err(shown(Problem::ClientUnknown, None)) };
    let redirect_uri =
        check_redirect_uri(rules, request, &app).map_err(|problem| shown(problem, Some(&app)))?;
    if app.is_refused(&rules.dialect.apps) {
        return Err(shown(Problem::ClientSuspended, Some(&app)));
    }
    match check_rest(rules, request, &app) {
        Ok((scopes, challenge)) => {
            let (state, show_dialog) = (request.state.clone(), request.show_dialog);
            Ok(ValidRequest { app, redirect_uri, state, scopes, challenge, show_dialog })
        }
        Err(problem) => match rules.dialect.authorization.as_ref().map(|rules| rules.faults) {
            Some(AuthorizationFaults::Redirected) => {
                let answer = [("error", problem.code()), ("error_description", problem.description(rules))];
                let location = redirect(rules, &redirect_uri, request.state.as_deref(), &answer);
                if app.reviewed {
                    return Err(Fault::Redirected { location });
                }
                let back = Some(Back { location, host: redirect_uri.display_host() });
                Err(Fault::Shown { problem, app: Some(app), back })
            }
            _ => Err(shown(problem, Some(&app))),
        },
    }
}

fn check_redirect_uri(rules: &Rules, request: &AuthorizeRequest, app: &App) -> Result<RedirectUri, Problem> {
    let text = request.redirect_uri.as_deref().ok_or(Problem::RedirectUriMissing)?;
    let uri = RedirectUri::parse(text).map_err(Problem::RedirectUriMalformed)?;
    if let Some(authorization) = &rules.dialect.authorization {
        uri.check(authorization.redirect_uris).map_err(Problem::RedirectUriInsecure)?;
    }
    if app.redirect_uris.iter().any(|registered| registered.admits(&uri)) {
        Ok(uri)
    } else {
        Err(Problem::RedirectUriUnregistered)
    }
}

fn check_rest(
    rules: &Rules,
    request: &AuthorizeRequest,
    app: &App,
) -> Result<(Scopes, Option<Challenge>), Problem> {
    // The implicit grant's `token` is refused like any other (RFC 9700 §2.1.2).
    if request.response_type.as_deref() != Some("code") {
        return Err(Problem::ResponseType);
    }
    let asked = Scopes::parse(request.scope.as_deref().unwrap_or_default()).map_err(|_| Problem::Scope)?;
    let scopes = known_scopes(&rules.dialect.scopes, &asked).ok_or(Problem::Scope)?;
    Ok((scopes, check_challenge(rules, request, app)?))
}

/// S256 alone (RFC 9700 §2.1.1); a challenge without method would mean `plain` (RFC 7636 §4.3).
fn check_challenge(
    rules: &Rules,
    request: &AuthorizeRequest,
    app: &App,
) -> Result<Option<Challenge>, Problem> {
    let needed = match rules.dialect.authorization.as_ref().map(|rules| rules.pkce) {
        Some(Pkce::Always) => true,
        _ => app.public,
    };
    match (&request.code_challenge, request.code_challenge_method.as_deref()) {
        (None, None) if !needed => Ok(None),
        (Some(text), Some("S256")) => Challenge::parse(text).map(Some).map_err(|_| Problem::Challenge),
        _ => Err(Problem::Challenge),
    }
}

/// What the person said on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    Allowed,
    Cancelled,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Ask,
    Redirect { location: String },
}

/// Decides for a signed-in person. `earlier` is what they allowed this app before; `said` is their answer, if given.
pub fn decide(
    rules: &Rules,
    request: &ValidRequest,
    person: Person,
    earlier: Option<&Scopes>,
    said: Option<Consent>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<Next> {
    match said {
        Some(Consent::Cancelled) => {
            let denied = [("error", "access_denied")];
            let location = redirect(rules, &request.redirect_uri, request.state.as_deref(), &denied);
            Decision::reply(Next::Redirect { location })
        }
        None if !stands_in(rules, request, earlier) => Decision::reply(Next::Ask),
        None => issue_code(rules, request, person, now, rng),
        Some(Consent::Allowed) => {
            let scopes = consent::with_earlier(&request.scopes, earlier);
            let mut decision = issue_code(rules, request, person, now, rng);
            let (app, epoch, account) = (request.app.id, request.app.epoch, person.id);
            decision.effects.push(Effect::SaveConsent { app, account, scopes, at: now });
            // Whose it was then: nobody agreed to another team.
            decision.provided([Expectation::AppEpoch { app, epoch }])
        }
    }
}

/// Whether an earlier consent covers the request and may stand in for asking.
fn stands_in(rules: &Rules, request: &ValidRequest, earlier: Option<&Scopes>) -> bool {
    let remembered = match rules.dialect.authorization.as_ref().map(|rules| rules.remember) {
        Some(RememberConsent::AnyApp) => true,
        Some(RememberConsent::ConfidentialApps) => !request.app.public,
        None => false,
    };
    remembered
        && !could_be_anyone(rules, request)
        && !request.show_dialog
        && earlier.is_some_and(|had| request.scopes.is_within(had))
}

/// Whether any program of the person's machine could receive the code and redeem it: at any loopback port or under an
/// app's own scheme, without a secret (RFC 6749 §10.2, RFC 8252 §8.6).
fn could_be_anyone(rules: &Rules, request: &ValidRequest) -> bool {
    let any_app = rules.dialect.client_authentication.without_secret == WithoutSecret::AnyAppWithPkce;
    let needs_no_secret = request.app.public || (any_app && request.challenge.is_some());
    let registered = request.app.redirect_uris.contains(&request.redirect_uri);
    needs_no_secret && !(registered && request.redirect_uri.is_web())
}

fn issue_code(
    rules: &Rules,
    request: &ValidRequest,
    person: Person,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<Next> {
    let seconds = rules.dialect.authorization.as_ref().map_or(0, |rules| rules.code_seconds);
    let id = CodeId::new(now, rng);
    let handle = Handle::new(id.0, rng);
    let code = Code {
        id,
        hash: handle.hash(),
        app: request.app.id,
        account: person.id,
        redirect_uri: request.redirect_uri.as_str().to_owned(),
        challenge: request.challenge,
        scopes: request.scopes.clone(),
        epochs: request.app.epochs(person),
        authorized: now,
        expires: now.plus_seconds(i64::from(seconds)),
        state: CodeState::Unused,
    };
    let text = handle.write(opaque::CODE);
    let location =
        redirect(rules, &request.redirect_uri, request.state.as_deref(), &[("code", text.expose())]);
    Decision { reply: Ok(Next::Redirect { location }), effects: vec![Effect::SaveCode(code)] }
}

/// The answer's address: `state` unchanged where one was sent, `iss` where the dialect has it (RFC 9207).
fn redirect(rules: &Rules, to: &RedirectUri, state: Option<&str>, answer: &[(&str, &str)]) -> String {
    let issuer = rules.dialect.authorization.as_ref().is_some_and(|rules| rules.issuer);
    let state = state.map(|state| ("state", state));
    let issuer = issuer.then_some(("iss", &*rules.issuer));
    to.with_query(answer.iter().copied().chain(state).chain(issuer))
}
