//! Dialect files of one's own, beside the vault.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use stagedoor_client::Provider;
use stagedoor_client::provider::{OWN_DIALECTS, ProviderError};
use stagedoor_wire::Dialect;

use crate::failure::Failure;

/// The names of one's own dialects, in order.
pub(crate) fn names(home: &Path) -> Result<Vec<String>, Failure> {
    let folder = home.join(OWN_DIALECTS);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.with_context(|| format!("cannot read {}", folder.display()))?,
    };
    let files = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = files.filter_map(|file| file.strip_suffix(".toml").map(str::to_owned)).collect();
    names.sort();
    Ok(names)
}

/// The file of a dialect of one's own.
pub(super) fn file(home: &Path, name: &str) -> Option<PathBuf> {
    Some(path(home, name)).filter(|path| path.exists() && Dialect::built_in(name).is_none())
}

/// Checks `from` and keeps a copy under its dialect's name, which is given back.
pub(super) fn add(home: &Path, from: &Path, replace: bool) -> Result<String, Failure> {
    let text = fs::read_to_string(from).with_context(|| format!("cannot read {}", from.display()))?;
    let dialect = Dialect::parse(&from.display().to_string(), &text).map_err(ProviderError::Dialect)?;
    let name = dialect.name.to_string();
    if Dialect::built_in(&name).is_some() {
        let text = format!("{}: {name} is built in; give yours another name", from.display());
        return Err(Failure::usage(text));
    }
    Provider::real(dialect).map_err(|error| Failure::usage(format!("{}: hosts: {error}", from.display())))?;
    if path(home, &name).exists() && !replace {
        let text = format!("there is a provider named {name} already; --replace puts this one in its place");
        return Err(Failure::usage(text));
    }
    write(home, &name, &text).with_context(|| format!("cannot write {}", path(home, &name).display()))?;
    Ok(name)
}

/// Deletes the file.
pub(super) fn remove(home: &Path, name: &str) -> Result<(), Failure> {
    let Some(path) = file(home, name) else {
        return Err(Failure::usage(format!("there is no provider of your own named {name}")));
    };
    Ok(fs::remove_file(&path).with_context(|| format!("cannot delete {}", path.display()))?)
}

fn path(home: &Path, name: &str) -> PathBuf {
    home.join(OWN_DIALECTS).join(format!("{name}.toml"))
}

/// Whole or not at all, and for its owner alone: who changes the hosts in it is sent the secrets.
fn write(home: &Path, name: &str, text: &str) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(home.join(OWN_DIALECTS))?;
    let target = path(home, name);
    let temporary = target.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, &target)?;
    File::open(home.join(OWN_DIALECTS))?.sync_all()
}
