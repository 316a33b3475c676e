//! A certificate and its private key, as they are read from two PEM files (RFC 7468).

use std::fmt;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use stagedoor_protocol::Timestamp;

use super::validity::Validity;

/// A certificate chain with the key of the first one.
#[derive(Clone)]
pub struct Certificate {
    certified: Arc<CertifiedKey>,
    /// `None`: it says so in a way that cannot be read.
    validity: Option<Validity>,
}

/// Why two texts are no certificate that can be served.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("holds no certificate: it is a PEM file with BEGIN CERTIFICATE, the server's own first")]
    NoCertificate,
    #[error("holds a certificate that cannot be read: {0}")]
    UnreadableCertificate(String),
    #[error("holds no private key: it is a PEM file with BEGIN PRIVATE KEY")]
    NoKey,
    #[error("holds a private key under a passphrase: write it without one, for the server's user alone")]
    EncryptedKey,
    #[error("holds a private key that cannot be used: {0}")]
    UnusableKey(String),
    #[error("is not the private key of the certificate: name the two that were issued together")]
    Mismatch,
}

impl CertificateError {
    /// Whether it is about the key.
    pub fn is_of_key(&self) -> bool {
        !matches!(self, Self::NoCertificate | Self::UnreadableCertificate(_))
    }
}

impl Certificate {
    /// From the texts of the two files.
    pub fn read(chain: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain = read_chain(chain)?;
        let key = default_provider()
            .key_provider
            .load_private_key(read_key(key)?)
            .map_err(|error| CertificateError::UnusableKey(error.to_string()))?;
        let validity = chain.first().and_then(|certificate| Validity::of(certificate));
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(Error::InconsistentKeys(_)) => return Err(CertificateError::Mismatch),
            Err(error) => return Err(CertificateError::UnreadableCertificate(error.to_string())),
        }
        Ok(Self { certified: Arc::new(certified), validity })
    }

    pub(super) fn certified_key(&self) -> Arc<CertifiedKey> {
        self.certified.clone()
    }

    /// When it ends.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.validity.map(|validity| validity.until)
    }

    /// What clients who are reached at `hosts` will say against it.
    pub fn warnings(&self, hosts: &[&str], now: Timestamp) -> Vec<String> {
        let mut warnings = Vec::new();
        match self.validity {
            Some(Validity { until, .. }) if until <= now => {
                warnings.push(format!("the certificate expired at {until}: renew it"));
            }
            Some(Validity { from, .. }) if from > now => {
                warnings.push(format!(
                    "the certificate begins to be valid at {from}: see that the clock is right"
                ));
            }
            _ => {}
        }
        for host in hosts.iter().filter(|host| !self.is_for(host)) {
            warnings.push(format!("the certificate is not for {host}: have one issued that names it"));
        }
        warnings
    }

    /// Whether it names the host (RFC 9525 §6).
    fn is_for(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host) else { return true };
        let parsed = self.certified.end_entity_cert().and_then(ParsedCertificate::try_from);
        parsed.is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, &name).is_ok())
    }
}

/// Nothing of the key.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("validity", &self.validity).finish_non_exhaustive()
    }
}

fn read_chain(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(text).collect();
    let chain = chain.map_err(|error| CertificateError::UnreadableCertificate(error.to_string()))?;
    if chain.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(chain) }
}

fn read_key(text: &[u8]) -> Result<PrivateKeyDer<'static>, CertificateError> {
    PrivateKeyDer::from_pem_slice(text).map_err(|error| match error {
        pem::Error::NoItemsFound if contains(text, b"ENCRYPTED PRIVATE KEY") => {
            CertificateError::EncryptedKey
        }
        pem::Error::NoItemsFound => CertificateError::NoKey,
        // Its words may hold a line of the file.
        _ => CertificateError::UnusableKey("it is not PEM all through".to_owned()),
    })
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
