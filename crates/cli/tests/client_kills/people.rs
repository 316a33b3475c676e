//! Credentials as a sign-in leaves them: an app's own, and a person's.

use serde_json::Value;
use stagedoor_client::clock::Clock;
use stagedoor_client::credential::{Flow, ProviderAddress};
use stagedoor_client::{AccessToken, BaseUrl, Credential, CredentialName, RefreshToken, Vault};
use stagedoor_wire::{ClientId, Secret};

use crate::plan::APIS;
use crate::process::Server;
use crate::round::World;
use crate::session::{Session, redeem};

/// Puts one credential for each API into the vault.
pub(crate) fn sign_in(world: &World<'_>) {
    let server: &Server = world.dev;
    let session = Session::begin(server);
    for api in APIS {
        let (answer, flow) = match api {
            "bandcamp" => (server.client_credentials(api), Flow::ClientCredentials),
            _ => {
                let code = server.send(&session.link(server, api)).query("code").unwrap();
                (server.send(&redeem(server, api, &code)), Flow::AuthorizationCode)
            }
        };
        assert_eq!(answer.status, 200, "{api}: {}", answer.shown());
        let credential = credential(world, api, flow, &answer.json());
        let vault = Vault::open(&world.home.vault_folder()).unwrap();
        vault.lock(&CredentialName::new(api).unwrap()).unwrap().write(&credential).unwrap();
    }
}

fn credential(world: &World<'_>, api: &str, flow: Flow, answer: &Value) -> Credential {
    let text = |name: &str| Secret::new(answer[name].as_str().unwrap());
    let base = BaseUrl::parse(&world.between.base(api)).unwrap();
    let since = Clock::machine().now();
    let (authorized, received) = (since.wall(), since.wall());
    Credential {
        provider: ProviderAddress { dialect: api.to_owned(), accounts: base.clone(), api: base },
        client_id: ClientId::new(world.dev.told(api, "client_id")).unwrap(),
        client_secret: Some(Secret::new(world.dev.told(api, "client_secret"))),
        flow,
        team: None,
        scopes: None,
        redirect_uri: None,
        legacy_key: None,
        access: Some(AccessToken {
            token: text("access_token"),
            scopes: None,
            since,
            seconds: 3600,
            date: None,
        }),
        refresh: Some(RefreshToken { token: text("refresh_token"), authorized, received }),
        set_aside: Vec::new(),
    }
}
