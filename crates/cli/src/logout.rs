//! `stagedoor logout`: tells the provider, where it wants to know, and forgets.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use stagedoor_client::{Credential, CredentialName, HttpClient, Provider};
use stagedoor_wire::token_request::{ClientCredentials, WrittenRequest, write_client};
use stagedoor_wire::{Secret, form};

use crate::failure::{Exit, Failure};
use crate::{terminal, vault};

/// Revoke and remove a credential
///
/// Where the provider can be told (RFC 7009), its tokens are revoked first. Where it cannot be reached nothing is removed, so that
/// no token lives on that nobody can revoke; --keep-remote removes without telling.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor logout spotify
  stagedoor logout old --keep-remote      the tokens stay valid until they end")]
pub(crate) struct Arguments {
    /// Which credential; `stagedoor status` lists them
    #[arg(value_parser = CredentialName::new)]
    name: CredentialName,
    /// Tell the provider nothing
    #[arg(long)]
    keep_remote: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let name = &arguments.name;
    let vault = vault::open()?;
    // Held until the end: nobody renews what is being revoked.
    let locked = vault.lock(name)?;
    if arguments.keep_remote {
        if !vault.names()?.contains(name) {
            vault::credential(&vault, name)?;
        }
        locked.remove()?;
        eprintln!("Removed {name}. The provider was not told: its tokens live until they end.");
        return Ok(());
    }
    let credential = match locked.read()? {
        Some(credential) => credential,
        None => vault::credential(&vault, name)?,
    };
    let provider = Provider::stored(&credential.provider, vault.folder())?;
    let told = match &provider.dialect.endpoints.revocation {
        Some(path) => vault::run(revoke(&provider, path, &credential))?,
        None => 0,
    };
    locked.remove()?;
    match (told, &provider.dialect.endpoints.revocation) {
        (0, Some(_)) => eprintln!("Removed {name}. There was no token to revoke."),
        (_, Some(_)) => eprintln!("Removed {name}, its tokens revoked at {}.", provider.dialect.title),
        (_, None) => eprintln!(
            "Removed {name}. {} has no way to be told; to end the app's access at once, do it on its own pages.",
            provider.dialect.title
        ),
    }
    Ok(())
}

/// Revokes the refresh tokens, with which the provider ends what came of them, and the access token.
async fn revoke(provider: &Provider, path: &str, credential: &Credential) -> Result<usize, Failure> {
    let refresh =
        credential.refresh.iter().chain(&credential.set_aside).map(|token| (&token.token, "refresh_token"));
    let access = credential.access.iter().map(|access| (&access.token, "access_token"));
    let (http, mut told) = (HttpClient::new(), 0);
    for (token, hint) in refresh.chain(access) {
        let what = format!("revoking at {}", provider.dialect.title);
        terminal::during(&what, revoke_one(&http, provider, path, write(provider, credential, token, hint)))
            .await?;
        told += 1;
    }
    Ok(told)
}

fn write(provider: &Provider, credential: &Credential, token: &Secret, hint: &str) -> WrittenRequest {
    let client = ClientCredentials {
        client_id: credential.client_id.clone(),
        secrets: credential.client_secret.iter().cloned().collect(),
    };
    let mut body = form::Writer::default();
    body.pair("token", token.expose());
    body.pair("token_type_hint", hint);
    write_client(&provider.dialect, &client, body)
}

async fn revoke_one(
    http: &HttpClient,
    provider: &Provider,
    path: &str,
    request: WrittenRequest,
) -> Result<(), Failure> {
    let title = &provider.dialect.title;
    let keep = "nothing was removed; --keep-remote removes without telling the provider";
    let failed =
        |exit, why: &str| Failure::new(exit, format!("{title} did not revoke the tokens: {why}; {keep}"));
    let Some(url) = provider.accounts.join(path) else {
        return Err(failed(Exit::Other, "its address is wrong"));
    };
    let mut post = http.client()?.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(authorization) = &request.authorization {
        post = post.header(AUTHORIZATION, authorization.expose());
    }
    let answer =
        post.body(request.body.expose().to_owned()).timeout(std::time::Duration::from_secs(30)).send().await;
    match answer {
        // RFC 7009 §2.2: also for a token that is none any more.
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) if answer.status().is_server_error() => {
            Err(failed(Exit::Provider, &format!("it answered {}", answer.status().as_u16())))
        }
        Ok(answer) => Err(failed(Exit::Other, &format!("it answered {}", answer.status().as_u16()))),
        Err(_) => Err(failed(Exit::Provider, "it cannot be reached")),
    }
}
