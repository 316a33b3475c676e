//! A remote API: its dialect and where it is reached.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::DialectError;
use url::{Host, Url};

use crate::credential::ProviderAddress;

/// A provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// How it speaks and what it decides.
    pub dialect: Dialect,
    /// What stands before the OAuth endpoints' paths.
    pub accounts: BaseUrl,
    /// What stands before the API's paths.
    pub api: BaseUrl,
}

/// Scheme, host and maybe a path, to which endpoint paths are added: https, or http on a loopback address or `localhost`
/// (RFC 6749 §3.2, RFC 8252 §8.3). No query, no credentials, no trailing slash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaseUrl(Url);

/// The text cannot be a base URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidBaseUrl {
    /// It is no URL.
    #[error("{0:?} is not a URL such as https://api.example")]
    Malformed(String),
    /// It carries credentials, a query or a fragment.
    #[error("a base URL is scheme, host and path alone: without user, query or fragment")]
    Parts,
    /// http beyond this machine.
    #[error(
        "{0} would send secrets in clear: use https (http is taken on 127.0.0.1, [::1] and localhost alone)"
    )]
    Insecure(String),
}

/// The folder of one's own dialect files within the vault's.
pub const OWN_DIALECTS: &str = "dialects";

/// A provider's dialect cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No dialect has this name.
    #[error("no provider is called {name:?}: `stagedoor provider list` shows them all; one of your own would be {}", path.display())]
    Unknown {
        /// The name.
        name: String,
        /// Where its file would be.
        path: PathBuf,
    },
    /// Its file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Its file is wrong.
    #[error(transparent)]
    Dialect(DialectError),
}

impl Provider {
    /// The real provider, as its dialect file says.
    pub fn real(dialect: Dialect) -> Result<Self, InvalidBaseUrl> {
        let (accounts, api) = (BaseUrl::parse(&dialect.hosts.accounts)?, BaseUrl::parse(&dialect.hosts.api)?);
        Ok(Self { dialect, accounts, api })
    }

    /// One that stands at a single address, such as a copy on this machine.
    pub fn at(dialect: Dialect, base: BaseUrl) -> Self {
        Self { dialect, accounts: base.clone(), api: base }
    }
}

impl Provider {
    /// The provider of a stored credential. Its dialect is a built-in one, or the file `dialects/NAME.toml` in `folder`, the
    /// vault's.
    pub fn stored(address: &ProviderAddress, folder: &Path) -> Result<Self, ProviderError> {
        let dialect = find_dialect(&address.dialect, folder)?;
        Ok(Self { dialect, accounts: address.accounts.clone(), api: address.api.clone() })
    }
}

/// The dialect called `name`: a built-in one, or the file `dialects/NAME.toml` in `folder`.
pub fn find_dialect(name: &str, folder: &Path) -> Result<Dialect, ProviderError> {
    if let Some(dialect) = Dialect::built_in(name) {
        return Ok(dialect);
    }
    // The name becomes a file name.
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || !name.bytes().all(legal) {
        return Err(ProviderError::Unknown { name: name.to_owned(), path: folder.join(OWN_DIALECTS) });
    }
    let path = folder.join(OWN_DIALECTS).join(format!("{name}.toml"));
    match fs::read_to_string(&path) {
        Ok(text) => Dialect::parse(&path.display().to_string(), &text).map_err(ProviderError::Dialect),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(ProviderError::Unknown { name: name.to_owned(), path })
        }
        Err(source) => Err(ProviderError::Unreadable { path, source }),
    }
}

impl BaseUrl {
    /// Checks and wraps `text`.
    pub fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let url = Url::parse(text).map_err(|_| InvalidBaseUrl::Malformed(text.to_owned()))?;
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::Parts);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(InvalidBaseUrl::Insecure(text.to_owned())),
            _ => return Err(InvalidBaseUrl::Malformed(text.to_owned())),
        }
        Ok(Self(url))
    }

    /// This base with `path` behind it, which begins with `/` and may hold a query.
    pub fn join(&self, path: &str) -> Option<Url> {
        Url::parse(&format!("{self}{path}")).ok().filter(|url| path.starts_with('/') && self.is_before(url))
    }

    /// Whether `url` stands under this base: the same scheme, host and port, and the base's path before its own.
    pub fn is_before(&self, url: &Url) -> bool {
        let own = self.0.path().trim_end_matches('/');
        let below = url.path().strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        url.origin() == self.0.origin() && below && url.username().is_empty() && url.password().is_none()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_on_loopback_alone() {
        for good in
            ["https://api.example", "http://127.0.0.1:8080/bandcamp", "http://[::1]:1/", "http://localhost:9"]
        {
            assert!(BaseUrl::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["http://api.example", "http://127.0.0.1.example", "http://localhost.example", "http://10.0.0.1"]
        {
            assert!(matches!(BaseUrl::parse(bad), Err(InvalidBaseUrl::Insecure(_))), "{bad}");
        }
        for bad in ["https://u:p@api.example", "https://api.example?x=1", "https://api.example#x"] {
            assert_eq!(BaseUrl::parse(bad), Err(InvalidBaseUrl::Parts), "{bad}");
        }
        for bad in ["", "api.example", "file:///etc", "unix:/x"] {
            assert!(matches!(BaseUrl::parse(bad), Err(InvalidBaseUrl::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn what_stands_under_a_base() {
        let base = BaseUrl::parse("http://127.0.0.1:8080/spotify/").unwrap();
        assert_eq!(base.join("/v1/me?x=1").unwrap().as_str(), "http://127.0.0.1:8080/spotify/v1/me?x=1");
        for bad in ["v1", "@evil.example/", "/../bandcamp/x", "//x/../../../bandcamp"] {
            assert_eq!(base.join(bad), None, "{bad}");
        }
        for foreign in [
            "http://127.0.0.1:8081/spotify/x",
            "http://127.0.0.1:8080/spotifyx",
            "https://127.0.0.1:8080/spotify",
        ] {
            assert!(!base.is_before(&Url::parse(foreign).unwrap()), "{foreign}");
        }
    }
}
