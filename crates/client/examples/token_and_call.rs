//! Gets a token for the demo app of `stagedoor dev` and calls its API, as a program does that renews by itself.
//!
//! ```text
//! stagedoor dev
//! cargo run -p stagedoor-client --example token_and_call -- http://127.0.0.1:8080/soundcharts CLIENT_ID SECRET_FILE PATH
//! ```

use std::error::Error;
use std::{env, fs};

use stagedoor_client::call::ApiCall;
use stagedoor_client::credential::{Flow, ProviderAddress};
use stagedoor_client::{
    ApiClient, BaseUrl, Credential, CredentialName, HttpClient, Provider, TokenSource, Vault,
};
use stagedoor_wire::{ClientId, Secret};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or_else(|| format!("say the {what}"));
    let base = BaseUrl::parse(&next("base URL")?)?;
    let client_id = ClientId::new(&next("client id")?)?;
    // Not as an argument: everybody on the machine sees those.
    let secret = Secret::new(fs::read_to_string(next("file with the client secret")?)?.trim());
    let path = next("path to call")?;

    // Where the credential is kept. A program of one's own may have a folder of its own.
    let vault = Vault::open(&Vault::home()?)?;
    let name = CredentialName::new("example")?;
    let address = ProviderAddress { dialect: "soundcharts".into(), accounts: base.clone(), api: base };
    let provider = Provider::stored(&address, vault.folder())?;
    vault.lock(&name)?.write(&Credential {
        provider: address,
        client_id,
        client_secret: Some(secret),
        flow: Flow::ClientCredentials,
        team: None,
        scopes: None,
        redirect_uri: None,
        legacy_key: None,
        access: None,
        refresh: None,
        set_aside: Vec::new(),
    })?;

    // From here on tokens come and are renewed by themselves, in this program and in every other that opens the folder.
    let http = HttpClient::new();
    let source = TokenSource::new(vault, name, provider, http.clone());
    let token = source.token().await?;
    println!("a token for {} s", token.seconds);

    let api = ApiClient::new(source, http);
    let mut call = Some(ApiCall::get(path));
    while let Some(page) = call {
        let response = api.send(&page).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?;
        println!("{status}\n{}", String::from_utf8_lossy(&body));
        call = api.next_page(&page, &headers, &body)?;
    }
    Ok(())
}
