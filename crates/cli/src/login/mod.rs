//! `stagedoor login`: from what a provider's page shows to a first token in the vault.

mod app;
mod browser;
mod device;
mod way;
mod words;

use std::path::PathBuf;

use stagedoor_client::exchange::{Given, TokenEndpoint};
use stagedoor_client::vault::VaultError;
use stagedoor_client::{Credential, CredentialName, HttpClient, Provider, Vault, clock::Clock};
use stagedoor_wire::token_request::GrantRequest;
use stagedoor_wire::{ClientId, Scopes};

use crate::failure::{Exit, Failure};
use crate::{terminal, vault};
use app::App;
use way::Way;

pub(crate) use stagedoor_client::sign_in::REDIRECT_URI as DEFAULT_REDIRECT_URI;

/// Sign in to a provider and keep what comes of it
///
/// What is missing is asked for; secrets are never arguments, where other users could read them. Where the provider asks
/// nobody, the first token is fetched at once. An existing name needs nothing but the name: id, secret, scopes and address are
/// those of before.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor login spotify --scope 'user-read-email user-top-read'
  stagedoor login soundcharts --client-id ID --client-secret-file secret.txt --team 'Night Ferry'
  pass show bandcamp | stagedoor login bandcamp --client-id 29 --client-secret-file -
  stagedoor login bandcamp --client-secret-file new.txt      after the secret was regenerated
  stagedoor login spotify-ads --paste                        the browser runs on another machine
  stagedoor login standard --as mine --device --base-url http://127.0.0.1:8080/standard")]
pub(crate) struct Arguments {
    /// A built-in provider, one of your own, or the name of a credential to sign in anew
    #[arg(value_name = "PROVIDER")]
    provider: String,
    /// Name of the credential [default: the provider's]
    #[arg(long = "as", value_name = "NAME", value_parser = CredentialName::new)]
    name: Option<CredentialName>,
    /// The app's client id
    #[arg(long, value_name = "ID", value_parser = ClientId::new)]
    client_id: Option<ClientId>,
    /// File with the app's client secret; - is stdin
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// The team to act for, where the provider has teams
    #[arg(long)]
    team: Option<String>,
    /// Scopes to ask for, separated by blanks
    #[arg(long, value_name = "SCOPES", value_parser = Scopes::parse)]
    scope: Option<Scopes>,
    /// The redirect URI that is registered with the provider; without a port, any free one is used
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// Accounts and API host in one, such as http://127.0.0.1:8080/spotify of `stagedoor dev`
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The app acts for itself: nobody is asked
    #[arg(long, conflicts_with_all = ["user", "device", "paste", "no_browser", "redirect_uri"])]
    app: bool,
    /// A person allows the app in a browser
    #[arg(long, conflicts_with = "device")]
    user: bool,
    /// Print the address to open, but open no browser
    #[arg(long, conflicts_with = "device")]
    no_browser: bool,
    /// Open no port: paste the address that the browser ended at
    #[arg(long, conflicts_with = "device")]
    paste: bool,
    /// A person allows the app on another device, by a code that is shown
    #[arg(long)]
    device: bool,
    /// Id of an API key of the old kind, where the provider has them
    #[arg(long, value_name = "ID", requires = "legacy_key_file")]
    legacy_id: Option<String>,
    /// File with that API key; - is stdin
    #[arg(long, value_name = "FILE", requires = "legacy_id")]
    legacy_key_file: Option<PathBuf>,
    /// How long to wait for the person
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    max_wait: u32,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let vault = vault::open()?;
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => {
            CredentialName::new(&arguments.provider).map_err(|error| Failure::usage(error.to_string()))?
        }
    };
    let before = stored(&vault, &name)?;
    let app = App::gather(arguments, &vault, before.as_ref(), &name)?;
    let is_new = before.is_none();
    let credential = match app.way {
        Way::LegacyKey => keep(&vault, &name, &app, None)?,
        Way::App | Way::Browser | Way::Device => vault::run(sign_in(arguments, &vault, &name, &app, is_new))?,
    };
    words::done(&vault, &name, &app.provider, &credential);
    Ok(())
}

