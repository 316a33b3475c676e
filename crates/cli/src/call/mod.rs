//! `stagedoor call`: a call to the provider's API.

mod answer;
mod body;
mod json;
mod request;

use std::collections::HashSet;
use std::time::Duration;

use stagedoor_client::call::{ApiCall, SHORTEST_WAIT};
use stagedoor_client::clock::Clock;
use stagedoor_client::{ApiClient, Credential, CredentialName};

use crate::failure::{Exit, Failure, used_up};
use crate::{terminal, vault, when};

/// Call the provider's API
///
/// The token is added, and renewed where the API no longer takes it. A person sees JSON indented and coloured; a program gets
/// the body byte for byte. A refusal makes the exit code tell; its body is on stdout, the provider's words on stderr.
#[derive(clap::Args)]
#[command(
    override_usage = "stagedoor call <NAME> [METHOD] <PATH> [OPTIONS]",
    after_help = "Examples:
  stagedoor call spotify /v1/me
  stagedoor call spotify /v1/search --query q='low tide' --query type=album --paginate
  stagedoor call bandcamp POST /api/sales/4/sales_report --field band_id:=7 --field start_time=2026-01-01
  stagedoor call spotify PUT /v1/me/following --query type=artist --data @ids.json
  stagedoor call soundcharts /api/v2/artist/11e81bcc-9c1c-ce38-b96b-a0369fe50396 | jq .object.name

Exit codes:
  0  the API answered, and with no error
  1  it refused the call
  3  a person has to sign in, or the token was refused
  4  a limit or quota is used up, for longer than --max-wait
  5  the provider cannot be reached or is at fault"
)]
pub(crate) struct Arguments {
    /// Which credential; `stagedoor status` lists them
    #[arg(value_parser = CredentialName::new)]
    name: CredentialName,
    /// GET unless there is a body, and a path that begins with /, or an address under the provider's API
    #[arg(required = true, num_args = 1..=2, value_names = ["METHOD", "PATH"])]
    target: Vec<String>,
    /// The body: text, @FILE, or - for stdin
    #[arg(long, short, value_name = "DATA", allow_hyphen_values = true)]
    data: Option<String>,
    /// A member of a JSON body: NAME=TEXT, or NAME:=JSON; may be repeated
    #[arg(long, short, value_name = "NAME=VALUE", conflicts_with = "data")]
    field: Vec<String>,
    /// A parameter of the query; may be repeated
    #[arg(long, short, value_name = "NAME=VALUE")]
    query: Vec<String>,
    /// A header; may be repeated
    #[arg(long, short = 'H', value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Follow the links to next pages, within the provider
    #[arg(long)]
    paginate: bool,
    /// Print status and headers too
    #[arg(long, short)]
    include: bool,
    /// Wait for so long at most; longer pauses at a limit are told at once
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    max_wait: u32,
}

impl Arguments {
    fn patience(&self) -> Duration {
        Duration::from_secs(self.max_wait.into()).max(SHORTEST_WAIT)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let call = request::read(arguments)?;
    let vault = vault::open()?;
    let credential = vault::credential(&vault, &arguments.name)?;
    let client = vault::client(&vault, &arguments.name, &credential, arguments.max_wait)?;
    vault::run(all_pages(arguments, &client, call, &credential))
}

async fn all_pages(
    arguments: &Arguments,
    client: &ApiClient,
    call: ApiCall,
    credential: &Credential,
) -> Result<(), Failure> {
    let mut next = Some(call);
    let mut seen = HashSet::new();
    while let Some(call) = next {
        let began = Clock::machine().now();
        let response = terminal::during_or(async || progress(client).await, client.send(&call)).await?;
        let waited = Duration::from_millis(began.millis_until(Clock::machine().now()));
        let left = arguments.patience().saturating_sub(waited).max(SHORTEST_WAIT);
        let answer = answer::print(response, arguments, left).await?;
        answer.judge(client, credential).await?;
        next =
            if arguments.paginate { client.next_page(&call, &answer.headers, &answer.body)? } else { None };
        if let Some(again) = next.as_ref().filter(|next| !seen.insert(next.path.clone())) {
            let text = format!("the pages go in a circle: {} was fetched already", again.path);
            return Err(Failure::new(Exit::Provider, text));
        }
    }
    Ok(())
}

/// What is being waited for: the answer, or the end of a pause the provider asked for.
async fn progress(client: &ApiClient) -> String {
    let title = &client.source().provider().dialect.title;
    match client.cool_down().await {
        Ok(Some(pause)) => {
            let left = when::span(pause.remaining_seconds(Clock::machine().now()));
            format!("{title}: {}; going on in {left}; Ctrl-C gives up", used_up(pause.why))
        }
        _ => format!("waiting for {title} …"),
    }
}
