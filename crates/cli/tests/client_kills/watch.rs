//! What happens to the vault's files, as the kernel tells it (inotify(7)).

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::fs::inotify::{CreateFlags, ReadFlags, Reader, WatchFlags, add_watch, init, remove_watch};

use crate::trap::Trap;

pub(crate) struct Watch {
    inotify: Arc<OwnedFd>,
    watch: i32,
    telling: JoinHandle<()>,
}

impl Watch {
    /// Tells `trap` of whatever happens in `folder`.
    pub(crate) fn start(folder: &Path, trap: Arc<Trap>) -> Self {
        let inotify = Arc::new(init(CreateFlags::CLOEXEC).unwrap());
        let watch = add_watch(&*inotify, folder, WatchFlags::ALL_EVENTS).unwrap();
        let reading = Arc::clone(&inotify);
        let telling = std::thread::spawn(move || {
            let mut room = [MaybeUninit::uninit(); 4096];
            let mut happened = Reader::new(&*reading, &mut room);
            while !happened.next().unwrap().events().contains(ReadFlags::IGNORED) {
                trap.touch();
            }
        });
        Self { inotify, watch, telling }
    }

    pub(crate) fn end(self) {
        remove_watch(&*self.inotify, self.watch).unwrap();
        self.telling.join().unwrap();
    }
}
