//! Certificates of the tests' own, and clients that trust them alone.

use std::io::BufReader;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::http::Connection;
use crate::process::Folder;

pub(crate) type Secure = StreamOwned<ClientConnection, TcpStream>;

/// Requests over TLS.
pub(crate) fn over(stream: Secure) -> Connection<Secure> {
    Connection { stream: BufReader::new(stream) }
}

/// A self-signed certificate for `localhost`.
pub(crate) struct Issued {
    pub(crate) chain: String,
    pub(crate) key: String,
    pub(crate) der: CertificateDer<'static>,
}

impl Issued {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { chain: certificate.pem(), key: key.serialize_pem(), der: certificate.der().clone() }
    }

    /// A folder whose server speaks TLS with this certificate.
    pub(crate) fn before(&self, upstream: SocketAddr) -> Folder {
        let folder = Folder::before(upstream);
        let tls = "url = \"https://localhost\"\n[server.tls]\ncertificate_file = \"chain.pem\"\nkey_file = \"key.pem\"\n";
        folder.change("[database]", &format!("{tls}\n[database]"));
        self.put_into(&folder);
        folder
    }

    /// Puts it where the one before was.
    pub(crate) fn put_into(&self, folder: &Folder) {
        folder.replace("chain.pem", &self.chain);
        folder.replace("key.pem", &self.key);
    }

    /// Connects to a server that has this certificate; `alpn` is what the client speaks.
    pub(crate) fn connect(&self, address: SocketAddr, alpn: &[u8]) -> Connection<Secure> {
        over(self.stream(address, alpn, rustls::DEFAULT_VERSIONS))
    }

    pub(crate) fn stream(
        &self,
        address: SocketAddr,
        alpn: &[u8],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Secure {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        let session = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).unwrap();
        }
        stream
    }
}
