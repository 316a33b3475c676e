//! What a power loss leaves: all that was synced, and of the rest whatever the disk had got to.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::recording_vfs::Event;

/// Disks write whole sectors.
const SECTOR: usize = 512;

/// What became of a write that no sync followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Lost,
    Kept,
    /// Only the sectors before, or after, the middle.
    FirstHalf,
    LastHalf,
}

/// The files of one folder, as the events so far left them.
#[derive(Default)]
pub(crate) struct Disk {
    files: BTreeMap<Arc<str>, File>,
}

#[derive(Default, Clone)]
struct File {
    /// What the last sync made safe; `None`: there is no such file.
    safe: Option<Vec<u8>>,
    /// What was asked since.
    unsafe_events: Vec<Event>,
}

impl Disk {
    /// A folder with an empty file that is safe: the store makes its database durable before SQLite sees it.
    pub(crate) fn with_empty(file: &str) -> Self {
        let empty = File { safe: Some(Vec::new()), ..File::default() };
        Self { files: BTreeMap::from([(file.into(), empty)]) }
    }

    pub(crate) fn happen(&mut self, event: &Event) {
        match event {
            Event::Write { file, .. } | Event::Truncate { file, .. } => {
                self.files.entry(file.clone()).or_default().unsafe_events.push(event.clone());
            }
            Event::Sync { file } => {
                let file = self.files.entry(file.clone()).or_default();
                let mut safe = file.safe.take().unwrap_or_default();
                file.unsafe_events.drain(..).for_each(|event| apply(&mut safe, &event, Fate::Kept));
                file.safe = Some(safe);
            }
            Event::Delete { file } => {
                self.files.remove(file);
            }
            Event::Acknowledged(_) => {}
        }
    }

    /// Writes into `folder` what is left when the power goes now. `fate` decides about each unsafe write.
    pub(crate) fn lose_power(&self, folder: &Path, mut fate: impl FnMut() -> Fate) {
        for (name, file) in &self.files {
            let mut left = file.safe.clone();
            for event in &file.unsafe_events {
                let fate = fate();
                if fate != Fate::Lost {
                    apply(left.get_or_insert_default(), event, fate);
                }
            }
            if let Some(left) = left {
                std::fs::write(folder.join(&**name), left).unwrap();
            }
        }
    }

    /// How many writes are not safe.
    pub(crate) fn at_risk(&self) -> usize {
        self.files.values().map(|file| file.unsafe_events.len()).sum()
    }
}

fn apply(content: &mut Vec<u8>, event: &Event, fate: Fate) {
    match event {
        Event::Write { offset, bytes, .. } => {
            let middle = (bytes.len() / 2).next_multiple_of(SECTOR).min(bytes.len());
            let (from, to) = match fate {
                Fate::Lost => return,
                Fate::Kept => (0, bytes.len()),
                Fate::FirstHalf => (0, middle),
                Fate::LastHalf => (middle, bytes.len()),
            };
            if content.len() < offset + to {
                content.resize(offset + to, 0);
            }
            content[offset + from..offset + to].copy_from_slice(&bytes[from..to]);
        }
        Event::Truncate { length, .. } => content.truncate(*length),
        Event::Sync { .. } | Event::Delete { .. } | Event::Acknowledged(_) => {}
    }
}
