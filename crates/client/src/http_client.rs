//! The HTTP client that token requests and API calls share: no redirects followed, no cookies kept, plain http never
//! through a proxy.

use std::env;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, NoProxy, Proxy};

const CONNECT_SECONDS: u64 = 10;
/// Without a byte for so long, an answer is given up.
const SILENCE_SECONDS: u64 = 30;

/// Cheap to clone, and set up when it is first used: whoever finds a live token never pays for TLS.
#[derive(Clone, Debug, Default)]
pub struct HttpClient(Arc<OnceLock<Client>>);

/// TLS or the proxy could not be set up.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "HTTPS cannot be set up ({0}): see that the system's certificates are installed and HTTPS_PROXY is a URL"
)]
pub struct HttpClientError(String);

impl HttpClient {
    /// One that is set up at its first use.
    pub fn new() -> Self {
        Self::default()
    }

    /// The client.
    pub fn client(&self) -> Result<&Client, HttpClientError> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let built =
            builder().and_then(ClientBuilder::build).map_err(|error| HttpClientError(chain(&error)))?;
        Ok(self.0.get_or_init(|| built))
    }
}

fn builder() -> reqwest::Result<ClientBuilder> {
    let builder = Client::builder()
        .user_agent(concat!("stagedoor/", env!("CARGO_PKG_VERSION")))
        // A token or code must not travel to where an answer points.
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
        .read_timeout(Duration::from_secs(SILENCE_SECONDS))
        // HTTP_PROXY would be shown what goes to a loopback address in clear.
        .no_proxy();
    let proxy =
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"].iter().find_map(|name| env::var(name).ok());
    match proxy.filter(|address| !address.is_empty()) {
        Some(address) => Ok(builder.proxy(Proxy::https(address)?.no_proxy(NoProxy::from_env()))),
        None => Ok(builder),
    }
}

/// What an error and its causes say, without the address: it stands in the message already.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = next.source();
    }
    said
}
