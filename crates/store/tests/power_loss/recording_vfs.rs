//! A file layer for SQLite that writes down what is asked of the disk, so that a test can say what a power loss would
//! have left of it. It hands everything on to the system's own layer, except syncs: those it only notes.
#![expect(unsafe_code, reason = "SQLite's file layers are C structures of function pointers")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use rusqlite::ffi;

/// What was asked of the disk, or told to the world.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Write {
        file: Arc<str>,
        offset: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: Arc<str>,
        length: usize,
    },
    Sync {
        file: Arc<str>,
    },
    /// A deletion that was made durable at once, by a sync of the folder.
    Delete {
        file: Arc<str>,
    },
    /// The test was told that this is durable.
    Acknowledged(usize),
}

/// What happens in one folder.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) events: Mutex<Vec<Event>>,
    /// Whether the disk refuses to sync.
    pub(crate) syncs_fail: AtomicBool,
    /// Whether the disk is full.
    pub(crate) writes_fail: AtomicBool,
}

impl Recording {
    fn note(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }

    pub(crate) fn acknowledge(&self, number: usize) {
        self.note(Event::Acknowledged(number));
    }
}

static RECORDINGS: LazyLock<Mutex<HashMap<PathBuf, Arc<Recording>>>> = LazyLock::new(Mutex::default);

/// Records what happens in `folder` from now on.
pub(crate) fn record(folder: &Path) -> Arc<Recording> {
    system();
    let recording = Arc::new(Recording::default());
    RECORDINGS.lock().unwrap().insert(folder.canonicalize().unwrap(), recording.clone());
    recording
}

struct System(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite calls a file layer from any thread.
unsafe impl Send for System {}
// SAFETY: as above.
unsafe impl Sync for System {}

/// The system's own layer. Puts ours before it, once.
fn system() -> *mut ffi::sqlite3_vfs {
    static SYSTEM: OnceLock<System> = OnceLock::new();
    SYSTEM
        .get_or_init(|| {
            // SAFETY: the default layer lives as long as the process, and so does the leaked copy, whose other members
            // (names, methods, their data) stay valid with it.
            unsafe {
                let system = ffi::sqlite3_vfs_find(std::ptr::null());
                assert!(!system.is_null());
                let ours = Box::leak(Box::new(*system));
                ours.zName = c"recording".as_ptr();
                ours.pNext = std::ptr::null_mut();
                ours.szOsFile += size_of::<File>() as c_int;
                ours.xOpen = Some(open);
                ours.xDelete = Some(delete);
                assert_eq!(ffi::sqlite3_vfs_register(ours, 1), ffi::SQLITE_OK);
                System(system)
            }
        })
        .0
}

/// An open file. The system's own stands right behind it.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    recorded: *const Recorded,
}

/// A file in a folder that is recorded.
struct Recorded {
    name: Arc<str>,
    recording: Arc<Recording>,
}