/// What is kept under this name. What is damaged beyond use is no reason not to sign in anew.
fn stored(vault: &Vault, name: &CredentialName) -> Result<Option<Credential>, Failure> {
    match vault.read(name) {
        Err(VaultError::Torn { .. }) => match vault.lock(name)?.read() {
            Err(VaultError::Torn { path, .. }) => {
                eprintln!("stagedoor: warning: {} was damaged, and is made anew", path.display());
                Ok(None)
            }
            read => Ok(read?),
        },
        read => Ok(read?),
    }
}

async fn sign_in(
    arguments: &Arguments,
    vault: &Vault,
    name: &CredentialName,
    app: &App,
    is_new: bool,
) -> Result<Credential, Failure> {
    let endpoint = TokenEndpoint::new(
        vault.clone(),
        name.clone(),
        app.provider.clone(),
        HttpClient::new(),
        Clock::machine(),
    )
    .with_login(is_new.then(|| words_of_new(arguments, app)));
    // A person who signs in is let try.
    endpoint.lift_cool_down(&app.credential);
    match app.way {
        Way::App => as_app(vault, name, app, &endpoint).await,
        Way::Browser => {
            let (given, redirect_uri) = browser::sign_in(arguments, app, &endpoint).await?;
            let mut app = app.clone();
            app.credential.redirect_uri = Some(redirect_uri);
            keep(vault, name, &app, Some(&given))
        }
        Way::Device => {
            let given = device::sign_in(arguments.max_wait, app, &endpoint).await?;
            keep(vault, name, app, Some(&given))
        }
        Way::LegacyKey => Err(Failure::new(Exit::Other, "an API key needs no sign-in")),
    }
}

/// What has to be said again after a first sign-in that failed: nothing is stored under the name yet.
fn words_of_new(arguments: &Arguments, app: &App) -> String {
    let name = arguments.name.as_ref().map(|name| format!(" --as {name}")).unwrap_or_default();
    let base =
        arguments.base_url.as_ref().map(|base| format!(" --base-url {}", quoted(base))).unwrap_or_default();
    let provider = quoted(&arguments.provider);
    format!("{provider}{name}{base} --client-id {}", quoted(app.credential.client_id.as_str()))
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Nobody is asked. While a refresh token of the same app lives it is used: a second grant may be refused, or end the first.
async fn as_app(
    vault: &Vault,
    name: &CredentialName,
    app: &App,
    endpoint: &TokenEndpoint,
) -> Result<Credential, Failure> {
    let what = format!("asking {} for a token", app.provider.dialect.title);
    if app.keeps_tokens && app.credential.refresh.is_some() {
        let kept = keep(vault, name, app, None)?;
        let source = vault::source(vault, name, &kept, 30)?;
        match &kept.access {
            Some(access) => drop(terminal::during(&what, source.rejected(access)).await?),
            None => drop(terminal::during(&what, source.token()).await?),
        }
        return vault::credential(vault, name);
    }
    let given =
        terminal::during(&what, endpoint.send(&app.credential, GrantRequest::ClientCredentials)).await?;
    keep(vault, name, app, Some(&given))
}

/// Writes the credential, with what was given, beside what another process may have written meanwhile.
fn keep(
    vault: &Vault,
    name: &CredentialName,
    app: &App,
    given: Option<&Given>,
) -> Result<Credential, Failure> {
    let locked = vault.lock(name)?;
    let mut credential = app.credential.clone();
    match locked.read() {
        Ok(Some(newest)) if app.keeps_tokens => {
            (credential.access, credential.refresh) = (newest.access, newest.refresh);
            credential.set_aside = newest.set_aside;
        }
        Ok(_) | Err(VaultError::Torn { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    if let Some(Given { answer, sent, date }) = given {
        credential.take_up(answer, *sent, *date, Some(sent.wall()));
    }
    locked.write(&credential)?;
    Ok(credential)
}

/// Whether two providers are reached at the same place.
fn is_same_place(one: &Provider, other: &Provider) -> bool {
    one.accounts == other.accounts && one.api == other.api
}
