//! Who asked for what, and what came of it: lines of JSON, readable by their owner alone, never with a token in them. When
//! the file is full it becomes the previous one, and the previous one is gone.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use stagedoor_wire::Timestamp;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::listen::Peer;
use super::private_file;
use crate::vault::{Fingerprint, VaultError};

const FILE: &str = "broker-audit.jsonl";
const PREVIOUS: &str = "broker-audit.previous.jsonl";
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// How much of a path is kept, in bytes.
const MAX_PATH: usize = 1024;
/// Lines that wait to be written; whoever asks while there are more waits with them.
const WAITING: usize = 4096;
/// How long lines gather between two writes: waking a thread for each would cost more than the request it tells of.
const GATHER: Duration = Duration::from_millis(20);

/// One request.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) at: Timestamp,
    pub(super) peer: Peer,
    /// Whose key was shown.
    pub(super) application: Option<&'a str>,
    pub(super) credential: Option<&'a str>,
    /// Method, and path without its query; nothing of those whom nobody knows, who could write anything here.
    pub(super) request: Option<(&'a str, &'a str)>,
    pub(super) status: u16,
    /// The reason, where the broker answered.
    pub(super) refused: Option<&'static str>,
    /// The access token that went with it.
    pub(super) token: Option<Fingerprint>,
}

/// An entry as it is written.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pid: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Fingerprint8>,
}

/// A fingerprint in 8 hexadecimal digits.
struct Fingerprint8(Fingerprint);

impl Serialize for Fingerprint8 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Entry<'_> {
    fn line(&self) -> Vec<u8> {
        let (uid, pid) = match self.peer {
            Peer::Socket { uid, pid } => (Some(uid), pid),
            Peer::Network => (None, None),
        };
        let line = Line {
            time: self.at.to_string(),
            uid,
            pid,
            application: self.application,
            credential: self.credential,
            method: self.request.map(|(method, _)| method),
            // An address in a request line is ASCII.
            path: self.request.map(|(_, path)| path.get(..MAX_PATH).unwrap_or(path)),
            status: self.status,
            refused: self.refused,
            token: self.token.map(Fingerprint8),
        };
        let mut json = serde_json::to_vec(&line).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// What goes to the writer.
enum Message {
    Line(Vec<u8>),
    End,
}

/// The log. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Audit {
    lines: Sender<Message>,
    lost: Arc<AtomicU64>,
}

impl Audit {
    /// Opens the log in `folder`; the handle ends after [`Audit::end`].
    pub(super) fn open(folder: &Path) -> Result<(Self, JoinHandle<()>), VaultError> {
        let (lines, waiting) = channel(WAITING);
        let lost = Arc::<AtomicU64>::default();
        let log = Log::open(folder, MAX_BYTES)?;
        let writer = tokio::spawn(write(log, waiting, Arc::clone(&lost)));
        Ok((Self { lines, lost }, writer))
    }

