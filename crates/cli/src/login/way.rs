//! How the first token is won: out of what the dialect offers and what was said.

use stagedoor_client::Credential;
use stagedoor_client::credential::Flow;
use stagedoor_wire::Dialect;

use super::Arguments;
use crate::failure::Failure;

/// How the first token is won.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// The app acts for itself.
    App,
    /// A person allows it in a browser.
    Browser,
    /// A person allows it on another device.
    Device,
    /// There is no token: a key pair of the old kind stands in for it.
    LegacyKey,
}

impl Way {
    /// By what was said; then by how it was won before; then the way that asks nobody, unless there are signs that a person is
    /// to be asked.
    pub(super) fn choose(
        arguments: &Arguments,
        dialect: &Dialect,
        stored: Option<&Credential>,
    ) -> Result<Self, Failure> {
        let grants = &dialect.grants;
        let browser = arguments.user
            || arguments.no_browser
            || arguments.paste
            || (arguments.redirect_uri.is_some() && !arguments.device);
        let legacy =
            stored.is_some_and(|stored| stored.legacy_key.is_some() && stored.client_secret.is_none());
        let legacy = (legacy || arguments.legacy_id.is_some()) && arguments.client_secret_file.is_none();
        let way = match stored.map(|stored| stored.flow) {
            _ if arguments.device => Self::Device,
            _ if arguments.app => Self::App,
            _ if browser => Self::Browser,
            _ if legacy && arguments.client_id.is_none() => Self::LegacyKey,
            Some(Flow::ClientCredentials) => Self::App,
            Some(Flow::AuthorizationCode) => Self::Browser,
            Some(Flow::Device) => Self::Device,
            None if !grants.client_credentials => Self::Browser,
            None if !grants.authorization_code => Self::App,
            // The scopes are a person's where an app itself has none.
            None if arguments.scope.is_some() && !dialect.scopes.for_apps => Self::Browser,
            None if arguments.client_id.is_some() && arguments.client_secret_file.is_none() => Self::Browser,
            None => Self::App,
        };
        let offered = match way {
            Self::App => grants.client_credentials,
            Self::Browser => grants.authorization_code,
            Self::Device => grants.device_code,
            Self::LegacyKey => dialect.legacy_keys.is_some(),
        };
        if !offered || (arguments.legacy_id.is_some() && dialect.legacy_keys.is_none()) {
            let title = &dialect.title;
            let text = match way {
                Self::App => format!("{title} gives an app no token of its own; leave --app out"),
                Self::Browser => format!("{title} asks nobody: leave --user, --paste and --no-browser out"),
                Self::Device => format!("{title} has no device flow; leave --device out"),
                Self::LegacyKey => format!("{title} has no API keys of the old kind; leave --legacy-id out"),
            };
            return Err(Failure::usage(text));
        }
        Ok(way)
    }

    /// As it is kept.
    pub(super) fn flow(self) -> Flow {
        match self {
            Self::App | Self::LegacyKey => Flow::ClientCredentials,
            Self::Browser => Flow::AuthorizationCode,
            Self::Device => Flow::Device,
        }
    }
}
