//! The desktop's keychain, by way of libsecret's own program, `secret-tool`: it speaks to whichever keychain runs (GNOME
//! Keyring, KWallet, KeePassXC). The key goes through a pipe, never through an argument.

use std::ffi::OsString;
use std::io::{self, Write};
use std::mem;
use std::process::{Command, Output, Stdio};

use stagedoor_wire::Secret;
use zeroize::Zeroizing;

use crate::vault::VaultError;

/// How the keychain is reached.
#[derive(Debug)]
pub(in crate::vault) struct Keychain {
    program: OsString,
}

impl Keychain {
    /// The one of this desktop session.
    pub(in crate::vault) fn desktop() -> Self {
        Self { program: "secret-tool".into() }
    }

    #[cfg(test)]
    pub(in crate::vault) fn program(program: impl Into<OsString>) -> Self {
        Self { program: program.into() }
    }

    /// Puts the key of that id in, or in the place of what was there.
    pub(super) fn store(&self, id: &str, key: &Secret) -> Result<(), VaultError> {
        let output =
            self.run(&["store", "--label=Stagedoor", "application", "stagedoor", "key", id], Some(key))?;
        if output.status.success() { Ok(()) } else { Err(refused(&output)) }
    }

    /// The key of that id.
    pub(super) fn look_up(&self, id: &str) -> Result<Option<Secret>, VaultError> {
        let mut output = self.run(&["lookup", "application", "stagedoor", "key", id], None)?;
        let silent = output.stderr.is_empty();
        let printed = Zeroizing::new(mem::take(&mut output.stdout));
        match std::str::from_utf8(&printed) {
            Ok(text) if output.status.success() => Ok(Some(Secret::new(text.trim_end()))),
            // It says nothing when it has nothing.
            _ if silent => Ok(None),
            _ => Err(refused(&output)),
        }
    }

    /// Takes the key of that id out.
    pub(super) fn clear(&self, id: &str) -> Result<(), VaultError> {
        let output = self.run(&["clear", "application", "stagedoor", "key", id], None)?;
        if output.status.success() || output.stderr.is_empty() { Ok(()) } else { Err(refused(&output)) }
    }

    fn run(&self, arguments: &[&str], input: Option<&Secret>) -> Result<Output, VaultError> {
        let run = || -> io::Result<Output> {
            let mut child = Command::new(&self.program)
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            let written = match (child.stdin.take(), input) {
                (Some(mut pipe), Some(secret)) => pipe.write_all(secret.expose().as_bytes()),
                _ => Ok(()),
            };
            // The pipe is closed by now: the program waits for the end of its input.
            let output = child.wait_with_output()?;
            // What it has to say of a failure is worth more than that it did not listen.
            if output.status.success() { written.map(|()| output) } else { Ok(output) }
        };
        let failed = |error: io::Error| VaultError::Keychain { why: format!("secret-tool: {error}") };
        run().map_err(failed)
    }
}

fn refused(output: &Output) -> VaultError {
    let said = String::from_utf8_lossy(&output.stderr);
    VaultError::Keychain { why: format!("{}: {}", output.status, said.trim()) }
}
