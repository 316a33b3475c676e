//! Secrets out of files.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;
use stagedoor_wire::Secret;

use crate::failure::Failure;

/// No secret is so long.
const MAX_BYTES: u64 = 64 * 1024;

/// Reads a secret; `-` is stdin. Blanks and line breaks around it are not part of it.
pub(crate) fn read(path: &Path) -> Result<Secret, Failure> {
    let mut text = String::new();
    if path == Path::new("-") {
        io::stdin()
            .lock()
            .take(MAX_BYTES)
            .read_to_string(&mut text)
            .context("cannot read the secret from stdin")?;
    } else {
        let cannot = || format!("cannot read {}", path.display());
        let file = File::open(path).with_context(cannot)?;
        let metadata = file.metadata().with_context(cannot)?;
        file.take(MAX_BYTES).read_to_string(&mut text).with_context(cannot)?;
        if metadata.is_file() && metadata.mode() & 0o077 != 0 {
            eprintln!("stagedoor: warning: others can read {0}: chmod 600 {0}", path.display());
        }
    }
    let secret = Secret::new(text.trim());
    drop(Secret::new(text));
    if secret.expose().is_empty() {
        return Err(Failure::usage(format!("{} holds no secret", path.display())));
    }
    Ok(secret)
}
