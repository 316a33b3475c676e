//! Why the vault cannot do what it is asked, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::credential::CredentialName;

/// The vault's errors. None tells a secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Nothing says where the vault is.
    #[error("there is no place for credentials: set STAGEDOOR_HOME to a folder of yours, or HOME")]
    Homeless,
    /// The system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    System {
        /// What was tried, in the infinitive.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Permissions let other people in.
    #[error("other people can read or change {path} (mode {mode:03o}): run `chmod {cure:o} {path}`", path = path.display())]
    OpenToOthers {
        /// The folder or file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
        /// What they should be.
        cure: u32,
    },
    /// It belongs to somebody else.
    #[error(
        "{} belongs to user {owner}, and this runs as user {user}: run it as that user, \
         or set STAGEDOOR_HOME to a folder of your own",
        path.display()
    )]
    NotYours {
        /// The folder or file.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        user: u32,
    },
    /// A link or the like stands where a file belongs.
    #[error("{} is a link or no plain file, and is not followed: put the file itself there", .0.display())]
    NotAFile(PathBuf),
    /// Cut short or altered: what it says cannot be had back.
    #[error("{path} is damaged: log in again with `stagedoor login PROVIDER --as {name}`", path = path.display())]
    Torn {
        /// The file.
        path: PathBuf,
        /// The credential in it.
        name: CredentialName,
    },
    /// No file of ours.
    #[error("{path} is not a credential's file: move it away, then `stagedoor login PROVIDER --as {name}`", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The credential looked for.
        name: CredentialName,
    },
    /// Sound, and sealed with a key that is not the vault's.
    #[error(
        "{path} was sealed with another key than the vault's: put the key file that belongs to it back, \
         or move it away, then `stagedoor login PROVIDER --as {name}`",
        path = path.display()
    )]
    OtherKey {
        /// The file.
        path: PathBuf,
        /// The credential looked for.
        name: CredentialName,
    },
    /// Sound, sealed with the vault's key, and not for this name.
    #[error(
        "{path} was sealed for another name, or altered by someone: give it its own name back, \
         or move it away, then `stagedoor login PROVIDER --as {name}`",
        path = path.display()
    )]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// The credential looked for.
        name: CredentialName,
    },
    /// In a form that this version does not know.
    #[error("{} was written by a newer version of stagedoor: upgrade this one", .0.display())]
    Newer(PathBuf),
    /// Whole, and still not understood.
    #[error("{} cannot be understood ({why}): move it away", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong in it, without its content.
        why: &'static str,
    },
    /// Credentials without their key.
    #[error(
        "{} is gone, and what it sealed is still there: put it back from a backup, or remove {} and log in again",
        key.display(),
        credentials.display()
    )]
    KeyLost {
        /// Where the key was.
        key: PathBuf,
        /// The folder of what it sealed.
        credentials: PathBuf,
    },
    /// The key is under a passphrase that was not given.
    #[error("the key in {} is under a passphrase: unlock the vault with it first", .0.display())]
    PassphraseNeeded(PathBuf),
    /// The passphrase is another one.
    #[error("this is not the passphrase of {}: try again", .0.display())]
    WrongPassphrase(PathBuf),
    /// The desktop's keychain did not do it.
    #[error(
        "the keychain does not answer ({why}): \
         see that `secret-tool` is installed (package libsecret-tools) and your desktop session is unlocked"
    )]
    Keychain {
        /// What it said.
        why: String,
    },
    /// The keychain has no key of this vault.
    #[error("the keychain holds no key for {}: \
         put it back from the keychain's backup, or remove the folder and log in again", .0.display())]
    NotInKeychain(PathBuf),
    /// The kernel keeps no keys here.
    #[error(
        "the kernel's keyring does not keep the key ({why}): \
         the passphrase is asked for each time, or the broker holds it"
    )]
    KernelKeyring {
        /// What it said.
        why: String,
    },
}

impl VaultError {
    /// Wraps the system's answer.
    pub(super) fn system(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { doing, path: path.to_owned(), source }
    }
}
