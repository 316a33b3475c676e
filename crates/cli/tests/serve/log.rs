//! What a server logs, read as it comes: one that logs much must not wait for the end.

use std::io::BufRead;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

pub(crate) struct Log {
    lines: Arc<Lines>,
    /// Lines that were waited for, or passed over on the way to them.
    seen: usize,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Lines {
    /// And whether these are all.
    so_far: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Log {
    pub(crate) fn read(stderr: impl BufRead + Send + 'static) -> Self {
        let lines = Arc::new(Lines::default());
        let to = lines.clone();
        let reader = std::thread::spawn(move || {
            for line in stderr.lines() {
                to.so_far.lock().unwrap().0.push(line.unwrap());
                to.more.notify_all();
            }
            to.so_far.lock().unwrap().1 = true;
            to.more.notify_all();
        });
        Self { lines, seen: 0, reader }
    }

    /// Waits for the next line with `text` in it.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let mut so_far = self.lines.so_far.lock().unwrap();
        loop {
            while let Some(line) = so_far.0.get(self.seen) {
                self.seen += 1;
                if line.contains(text) {
                    return line.clone();
                }
            }
            assert!(!so_far.1, "it ended: {}", so_far.0.join("\n"));
            so_far = self.lines.more.wait(so_far).unwrap();
        }
    }

    /// All of it; the process has ended.
    pub(crate) fn rest(self) -> String {
        self.reader.join().unwrap();
        let so_far = self.lines.so_far.lock().unwrap();
        so_far.0.iter().map(|line| format!("{line}\n")).collect()
    }
}