    /// Notes a request.
    pub(super) async fn note(&self, entry: &Entry<'_>) {
        if self.lines.send(Message::Line(entry.line())).await.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Has the writer end behind what was noted before.
    pub(super) async fn end(&self) {
        let _ = self.lines.send(Message::End).await;
    }

    /// Lines that could not be written.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Writes the first line at once, and those that come while it is busy or gathers together.
async fn write(mut log: Log, mut waiting: Receiver<Message>, lost: Arc<AtomicU64>) {
    let (mut messages, mut ended) = (Vec::with_capacity(WAITING), false);
    while !ended && waiting.recv_many(&mut messages, WAITING).await > 0 {
        let (mut lines, mut count) = (Vec::new(), 0);
        for message in messages.drain(..) {
            match message {
                Message::Line(line) => {
                    lines.extend_from_slice(&line);
                    count += 1;
                }
                Message::End => ended = true,
            }
        }
        let written = tokio::task::spawn_blocking(move || {
            let written = log.append(&lines);
            (log, written)
        });
        let Ok((back, written)) = written.await else { return };
        log = back;
        if let Err(error) = written {
            lost.fetch_add(count, Ordering::Relaxed);
            tracing::warn!(%error, count, "lines of the audit log are lost");
        }
        if !ended {
            tokio::time::sleep(GATHER).await;
        }
    }
}

/// The file.
struct Log {
    path: PathBuf,
    previous: PathBuf,
    file: File,
    max_bytes: u64,
}

impl Log {
    fn open(folder: &Path, max_bytes: u64) -> Result<Self, VaultError> {
        let path = folder.join(FILE);
        let file = private_file::append_to(&path)?;
        Ok(Self { path, previous: folder.join(PREVIOUS), file, max_bytes })
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), VaultError> {
        if lines.is_empty() {
            return Ok(());
        }
        let failed = || private_file::failed("write", &self.path);
        let own = self.file.metadata().map_err(failed())?;
        let there = fs::symlink_metadata(&self.path).ok();
        // Another broker of this vault may have made it the previous one already, or somebody took it away.
        let replaced = there.is_none_or(|there| there.ino() != own.ino());
        if !replaced && own.len() + lines.len() as u64 > self.max_bytes && own.len() > 0 {
            fs::rename(&self.path, &self.previous).map_err(private_file::failed("write", &self.path))?;
            self.file = private_file::append_to(&self.path)?;
        } else if replaced {
            self.file = private_file::append_to(&self.path)?;
        }
        self.file.write_all(lines).map_err(private_file::failed("write", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use stagedoor_wire::Secret;
    use tempfile::TempDir;

    use super::*;

    fn entry(path: &str) -> Entry<'_> {
        Entry {
            at: Timestamp::from_seconds(1_788_134_400),
            peer: Peer::Socket { uid: 1000, pid: Some(7) },
            application: None,
            credential: Some("spotify"),
            request: Some(("GET", path)),
            status: 200,
            refused: None,
            token: Some(Fingerprint::of(&Secret::new("abc"))),
        }
    }

    #[tokio::test]
    async fn written_before_the_end() {
        let folder = TempDir::new().unwrap();
        let (audit, writer) = Audit::open(folder.path()).unwrap();
        audit.note(&entry("/v1/me")).await;
        audit
            .note(&Entry { peer: Peer::Network, application: Some("player"), token: None, ..entry("/\"x\"") })
            .await;
        audit.end().await;
        writer.await.unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            concat!(
                r#"{"time":"2026-08-31T00:00:00Z","uid":1000,"pid":7,"credential":"spotify","method":"GET","#,
                r#""path":"/v1/me","status":200,"token":"ba7816bf"}"#,
                "\n",
                r#"{"time":"2026-08-31T00:00:00Z","application":"player","credential":"spotify","method":"GET","#,
                r#""path":"/\"x\"","status":200}"#,
                "\n"
            )
        );
        assert_eq!((fs::metadata(&path).unwrap().mode() & 0o777, audit.lost()), (0o600, 0));
    }

    #[test]
    fn full_files_turn_over() {
        let folder = TempDir::new().unwrap();
        let (current, previous) = (folder.path().join(FILE), folder.path().join(PREVIOUS));
        let mut log = Log::open(folder.path(), 10).unwrap();
        for lines in ["12345\n", "123\n", "abc\n"] {
            log.append(lines.as_bytes()).unwrap();
        }
        let texts = || (fs::read_to_string(&previous).unwrap(), fs::read_to_string(&current).unwrap());
        assert_eq!(texts(), ("12345\n123\n".to_owned(), "abc\n".to_owned()));
        // Another process has one too, and turned it over.
        let mut other = Log::open(folder.path(), 5).unwrap();
        other.append(b"other\n").unwrap();
        log.append(b"x\n").unwrap();
        assert_eq!(texts(), ("abc\n".to_owned(), "other\nx\n".to_owned()));
    }
}
