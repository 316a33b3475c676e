//! What is said when somebody has signed in.

use stagedoor_client::clock::Clock;
use stagedoor_client::credential::Flow;
use stagedoor_client::renew::{remaining_millis, sign_in_due};
use stagedoor_client::{Credential, CredentialName, Provider, Vault};

use crate::terminal::harmless_line;
use crate::{vault, when};

pub(super) fn done(opened: &Vault, name: &CredentialName, provider: &Provider, credential: &Credential) {
    eprintln!("Signed in as {name}: {}, {}.", harmless_line(&provider.dialect.title), whose(credential));
    if let Some(team) = &credential.team {
        eprintln!("  team     {}", harmless_line(team));
    }
    let scopes = credential.access.as_ref().and_then(|access| access.scopes.as_ref());
    if let Some(scopes) = scopes.filter(|scopes| !scopes.is_empty()) {
        eprintln!("  scopes   {}", harmless_line(scopes.as_str()));
    }
    if let Some(lives) = lives(provider, credential) {
        eprintln!("  token    {lives}");
    }
    eprintln!("  kept in  {}, encrypted; {}", opened.folder().display(), vault::key(opened));
    match credential.access {
        Some(_) => eprintln!("Next: stagedoor call {name} /PATH, or stagedoor token {name}"),
        None => eprintln!("Next: stagedoor call {name} /PATH"),
    }
}

fn whose(credential: &Credential) -> &'static str {
    match credential.flow {
        _ if credential.access.is_none() => "by an old API key",
        Flow::ClientCredentials => "for the app itself",
        Flow::AuthorizationCode | Flow::Device => "for the person who allowed it",
    }
}

fn lives(provider: &Provider, credential: &Credential) -> Option<String> {
    let now = Clock::machine().now();
    let seconds =
        u32::try_from(remaining_millis(credential.access.as_ref()?, now) / 1000).unwrap_or(u32::MAX);
    let until = when::clock(now.wall().plus_seconds(seconds.into()), now.wall());
    let renewed = match (&credential.refresh, credential.flow) {
        (None, Flow::AuthorizationCode | Flow::Device) => "then somebody signs in again".to_owned(),
        (Some(refresh), _) if let Some(due) = sign_in_due(&provider.dialect, refresh) => {
            format!("renews itself; sign in again by {}", when::day(due))
        }
        _ => "renews itself".to_owned(),
    };
    Some(format!("lives until {until} ({}), {renewed}", when::span(seconds)))
}
