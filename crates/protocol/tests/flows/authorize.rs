//! RFC 6749 §4.1.1–4.1.2, RFC 9207, RFC 9700 §4.11.

use stagedoor_protocol::app::Stage;
use stagedoor_protocol::authorize::{Consent, Fault, Next, Problem};
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_wire::RedirectUri;
use stagedoor_wire::authorize_request::AuthorizeRequest;
use stagedoor_wire::dialect::ScopeText;
use stagedoor_wire::form::FormError;
use stagedoor_wire::redirect_uri::InvalidRedirectUri;

use crate::api::Api;
use crate::client::Client;
use crate::device;
use crate::setting::{REDIRECT_URI, mixtape};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn shown(api: &Api, request: &AuthorizeRequest) -> Problem {
    match api.validate(request).unwrap_err() {
        Fault::Shown { problem, .. } => problem,
        Fault::Redirected { location } => panic!("redirected to {location}"),
    }
}

/// Every request here has several faults: those of client and redirect URI are shown, and before the others.
#[test]
fn nothing_is_redirected_before_client_and_redirect_uri_are_right() {
    use InvalidRedirectUri::{DangerousScheme, Insecure, Localhost, NotAbsolute};
    let mut api = Api::built_in("standard");
    let client = api.client();
    let bad = AuthorizeRequest {
        response_type: some("token"),
        scope: some("unknown"),
        code_challenge: None,
        ..api.authorize_request(&client, "")
    };
    let with_id = |client_id| AuthorizeRequest { client_id, ..bad.clone() };
    let with_uri = |redirect_uri| AuthorizeRequest { redirect_uri, ..bad.clone() };
    let cases = [
        (with_id(None), Problem::ClientMissing),
        (with_id(some("unknown")), Problem::ClientUnknown),
        (with_id(some("not an id")), Problem::ClientUnknown),
        (with_uri(None), Problem::RedirectUriMissing),
        (with_uri(some("/callback")), Problem::RedirectUriMalformed(NotAbsolute)),
        (with_uri(some("javascript:alert(1)")), Problem::RedirectUriMalformed(DangerousScheme)),
        (with_uri(some("http://a.example/")), Problem::RedirectUriInsecure(Insecure)),
        (with_uri(some("http://localhost/")), Problem::RedirectUriInsecure(Localhost)),
        (with_uri(some("https://evil.example/callback")), Problem::RedirectUriUnregistered),
        (with_uri(some("https://app.example/callback/")), Problem::RedirectUriUnregistered),
    ];
    for (request, expected) in cases {
        assert_eq!(shown(&api, &request), expected);
    }
    api.world.commit(&[Effect::SetStage { app: client.app, stage: Stage::Suspended }]).unwrap();
    assert_eq!(shown(&api, &bad), Problem::ClientSuspended);
    assert_eq!(shown(&api, &with_uri(None)), Problem::RedirectUriMissing);
}

#[test]
fn later_faults_go_where_the_dialect_sends_them() {
    for (dialect, redirected) in [("standard", true), ("spotify", false)] {
        let mut api = Api::built_in(dialect);
        let client = api.client();
        let right = api.authorize_request(&client, "");
        let cases = [
            (AuthorizeRequest { response_type: None, ..right.clone() }, Problem::ResponseType),
            (AuthorizeRequest { response_type: some("token"), ..right.clone() }, Problem::ResponseType),
            (AuthorizeRequest { response_type: some("code token"), ..right.clone() }, Problem::ResponseType),
            (AuthorizeRequest { scope: some("unknown"), ..right.clone() }, Problem::Scope),
            (AuthorizeRequest { scope: some("a\"b"), ..right.clone() }, Problem::Scope),
            (AuthorizeRequest { code_challenge: some("short"), ..right.clone() }, Problem::Challenge),
            (AuthorizeRequest { code_challenge: None, ..right.clone() }, Problem::Challenge),
            (AuthorizeRequest { code_challenge_method: None, ..right.clone() }, Problem::Challenge),
            (AuthorizeRequest { code_challenge_method: some("plain"), ..right.clone() }, Problem::Challenge),
            (AuthorizeRequest { code_challenge_method: some("s256"), ..right.clone() }, Problem::Challenge),
        ];
        for (request, expected) in cases {
            match api.validate(&request).unwrap_err() {
                Fault::Shown { problem, .. } => assert_eq!((problem, false), (expected, redirected)),
                Fault::Redirected { location } => {
                    assert!(redirected && location.starts_with("https://app.example/callback?error="));
                    assert!(location.contains("&state=xyz&iss=https%3A%2F%2Fmusic.example"), "{location}");
                    // The code stands in `error`, and there alone.
                    assert!(
                        !location.contains("_description=invalid_") && !location.contains("%3A+"),
                        "{location}"
                    );
                }
            }
        }
    }
}

