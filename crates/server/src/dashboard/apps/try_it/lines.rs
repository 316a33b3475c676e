//! What to paste, in the spelling of the API's dialect. The secret stands in no line: the shell asks for it.

use axum::http::Method;
use stagedoor_protocol::app::AppRecord;
use stagedoor_protocol::id::TeamId;
use stagedoor_wire::RedirectUri;
use stagedoor_wire::dialect::{ClientAuthenticationMethod, Pkce};

use crate::api::Api;

/// RFC 7636, appendix B: a verifier, and the challenge made from it.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Lines for one app.
pub(super) struct Lines {
    /// What asks for the secret, where there is one.
    pub(super) secret: Option<&'static str>,
    /// For the app alone.
    pub(super) client_credentials: Option<String>,
    /// For a person: where they go, and what redeems the code.
    pub(super) authorization_code: Option<(String, String)>,
    pub(super) refresh: Option<String>,
    pub(super) call: String,
    /// Whether a path is to be put in.
    pub(super) has_no_path: bool,
    /// The same with the program.
    pub(super) program: Vec<String>,
}

/// `team`: the one that a token of the app's own is for, where it has to be named.
pub(super) fn of(record: &AppRecord, api: &Api, team: Option<TeamId>) -> Lines {
    let (dialect, app) = (api.dialect(), &record.app);
    let base = format!("{}{}", api.origin, api.mount);
    let token_url = format!("{base}{}", dialect.endpoints.token);
    let basic = dialect.client_authentication.methods.first() == Some(&ClientAuthenticationMethod::Basic);
    let proof = match (app.public, basic) {
        (true, _) => format!("-d client_id={}", app.client_id),
        (false, true) => format!("-u \"{}:$CLIENT_SECRET\"", app.client_id),
        (false, false) => {
            format!("-d client_id={} --data-urlencode \"client_secret=$CLIENT_SECRET\"", app.client_id)
        }
    };
    let token = |fields: &str| format!("curl -X POST {token_url} {proof} {fields}");
    let by_itself = dialect.grants.client_credentials && !app.public;
    Lines {
        secret: (!app.public).then_some("read -rs CLIENT_SECRET"),
        client_credentials: by_itself.then(|| {
            let team = team.map(|team| format!(" -d team_id={team}")).unwrap_or_default();
            token(&format!("-d grant_type=client_credentials{team}"))
        }),
        authorization_code: app
            .redirect_uris
            .first()
            .and_then(|uri| authorization_code(record, api, &base, uri, &token)),
        refresh: dialect
            .grants
            .refresh_token
            .then(|| token("-d grant_type=refresh_token -d refresh_token=REFRESH_TOKEN")),
        call: call(api, &base),
        has_no_path: api.example_call.is_none(),
        program: program(record, api, &base, team, by_itself),
    }
}

fn authorization_code(
    record: &AppRecord,
    api: &Api,
    base: &str,
    uri: &RedirectUri,
    token: &impl Fn(&str) -> String,
) -> Option<(String, String)> {
    let dialect = api.dialect();
    let (rules, path) = (dialect.authorization.as_ref()?, dialect.endpoints.authorize.as_ref()?);
    let with_pkce = rules.pkce == Pkce::Always || record.app.public;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("response_type", "code").append_pair("client_id", record.app.client_id.as_str());
    query.append_pair("redirect_uri", uri.as_str());
    if let Some(scope) = dialect.scopes.known.first() {
        query.append_pair("scope", &scope.name);
    }
    if with_pkce {
        query.append_pair("code_challenge", CHALLENGE).append_pair("code_challenge_method", "S256");
    }
    let verifier = if with_pkce { format!(" -d code_verifier={VERIFIER}") } else { String::new() };
    // Encoded, for a URI may hold what a shell would run.
    let encoded: String = url::form_urlencoded::byte_serialize(uri.as_str().as_bytes()).collect();
    let fields = format!("-d grant_type=authorization_code -d code=CODE -d redirect_uri={encoded}{verifier}");
    Some((format!("{base}{path}?{}", query.finish()), token(&fields)))
}

fn call(api: &Api, base: &str) -> String {
    let target = match &api.example_call {
        Some(example) if example.method == Method::GET => format!("\"{base}{}\"", example.path),
        Some(example) => format!("-X {} \"{base}{}\"", example.method, example.path),
        None => format!("{base}/PATH"),
    };
    format!("curl {target} -H \"Authorization: Bearer ACCESS_TOKEN\"")
}

fn program(record: &AppRecord, api: &Api, base: &str, team: Option<TeamId>, by_itself: bool) -> Vec<String> {
    let (name, dialect) = (&api.rules.api, &api.dialect().name);
    let app = if by_itself { " --app" } else { "" };
    let team = team.filter(|_| by_itself).map(|team| format!(" --team {team}"));
    let team = team.unwrap_or_default();
    let secret = if record.app.public { "" } else { " --client-secret-file secret" };
    vec![
        format!(
            "stagedoor login {dialect} --as {name}{app} --client-id {}{secret}{team} --base-url {base}",
            record.app.client_id
        ),
        match &api.example_call {
            Some(example) if example.method == Method::GET => {
                format!("stagedoor call {name} \"{}\"", example.path)
            }
            Some(example) => format!("stagedoor call {name} {} \"{}\"", example.method, example.path),
            None => format!("stagedoor call {name} /PATH"),
        },
    ]
}
