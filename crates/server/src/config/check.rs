//! What is noted while a configuration is checked: all mistakes, each with its line.

use std::path::{Path, PathBuf};

use stagedoor_wire::strict_toml::{FileError, line_of};
use zeroize::Zeroizing;

/// A check that goes on.
pub(super) struct Check<'a> {
    file: &'a str,
    text: &'a str,
    folder: &'a Path,
    mistakes: Vec<FileError>,
}

impl<'a> Check<'a> {
    /// Of a file in `folder`.
    pub(super) fn new(file: &'a str, text: &'a str, folder: &'a Path) -> Self {
        Self { file, text, folder, mistakes: Vec::new() }
    }

    /// Notes a mistake at `place`, such as `server.listen` or `api.0.path`.
    pub(super) fn wrong(&mut self, place: &str, message: impl Into<String>) {
        let line = self.line(place);
        self.mistakes.push(FileError { file: self.file.to_owned(), line, message: message.into() });
    }

    /// The line of a place.
    pub(super) fn line(&self, place: &str) -> usize {
        line_of(self.text, place)
    }

    /// Notes `message` where there is nothing.
    pub(super) fn needed<T>(
        &mut self,
        value: Option<T>,
        place: &str,
        message: impl Into<String>,
    ) -> Option<T> {
        if value.is_none() {
            self.wrong(place, message);
        }
        value
    }

    /// Notes mistakes of another file.
    pub(super) fn note(&mut self, mistake: FileError) {
        self.mistakes.push(mistake);
    }

    /// A path that was written: it begins where the configuration lies.
    pub(super) fn path(&self, written: &Path) -> PathBuf {
        self.folder.join(written)
    }

    /// All that was noted, in the order of the lines.
    pub(super) fn mistakes(mut self) -> Vec<FileError> {
        self.mistakes.sort_by_key(|mistake| mistake.line);
        self.mistakes
    }
}

/// The text of a file only its owner can read; an error is what an operator reads. Blocks.
pub(super) fn read_private(path: &Path, cure: &str) -> Result<Zeroizing<String>, String> {
    use std::os::unix::fs::PermissionsExt;
    let read = std::fs::metadata(path).and_then(|about| Ok((about, std::fs::read_to_string(path)?)));
    match read {
        Err(error) => Err(format!("cannot read {}: {error}; {cure}", path.display())),
        Ok((about, _)) if about.permissions().mode() & 0o077 != 0 => Err(format!(
            "{} can be read by others; run chmod 600 on it, and replace what is in it if it was exposed",
            path.display()
        )),
        Ok((_, text)) => Ok(Zeroizing::new(text)),
    }
}
