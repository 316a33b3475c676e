//! `[database]`.

use std::path::PathBuf;

use serde::Deserialize;

use super::check::Check;

/// Where everything that lasts is kept.
#[derive(Deserialize, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [database]")]
pub(super) struct DatabaseSection {
    /// The SQLite file, on a local disk. It is made where there is none; its folder has to exist.
    path: PathBuf,
}

impl Default for DatabaseSection {
    fn default() -> Self {
        Self { path: "stagedoor.db".into() }
    }
}

impl DatabaseSection {
    pub(super) fn typed(self, check: &mut Check<'_>) -> Option<PathBuf> {
        let path = check.path(&self.path);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if path.is_dir() {
            let example = path.join("stagedoor.db");
            check.wrong(
                "database.path",
                format!("{} is a folder: name a file, such as {}", path.display(), example.display()),
            );
            return None;
        }
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let folder = folder.display();
            check.wrong(
                "database.path",
                format!("there is no folder {folder}: make it, for the server's user alone"),
            );
            return None;
        }
        Some(path)
    }
}