fn recorded(path: &CStr) -> Option<Recorded> {
    let path = Path::new(path.to_str().ok()?);
    let recording = RECORDINGS.lock().unwrap().get(path.parent()?)?.clone();
    Some(Recorded { name: path.file_name()?.to_str()?.into(), recording })
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives `szOsFile` bytes: ours, and behind them the system's. `name` is a path or null.
    unsafe {
        let ours = file.cast::<File>();
        (*ours).base.pMethods = std::ptr::null();
        (*ours).recorded = std::ptr::null();
        let system = system();
        let Some(system_open) = (*system).xOpen else { return ffi::SQLITE_CANTOPEN };
        let opened = system_open(system, name, behind(file), flags, out_flags);
        if !(*behind(file)).pMethods.is_null() {
            (*ours).base.pMethods = &METHODS;
        }
        if opened == ffi::SQLITE_OK && !name.is_null() {
            let recorded = recorded(CStr::from_ptr(name)).map(Box::new);
            (*ours).recorded = recorded.map_or(std::ptr::null(), |recorded| Box::into_raw(recorded));
        }
        opened
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    // SAFETY: `name` is a path; the method is the system's own.
    unsafe {
        if let Some(file) = recorded(CStr::from_ptr(name)) {
            file.recording.note(Event::Delete { file: file.name });
        }
        let system = system();
        (*system).xDelete.map_or(ffi::SQLITE_IOERR, |delete| delete(system, name, 0))
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    length: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: `bytes` points to `length` bytes; the method is the system's own.
    unsafe {
        if let Some(Recorded { name, recording }) = of(file) {
            if recording.writes_fail.load(Ordering::Relaxed) {
                return ffi::SQLITE_FULL;
            }
            let bytes = std::slice::from_raw_parts(bytes.cast::<u8>(), length as usize).to_vec();
            recording.note(Event::Write { file: name.clone(), offset: offset as usize, bytes });
        }
        methods(file).xWrite.map_or(ffi::SQLITE_IOERR, |write| write(behind(file), bytes, length, offset))
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the method is the system's own.
    unsafe {
        if let Some(Recorded { name, recording }) = of(file) {
            recording.note(Event::Truncate { file: name.clone(), length: size as usize });
        }
        methods(file).xTruncate.map_or(ffi::SQLITE_IOERR, |truncate| truncate(behind(file), size))
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: only our own part of the file is read.
    if let Some(Recorded { name, recording }) = unsafe { of(file) } {
        if recording.syncs_fail.load(Ordering::Relaxed) {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        recording.note(Event::Sync { file: name.clone() });
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: what `open` made is given back once; the method is the system's own.
    unsafe {
        let recorded = (*file.cast::<File>()).recorded;
        if !recorded.is_null() {
            drop(Box::from_raw(recorded.cast_mut()));
        }
        methods(file).xClose.map_or(ffi::SQLITE_OK, |close| close(behind(file)))
    }
}

/// # Safety
/// `file` was opened by [`open`].
unsafe fn of<'a>(file: *mut ffi::sqlite3_file) -> Option<&'a Recorded> {
    // SAFETY: `open` made it, `close` gives it back.
    unsafe { (*file.cast::<File>()).recorded.as_ref() }
}

/// # Safety
/// `file` was opened by [`open`].
unsafe fn behind(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: there are `szOsFile` bytes, ours first.
    unsafe { file.byte_add(size_of::<File>()) }
}

/// # Safety
/// `file` was opened by [`open`], with methods.
unsafe fn methods<'a>(file: *mut ffi::sqlite3_file) -> &'a ffi::sqlite3_io_methods {
    // SAFETY: the system's layer sets them as long as the file is open.
    unsafe { &*(*behind(file)).pMethods }
}

/// Methods that are handed on as they come.
macro_rules! handed_on {
    ($($name:ident $method:ident ($($argument:ident: $type:ty),*) -> $result:ty = $otherwise:expr;)+) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> $result {
            // SAFETY: the arguments are SQLite's, the method is the system's own.
            unsafe { methods(file).$method.map_or($otherwise, |method| method(behind(file) $(, $argument)*)) }
        }
    )+};
}

handed_on! {
    read xRead(bytes: *mut c_void, length: c_int, offset: ffi::sqlite3_int64) -> c_int = ffi::SQLITE_IOERR;
    file_size xFileSize(size: *mut ffi::sqlite3_int64) -> c_int = ffi::SQLITE_IOERR;
    lock xLock(level: c_int) -> c_int = ffi::SQLITE_IOERR;
    unlock xUnlock(level: c_int) -> c_int = ffi::SQLITE_IOERR;
    check_reserved_lock xCheckReservedLock(out: *mut c_int) -> c_int = ffi::SQLITE_IOERR;
    file_control xFileControl(op: c_int, argument: *mut c_void) -> c_int = ffi::SQLITE_NOTFOUND;
    sector_size xSectorSize() -> c_int = 4096;
    device_characteristics xDeviceCharacteristics() -> c_int = 0;
    shm_map xShmMap(region: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int = ffi::SQLITE_IOERR;
    shm_lock xShmLock(offset: c_int, count: c_int, flags: c_int) -> c_int = ffi::SQLITE_IOERR;
    shm_barrier xShmBarrier() -> () = ();
    shm_unmap xShmUnmap(delete: c_int) -> c_int = ffi::SQLITE_IOERR;
}