/// RFC 9700 §4.11.2.
#[test]
fn before_an_app_is_approved_its_person_chooses() {
    let mut api = Api::built_in("standard");
    let client = api.client();
    for stage in [Stage::Requested, Stage::Development] {
        api.world.commit(&[Effect::SetStage { app: client.app, stage }]).unwrap();
        let request = AuthorizeRequest { scope: some("unknown"), ..api.authorize_request(&client, "") };
        let Fault::Shown { problem: Problem::Scope, back: Some(back), .. } =
            api.validate(&request).unwrap_err()
        else {
            panic!("{stage:?}")
        };
        assert_eq!(back.host, "app.example");
        assert!(back.location.starts_with("https://app.example/callback?error=invalid_scope"), "{back:?}");
    }
}

#[test]
fn challenge_by_rule() {
    // dialect, public app, needed
    let cases = [
        ("standard", false, true),
        ("standard", true, true),
        ("spotify", false, false),
        ("spotify", true, true),
    ];
    for (dialect, public, needed) in cases {
        let mut api = Api::built_in(dialect);
        let client = if public { api.public_client() } else { api.client() };
        let right = api.authorize_request(&client, "");
        let without = AuthorizeRequest { code_challenge: None, code_challenge_method: None, ..right };
        assert_eq!(api.validate(&without).is_err(), needed, "{dialect} {public}");
    }
}

#[test]
fn state_and_issuer_come_back() {
    let cases = [
        // dialect, state, what follows the code
        ("standard", some("a b&c=é"), "&state=a+b%26c%3D%C3%A9&iss=https%3A%2F%2Fmusic.example"),
        ("standard", None, "&iss=https%3A%2F%2Fmusic.example"),
        ("spotify", some("xyz"), "&state=xyz"),
        ("spotify", None, ""),
    ];
    for (dialect, state, expected) in cases {
        let mut api = Api::built_in(dialect);
        let (client, person) = (api.client(), api.person());
        let valid = api.validate(&AuthorizeRequest { state, ..api.authorize_request(&client, "") }).unwrap();
        let Next::Redirect { location } = api.consent(&valid, person, Some(Consent::Cancelled)) else {
            panic!()
        };
        assert_eq!(location, format!("{REDIRECT_URI}?error=access_denied{expected}"));
        assert!(api.effects.is_empty());
        let Next::Redirect { location } = api.consent(&valid, person, Some(Consent::Allowed)) else {
            panic!()
        };
        let code = location.strip_prefix("https://app.example/callback?code=").unwrap();
        assert_eq!(code.trim_start_matches(|c| c != '&'), expected);
    }
}

#[test]
fn loopback_with_any_port_is_repeated_with_its_port() {
    let mut api = Api::built_in("spotify");
    let (client, person) = (api.client(), api.person());
    let registered = vec![RedirectUri::parse("http://127.0.0.1/cb").unwrap()];
    api.world.change(client.app).redirect_uris = registered;
    let uri = some("http://127.0.0.1:40123/cb");
    let request = AuthorizeRequest { redirect_uri: uri, ..api.authorize_request(&client, "") };
    let code = api.code_for(&request, person);
    assert_eq!(api.world.codes.values().next().unwrap().redirect_uri, "http://127.0.0.1:40123/cb");
    assert!(api.redeem(&client.shown(), &code).is_err(), "another redirect URI");
}

