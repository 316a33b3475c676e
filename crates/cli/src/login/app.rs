//! The app to sign in with: from the arguments, from what is kept already, and from questions.

use stagedoor_client::credential::ProviderAddress;
use stagedoor_client::provider::find_dialect;
use stagedoor_client::{BaseUrl, Credential, CredentialName, Provider, Vault};
use stagedoor_wire::dialect::WithoutSecret;
use stagedoor_wire::{ClientId, Dialect, Secret};

use super::{Arguments, Way, is_same_place};
use crate::failure::Failure;
use crate::{secret, terminal};

/// What there is before anybody is asked for a token.
#[derive(Clone)]
pub(super) struct App {
    pub(super) provider: Provider,
    pub(super) way: Way,
    pub(super) credential: Credential,
    /// Whether tokens that are kept already are this app's.
    pub(super) keeps_tokens: bool,
}

impl App {
    pub(super) fn gather(
        arguments: &Arguments,
        vault: &Vault,
        stored: Option<&Credential>,
        name: &CredentialName,
    ) -> Result<Self, Failure> {
        let provider = provider(arguments, vault, stored, name)?;
        let dialect = &provider.dialect;
        let way = Way::choose(arguments, dialect, stored)?;
        if arguments.team.is_some() && !dialect.apps.team_parameter {
            return Err(Failure::usage(format!("{} has no teams; leave --team out", dialect.title)));
        }
        let legacy_key = match (&arguments.legacy_id, &arguments.legacy_key_file) {
            (Some(id), Some(file)) => Some((id.clone(), secret::read(file)?)),
            _ => stored.and_then(|stored| stored.legacy_key.clone()),
        };
        let client_id = client_id(arguments, stored, dialect, way)?;
        let given = arguments.client_secret_file.as_deref().map(secret::read).transpose()?;
        let same_app = stored.is_some_and(|stored| {
            let before = Provider::stored(&stored.provider, vault.folder());
            stored.client_id == client_id && before.is_ok_and(|before| is_same_place(&before, &provider))
        });
        let known = stored.filter(|_| same_app);
        let same_secret = match (&given, known.and_then(|stored| stored.client_secret.as_ref())) {
            (Some(given), Some(known)) => given.ct_eq(known),
            (given, _) => given.is_none(),
        };
        let client_secret = match given.or_else(|| known.and_then(|stored| stored.client_secret.clone())) {
            None if way == Way::LegacyKey || (known.is_some() && may_be_public(dialect, way)) => None,
            None => ask_secret(dialect, way)?,
            secret => secret,
        };
        let kept = known.filter(|_| same_secret);
        let credential = Credential {
            provider: ProviderAddress {
                dialect: dialect.name.to_string(),
                accounts: provider.accounts.clone(),
                api: provider.api.clone(),
            },
            client_id,
            client_secret,
            flow: way.flow(),
            team: arguments.team.clone().or_else(|| known.and_then(|stored| stored.team.clone())),
            scopes: arguments.scope.clone().or_else(|| known.and_then(|stored| stored.scopes.clone())),
            redirect_uri: arguments
                .redirect_uri
                .clone()
                .or_else(|| known.and_then(|stored| stored.redirect_uri.clone())),
            legacy_key,
            access: kept.and_then(|stored| stored.access.clone()),
            refresh: kept.and_then(|stored| stored.refresh.clone()),
            set_aside: kept.map(|stored| stored.set_aside.clone()).unwrap_or_default(),
        };
        Ok(Self { provider, way, credential, keeps_tokens: kept.is_some() })
    }
}

/// Which provider, and where it is.
fn provider(
    arguments: &Arguments,
    vault: &Vault,
    stored: Option<&Credential>,
    name: &CredentialName,
) -> Result<Provider, Failure> {
    // `login NAME`: the name of a credential stands for its provider.
    let own_name = arguments.name.is_none() && Dialect::built_in(&arguments.provider).is_none();
    let dialect = match stored {
        Some(stored) if own_name => find_dialect(&stored.provider.dialect, vault.folder())?,
        _ => find_dialect(&arguments.provider, vault.folder())?,
    };
    let invalid = |error: stagedoor_client::provider::InvalidBaseUrl| Failure::usage(error.to_string());
    let before = stored.filter(|stored| stored.provider.dialect == dialect.name.to_string());
    if stored.is_some() && before.is_none() {
        let other = stored.map(|stored| stored.provider.dialect.as_str()).unwrap_or_default();
        let text = format!(
            "{name} is a credential of {other}: choose another name with --as, or `stagedoor logout {name}` first"
        );
        return Err(Failure::usage(text));
    }
    match (&arguments.base_url, before) {
        (Some(base), _) => Ok(Provider::at(dialect, BaseUrl::parse(base).map_err(invalid)?)),
        (None, Some(before)) => Ok(Provider::stored(&before.provider, vault.folder())?),
        (None, None) => Provider::real(dialect).map_err(invalid),
    }
}

fn client_id(
    arguments: &Arguments,
    stored: Option<&Credential>,
    dialect: &Dialect,
    way: Way,
) -> Result<ClientId, Failure> {
    let known = arguments.client_id.clone().or_else(|| stored.map(|stored| stored.client_id.clone()));
    if let Some(known) = known {
        return Ok(known);
    }
    let typed = match (way, &arguments.legacy_id) {
        // A key pair has no client id; its own id stands for it where cool-downs are counted.
        (Way::LegacyKey, Some(id)) => {
            let stand_in = ClientId::new(id).or_else(|_| ClientId::new("legacy-key"));
            return stand_in.map_err(|error| Failure::usage(error.to_string()));
        }
        _ if terminal::can_ask() => terminal::ask(&format!("Client id of your app at {}", dialect.title))?,
        _ => return Err(Failure::usage("the app's client id is needed: --client-id ID")),
    };
    ClientId::new(&typed).map_err(|error| Failure::usage(error.to_string()))
}

/// Asks for a secret, where one is needed or may be there.
fn ask_secret(dialect: &Dialect, way: Way) -> Result<Option<Secret>, Failure> {
    let public = may_be_public(dialect, way);
    let missing =
        || Failure::usage("the app's client secret is needed: --client-secret-file FILE, or - for stdin");
    if !terminal::can_ask() {
        return if public { Ok(None) } else { Err(missing()) };
    }
    let question = if public { "Client secret; just Enter for a public app" } else { "Client secret" };
    let typed = terminal::ask_secret(question)?;
    match typed.expose().is_empty() {
        false => Ok(Some(typed)),
        true if public => Ok(None),
        true => Err(missing()),
    }
}

/// Whether an app without a secret gets tokens this way.
fn may_be_public(dialect: &Dialect, way: Way) -> bool {
    way != Way::App && dialect.client_authentication.without_secret != WithoutSecret::Nobody
}
