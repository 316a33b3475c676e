//! TLS 1.2 and 1.3 (RFC 5246, RFC 8446) by rustls: a certificate that can be replaced, and HTTP/2 or HTTP/1.1 as the client
//! prefers (RFC 7301).

mod certificate;
mod validity;

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

pub use certificate::{Certificate, CertificateError};

use super::closing::Closes;
use super::{Handler, ListenerOptions, answer, http1, http2};

const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// TLS as a listener speaks it. Clones share the certificate.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    served: Arc<Served>,
}

/// The certificate that is served.
#[derive(Debug)]
struct Served(ArcSwap<CertifiedKey>);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error("no TLS: {0}")]
    Handshake(io::Error),
    #[error("the TLS handshake did not go on")]
    TooSlow,
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

impl Tls {
    pub fn new(certificate: &Certificate) -> Result<Self, rustls::Error> {
        let served = Arc::new(Served(ArcSwap::new(certificate.certified_key())));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(served.clone());
        config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
        // Resuming costs this side no memory: what it needs, the client holds (RFC 8446 §2.2).
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer = Ticketer::new()?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), served })
    }

    /// Serves another certificate to whoever connects from now on.
    pub fn replace(&self, certificate: &Certificate) {
        self.served.0.store(certificate.certified_key());
    }

    /// Answers the requests of one connection.
    pub(super) async fn serve(
        self,
        stream: TcpStream,
        address: IpAddr,
        handler: Arc<impl Handler>,
        options: &ListenerOptions,
        mut closes: Closes,
    ) -> Result<(), Ended> {
        let stream = tokio::select! {
            stream = timeout(options.header, self.acceptor.accept(stream)) => {
                stream.map_err(|_| Ended::TooSlow)?.map_err(Ended::Handshake)?
            }
            () = closes.told() => return Ok(()),
        };
        let service = answer::service(handler.clone(), address, options.strict_transport.clone());
        let ended = match stream.get_ref().1.alpn_protocol() {
            Some(HTTP_2) => http2::serve(stream, service, options, closes).await,
            _ => http1::serve(stream, service, options, closes, &handler.figures()).await,
        };
        Ok(ended?)
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}
