//! `[server.tls]`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::config::check::{Check, read_private};
use crate::config::identity::Identity;
use crate::listen::tls::Certificate;

const CERTIFICATE: &str = "server.tls.certificate_file";
const KEY: &str = "server.tls.key_file";

/// Certificate and key for TLS; left out, the server speaks plain HTTP. Both files are read again when they change, and who is
/// connected notices nothing.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a section, [server.tls]")]
pub(super) struct TlsSection {
    /// Certificate chain, PEM, the server's own first.
    certificate_file: PathBuf,
    /// The certificate's private key, PEM, which its owner alone can read.
    key_file: PathBuf,
}

/// A certificate and where it came from.
#[derive(Clone, Debug)]
pub struct TlsConfiguration {
    pub files: TlsFiles,
    pub certificate: Certificate,
    /// The files that were read.
    pub(crate) as_of: [Identity; 2],
}

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Why they cannot be used.
pub(crate) struct TlsMistake {
    /// Whether it is about the key's file.
    is_of_key: bool,
    message: String,
}

impl std::fmt::Display for TlsMistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message.fmt(f)
    }
}

impl TlsConfiguration {
    /// Reads both files. Blocks.
    pub(crate) fn read(files: TlsFiles) -> Result<Self, TlsMistake> {
        let as_of = files.identities();
        let chain = read_chain(&files.certificate);
        let chain = chain.map_err(|message| TlsMistake { is_of_key: false, message })?;
        let key = read_private(&files.key, "name a file with the certificate's private key");
        let key = key.map_err(|message| TlsMistake { is_of_key: true, message })?;
        match Certificate::read(&chain, key.as_bytes()) {
            Ok(certificate) => Ok(Self { files, certificate, as_of }),
            Err(error) => {
                let is_of_key = error.is_of_key();
                let file = if is_of_key { &files.key } else { &files.certificate };
                Err(TlsMistake { is_of_key, message: format!("{} {error}", file.display()) })
            }
        }
    }
}

impl TlsFiles {
    /// The files there are now. Blocks.
    pub(crate) fn identities(&self) -> [Identity; 2] {
        [Identity::of(&self.certificate), Identity::of(&self.key)]
    }
}

fn read_chain(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| {
        format!("cannot read {}: {error}; name a file with the certificate chain", path.display())
    })
}

impl TlsSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<TlsConfiguration> {
        let files =
            TlsFiles { certificate: check.path(&self.certificate_file), key: check.path(&self.key_file) };
        match TlsConfiguration::read(files) {
            Ok(tls) => Some(tls),
            Err(mistake) => {
                check.wrong(if mistake.is_of_key { KEY } else { CERTIFICATE }, mistake.message);
                None
            }
        }
    }
}
