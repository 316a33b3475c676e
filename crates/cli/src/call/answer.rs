//! An answer: on stdout as it is fit for whoever reads it, and judged.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use stagedoor_client::credential::Flow;
use stagedoor_client::{ApiClient, Credential, CredentialName};
use stagedoor_wire::Dialect;
use stagedoor_wire::api_error::ApiErrorShape;

use super::{Arguments, body, json};
use crate::failure::{Exit, Failure};
use crate::terminal;

/// An answer that was printed.
pub(super) struct Answer {
    status: StatusCode,
    pub(super) headers: HeaderMap,
    /// Its beginning where it was passed on.
    pub(super) body: Vec<u8>,
}

/// Prints it, all of it after `left` unless it is passed on. What a program reads goes on as it comes.
pub(super) async fn print(
    response: Response,
    arguments: &Arguments,
    left: Duration,
) -> Result<Answer, Failure> {
    let (status, headers) = (response.status(), response.headers().clone());
    if arguments.include {
        terminal::print(head(&response).as_bytes())?;
    }
    let passes_on = !terminal::is_read() && !arguments.paginate;
    let body = body::read(response, passes_on, left, arguments.patience(), terminal::print).await?;
    if !body.passed_on {
        show(&body.kept, arguments.paginate)?;
    }
    if body.cut {
        eprintln!("stagedoor: the rest of the answer was cut off");
    }
    Ok(Answer { status, headers, body: body.kept })
}

fn show(body: &[u8], one_of_many: bool) -> Result<(), Failure> {
    let text = std::str::from_utf8(body).ok();
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    match text {
        _ if !terminal::is_read() => {
            terminal::print(body)?;
            // One page a line, for whoever reads line by line.
            if one_of_many && !body.ends_with(b"\n") {
                terminal::print(b"\n")?;
            }
            Ok(())
        }
        Some(text) if is_json => terminal::print(json::set(text, terminal::is_coloured()).as_bytes()),
        Some(text) => {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            terminal::print(format!("{}{end}", terminal::harmless(text)).as_bytes())
        }
        None => {
            eprintln!("{} bytes that are no text; send them to a file with > FILE", body.len());
            Ok(())
        }
    }
}

/// Status line and headers.
fn head(response: &Response) -> String {
    let status = response.status();
    let mut head = format!(
        "{:?} {} {}\r\n",
        response.version(),
        status.as_u16(),
        status.canonical_reason().unwrap_or("")
    );
    for (name, value) in response.headers() {
        head.push_str(&format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes())));
    }
    head.push_str("\r\n");
    if terminal::is_read() { terminal::harmless(&head.replace('\r', "")) } else { head }
}

impl Answer {
    /// Whether it is what was asked for; otherwise the provider's words.
    pub(super) async fn judge(&self, client: &ApiClient, credential: &Credential) -> Result<(), Failure> {
        let (dialect, name) = (&client.source().provider().dialect, client.source().name());
        let (code, hidden) = (self.status.as_u16(), self.hides_an_error(dialect));
        let exit = match self.status {
            StatusCode::UNAUTHORIZED => Exit::SignIn,
            StatusCode::TOO_MANY_REQUESTS => Exit::Wait,
            status if status.is_server_error() => Exit::Provider,
            status if status.is_client_error() || hidden => Exit::Other,
            status if status.is_redirection() && status != StatusCode::NOT_MODIFIED => {
                let text = format!(
                    "{} answered {code}, a redirect; the token is not taken along: see --include",
                    dialect.title
                );
                return Err(Failure::new(Exit::Other, text));
            }
            _ => return Ok(()),
        };
        let words = client.message(&self.body, credential).await.filter(|words| !words.is_empty());
        let words = words.or_else(|| self.status.canonical_reason().map(str::to_owned)).unwrap_or_default();
        let team = match &credential.team {
            Some(team) if self.status == StatusCode::FORBIDDEN => format!(" (acting for the team {team})"),
            _ => String::new(),
        };
        let next = next_step(self.status, dialect, credential, name);
        Err(Failure::new(exit, format!("{} answered {code}: {words}{team}{next}", dialect.title)))
    }

    /// Some APIs answer 200 to everything, with a flag inside.
    fn hides_an_error(&self, dialect: &Dialect) -> bool {
        let flagged = || serde_json::from_slice::<Value>(&self.body).is_ok_and(|body| body["error"] == true);
        dialect.api_errors.shape == ApiErrorShape::Flag && flagged()
    }
}

/// What may help when the API does not let this credential in.
fn next_step(
    status: StatusCode,
    dialect: &Dialect,
    credential: &Credential,
    name: &CredentialName,
) -> String {
    let refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    match credential.flow {
        _ if !refused => String::new(),
        Flow::ClientCredentials if dialect.grants.authorization_code => {
            format!(
                ". The token is the app's own; for what belongs to a person: stagedoor login {name} --user"
            )
        }
        Flow::AuthorizationCode | Flow::Device if status == StatusCode::FORBIDDEN => {
            format!(". If a scope is missing: stagedoor login {name} --scope SCOPES")
        }
        _ => format!(". To sign in anew: stagedoor login {name}"),
    }
}
