//! Which file it is and how it was: enough to see that another took its place, or that it was written.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A file at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Identity(Option<Seen>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    device: u64,
    inode: u64,
    bytes: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

impl Identity {
    /// The file there is now, by whatever links it is reached. Blocks.
    pub(crate) fn of(path: &Path) -> Self {
        Self(std::fs::metadata(path).ok().map(|about| Seen {
            device: about.dev(),
            inode: about.ino(),
            bytes: about.size(),
            written: (about.mtime(), about.mtime_nsec()),
            changed: (about.ctime(), about.ctime_nsec()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_files_apart() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a"), "one").unwrap();
        std::fs::write(path("b"), "one").unwrap();
        std::os::unix::fs::symlink("a", path("link")).unwrap();
        let first = Identity::of(&path("link"));
        assert_eq!(first, Identity::of(&path("a")));
        assert_ne!(first, Identity::default());
        assert_eq!(Identity::of(&path("nowhere")), Identity::default());
        // As certbot and kubelet do it: the link leads to another file.
        std::os::unix::fs::symlink("b", path("other link")).unwrap();
        std::fs::rename(path("other link"), path("link")).unwrap();
        assert_ne!(first, Identity::of(&path("link")));
        std::fs::write(path("a"), "longer").unwrap();
        assert_ne!(first, Identity::of(&path("a")));
    }
}
