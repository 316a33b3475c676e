//! Changing a key file: by one at a time, and all at once or not at all.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;

use anyhow::Context;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Puts in place of a key file's text what `edit` makes of it. Whoever reads it meanwhile sees one or the other; a crash
/// leaves one of them. A link is followed.
pub(super) fn change(
    path: &Path,
    edit: impl FnOnce(&str) -> Result<Zeroizing<String>, Failure>,
) -> Result<(), Failure> {
    let path = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    // Held until the end, so that of two changes at once none is lost. The file itself is replaced, and cannot be held.
    let folder = File::open(folder).with_context(|| format!("cannot open {}", folder.display()))?;
    folder.lock().context("cannot lock the folder of the key file")?;
    let before = std::fs::read_to_string(&path).map(Zeroizing::new);
    let before = before.with_context(|| format!("cannot read {}", path.display()))?;
    let after = edit(&before)?;
    replace(&path, &after).with_context(|| {
        format!(
            "cannot write {}: run this as the user it belongs to, who may write in its folder",
            path.display()
        )
    })?;
    Ok(folder.sync_all().context("cannot flush the folder of the key file")?)
}

/// A new file with the owner and mode of the one it replaces, whole before it has the name.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let old = std::fs::metadata(path)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    // For its owner alone from the first byte.
    let mut new = tempfile::Builder::new().prefix(".stagedoor-key-").tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    let made = new.as_file().metadata()?;
    if (made.uid(), made.gid()) != (old.uid(), old.gid()) {
        fchown(new.as_file(), Some(old.uid()), Some(old.gid()))?;
    }
    new.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o777))?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}
