//! `[admin]`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::check::Check;
use crate::admin::socket::MAX_PATH_BYTES;

/// The name beside the database.
const NAME: &str = "stagedoor.sock";

/// Where the server is administered.
#[derive(Deserialize, Debug, Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, expecting = "a section, [admin]")]
pub(super) struct AdminSection {
    /// The Unix socket, which the server's user and root alone can use; `stagedoor.sock` beside the database where it is not
    /// written.
    socket: Option<PathBuf>,
    /// Whether the admin API is answered under `/admin/v1/` where the APIs are, to programs that have a credential of it.
    http: bool,
}

/// How a server is administered.
#[derive(Clone, Debug)]
pub struct AdminConfiguration {
    /// The Unix socket that `stagedoor admin` calls.
    pub socket: PathBuf,
    /// Whether programs may over the network.
    pub http: bool,
}

impl AdminSection {
    pub(super) fn typed(self, database: &Path, check: &mut Check<'_>) -> Option<AdminConfiguration> {
        let path = match &self.socket {
            Some(written) => check.path(written),
            None => beside(database),
        };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if path.as_os_str().len() > MAX_PATH_BYTES {
            let message = format!(
                "{} is longer than a socket's path may be ({MAX_PATH_BYTES} bytes): write a shorter `socket` in [admin]",
                path.display()
            );
            check.wrong("admin.socket", message);
            return None;
        }
        if let Some(folder) = folder.filter(|folder| self.socket.is_some() && !folder.is_dir()) {
            let folder = folder.display();
            check.wrong(
                "admin.socket",
                format!("there is no folder {folder}: make it, for the server's user alone"),
            );
            return None;
        }
        Some(AdminConfiguration { socket: path, http: self.http })
    }

    /// Paths that are the server's own where it is administered over the network.
    pub(super) fn own_path(&self) -> Option<&'static str> {
        self.http.then_some("/admin")
    }
}

fn beside(database: &Path) -> PathBuf {
    database.parent().unwrap_or(Path::new("")).join(NAME)
}

/// Where the socket of a configuration is, whatever else stands in it: a server runs on while its configuration is being
/// changed. `None` where the text is no TOML.
pub fn socket_of(configuration: &Path, text: &str) -> Option<PathBuf> {
    let file: toml::Table = toml::from_str(text).ok()?;
    let written = |section: &str, key: &str| file.get(section)?.get(key)?.as_str().map(PathBuf::from);
    let folder = configuration.parent().unwrap_or(Path::new(""));
    let database = folder.join(written("database", "path").unwrap_or_else(|| "stagedoor.db".into()));
    Some(written("admin", "socket").map_or_else(|| beside(&database), |socket| folder.join(socket)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_whatever_else_is_written() {
        let cases = [
            ("", Some("/etc/s/stagedoor.sock")),
            ("[database]\npath = \"/var/lib/s/a.db\"\n[oops]", Some("/var/lib/s/stagedoor.sock")),
            ("[admin]\nsocket = \"a.sock\"", Some("/etc/s/a.sock")),
            ("[admin]\nsocket = \"/run/s/a.sock\"", Some("/run/s/a.sock")),
            ("[admin", None),
        ];
        for (text, expected) in cases {
            let found = socket_of(Path::new("/etc/s/stagedoor.toml"), text);
            assert_eq!(found.as_deref(), expected.map(Path::new), "{text}");
        }
    }
}
