//! Every mistake is told with its line and its cure.

mod api;
mod good;
mod mail;
mod server;
mod tls;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use stagedoor_protocol::Timestamp;
use stagedoor_protocol::keys::KeyRing;
use tempfile::TempDir;

use super::{Configuration, ConfigurationError, TEMPLATE};
use crate::entropy;

/// A folder with a key file.
pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write("stagedoor.key", &KeyRing::generate(Timestamp(0), &mut entropy::rng()));
        folder
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file its owner alone can read.
    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
        self.set_mode(name, 0o600);
    }

    fn set_mode(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.path().join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn read(&self, text: &str) -> Result<Configuration, ConfigurationError> {
        self.write("stagedoor.toml", text);
        Configuration::read(&self.path().join("stagedoor.toml"))
    }

    /// What is wrong, in the words an operator reads, without this folder's name.
    pub(super) fn mistakes(&self, text: &str) -> Vec<String> {
        let error = self.read(text).unwrap_err();
        let ConfigurationError::Mistakes(mistakes) = error else { panic!("{error}") };
        let folder = format!("{}/", self.path().display());
        mistakes.iter().map(|mistake| mistake.to_string().replace(&folder, "")).collect()
    }
}

/// The template with `from` replaced is refused with `said`, and with nothing else.
fn refused(folder: &Folder, from: &str, to: &str, said: &str) {
    assert!(TEMPLATE.contains(from), "{from}");
    let mistakes = folder.mistakes(&TEMPLATE.replacen(from, to, 1));
    assert_eq!(mistakes, [format!("stagedoor.toml:{said}")], "{to}");
}
