//! An API with no documents to quote: what its dialect offers, one line each.

use serde_json::Value;
use stagedoor_server::dev::{Line, Section};
use stagedoor_wire::dialect::{ClientAuthenticationMethod, Pkce};
use stagedoor_wire::token_request::DEVICE_CODE;

use super::super::apis::Mount;
use super::{CHALLENGE, VERIFIER, copy_the_code};

pub(super) fn section(mount: &Mount, told: &Value) -> Section {
    let lines = Lines { mount, told };
    let all = [
        lines.client_credentials(),
        lines.authorization_code(),
        lines.refresh(),
        lines.device_code(),
        lines.about_a_token(),
    ];
    Section {
        title: format!("{} (/{})", mount.dialect.title, mount.name),
        lines: all.into_iter().flatten().collect(),
    }
}

struct Lines<'a> {
    mount: &'a Mount,
    told: &'a Value,
}

impl Lines<'_> {
    fn client_credentials(&self) -> Vec<Line> {
        let token = self.mount.dialect.grants.client_credentials;
        let call = format!("curl {}/whoami -H 'Authorization: Bearer ACCESS_TOKEN'", self.told("base_url"));
        let line = || self.token_request("grant_type=client_credentials", "");
        token.then(line).into_iter().chain([command("", call)]).collect()
    }

    /// The link, what to do with it, and the line that redeems the code.
    fn authorization_code(&self) -> Vec<Line> {
        let (Some(rules), Some(uri)) =
            (&self.mount.dialect.authorization, self.told["redirect_uris"][0].as_str())
        else {
            return Vec::new();
        };
        let (challenge, verifier) = match rules.pkce {
            Pkce::Always => (
                format!("&code_challenge={CHALLENGE}&code_challenge_method=S256"),
                format!(" -d code_verifier={VERIFIER}"),
            ),
            Pkce::WithoutSecret => Default::default(),
        };
        let known = &self.mount.dialect.scopes.known;
        let scope = known.first().map(|scope| format!("&scope={}", scope.name)).unwrap_or_default();
        let link = format!(
            "{}?client_id={}&response_type=code{scope}&redirect_uri={uri}{challenge}",
            self.told("authorize_url"),
            self.told("client_id")
        );
        let more = format!(" -d code=CODE -d redirect_uri={uri}{verifier}");
        vec![Line::Link(link), copy_the_code(uri), self.token_request("grant_type=authorization_code", &more)]
    }

    fn refresh(&self) -> Vec<Line> {
        let line = || self.token_request("grant_type=refresh_token", " -d refresh_token=REFRESH_TOKEN");
        self.mount.dialect.grants.refresh_token.then(line).into_iter().collect()
    }

    fn device_code(&self) -> Vec<Line> {
        let Some(url) = self.told["device_authorization_url"].as_str() else { return Vec::new() };
        let open =
            "Open verification_uri_complete in a browser and allow; then ask for the token.".to_owned();
        let grant_type = format!("grant_type={DEVICE_CODE}");
        vec![
            command("Device", format!("curl {url} {}", self.proof())),
            Line::Words(open),
            self.token_request(&grant_type, " -d device_code=DEVICE_CODE"),
        ]
    }

    fn about_a_token(&self) -> Vec<Line> {
        let endpoints = [("Introspect", "introspection_url"), ("Revoke", "revocation_url")];
        let line = |(says, url): (&str, &str)| {
            let url = self.told[url].as_str()?;
            Some(command(says, format!("curl {url} -d token=ACCESS_TOKEN {}", self.proof())))
        };
        let metadata = self.told["metadata_url"].as_str();
        let metadata = metadata.map(|url| command("Metadata", format!("curl {url}")));
        endpoints.into_iter().filter_map(line).chain(metadata).collect()
    }

    fn token_request(&self, grant_type: &str, more: &str) -> Line {
        let text = format!("curl {} -d {grant_type}{more} {}", self.told("token_url"), self.proof());
        command("", text)
    }

    /// Who asks, where the dialect wants to be told.
    fn proof(&self) -> String {
        let (id, secret) = (self.told("client_id"), self.told("client_secret"));
        if self.mount.dialect.client_authentication.methods.contains(&ClientAuthenticationMethod::Form) {
            format!("-d client_id={id} --data-urlencode 'client_secret={secret}'")
        } else {
            format!("-u '{id}:{secret}'")
        }
    }

    fn told(&self, member: &str) -> &str {
        self.told[member].as_str().unwrap_or_default()
    }
}

fn command(says: &str, text: String) -> Line {
    Line::Command { says: says.to_owned(), text }
}