#[test]
fn earlier_consent_stands_in() {
    // dialect, public app, allowed before, asked now, show_dialog, whether the person is asked again
    let cases = [
        ("spotify", false, None, "", false, true),
        ("spotify", false, some("user-read-email"), "", false, false),
        ("spotify", false, some("user-read-email"), "user-read-email", false, false),
        ("spotify", false, some("user-read-email"), "user-read-email streaming", false, true),
        ("spotify", false, some("user-read-email"), "user-read-email", true, true),
        ("spotify", true, some("user-read-email"), "user-read-email", false, false),
        ("standard", false, some("read"), "read", false, false),
        ("standard", true, some("read"), "read", false, true), // RFC 8252 §8.6
    ];
    for (dialect, public, before, asked, show_dialog, again) in cases {
        let mut api = Api::built_in(dialect);
        let client = if public { api.public_client() } else { api.client() };
        let person = api.person();
        if let Some(scopes) = &before {
            api.code(&client, person, scopes);
        }
        let request = AuthorizeRequest { show_dialog, ..api.authorize_request(&client, asked) };
        let valid = api.validate(&request).unwrap();
        let next = api.consent(&valid, person, None);
        assert_eq!(next == Next::Ask, again, "{dialect} {public} {before:?} {asked} {show_dialog}");
    }
}

/// A later consent adds to an earlier one; the code carries only what was asked now.
#[test]
fn consents_add_up() {
    let mut api = Api::built_in("standard");
    let (client, person) = (api.client(), api.person());
    for scopes in ["read", "write"] {
        api.code(&client, person, scopes);
        assert_eq!(api.world.codes.values().last().unwrap().scopes.as_str(), scopes);
        api.advance(1);
    }
    assert_eq!(api.world.consents[&(client.app, person)].as_str(), "read write");
}

/// More than one list may hold: the newest consent stands, and the rest is asked for again.
#[test]
fn consents_that_do_not_fit_together() {
    let mut dialect = mixtape();
    let (one, two) = ("x".repeat(600), "y".repeat(600));
    for name in [&one, &two] {
        dialect.scopes.known.push(ScopeText { name: name.clone(), says: "Everything".into() });
    }
    let mut api = Api::of(dialect);
    let (client, person) = (api.client(), api.person());
    for scope in [&one, &two] {
        api.code(&client, person, scope);
        assert_eq!(api.world.consents[&(client.app, person)].as_str(), scope);
    }
    let device = device::start(&mut api, &client.shown(), &one).unwrap();
    device::answer(&mut api, &device, person, true).unwrap();
    assert_eq!(api.world.consents[&(client.app, person)].as_str(), one);
}

#[test]
fn unknown_scopes_are_dropped_or_refused() {
    let mut api = Api::of(mixtape());
    let client = api.client();
    let valid = api.validate(&api.authorize_request(&client, "unknown play")).unwrap();
    assert_eq!(valid.scopes.as_str(), "play");
    let mut api = Api::built_in("spotify");
    let client = api.client();
    assert_eq!(shown(&api, &api.authorize_request(&client, "unknown")), Problem::Scope);
}

#[test]
fn unlisted_apps_send_no_one_where_they_get_no_tokens() {
    let mut refusing = mixtape();
    refusing.apps.unlisted = stagedoor_wire::dialect::UnlistedApps::RefusedTokens;
    for (dialect, refused) in [(mixtape(), false), (refusing, true)] {
        let mut api = Api::of(dialect);
        let client = api.client();
        api.world.commit(&[Effect::SetStage { app: client.app, stage: Stage::Requested }]).unwrap();
        assert_eq!(api.validate(&api.authorize_request(&client, "")).is_err(), refused);
    }
}

#[test]
fn code_row_holds_no_code() {
    let mut api = Api::built_in("standard");
    let (client, person): (Client, _) = (api.client(), api.person());
    let code = api.code(&client, person, "read");
    let row = api.world.codes.values().next().unwrap();
    assert!(!format!("{row:?}").contains(&code[4..]));
    assert_eq!((row.authorized, row.expires), (api.now, Timestamp(api.now.0 + 600_000)));
}

#[test]
fn every_problem_has_words() {
    let texts = stagedoor_wire::Dialect::built_in("spotify").unwrap().authorize_errors;
    let uri = InvalidRedirectUri::Insecure;
    let problems = [
        Problem::Malformed(FormError::Escape),
        Problem::ClientMissing,
        Problem::ClientUnknown,
        Problem::ClientSuspended,
        Problem::RedirectUriMissing,
        Problem::RedirectUriMalformed(uri),
        Problem::RedirectUriInsecure(uri),
        Problem::RedirectUriUnregistered,
        Problem::ResponseType,
        Problem::Scope,
        Problem::Challenge,
    ];
    for problem in problems {
        assert!(!problem.text(&texts).is_empty(), "{problem:?}");
    }
}
