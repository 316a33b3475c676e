//! How long this run's disk takes to make 4 KiB durable: a durable figure means nothing without it.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::pairs::Spread;
use crate::stopwatch::Stopwatch;

const TIMES: usize = 50;
const PAGE: [u8; 4096] = [0x5d; 4096];

/// Milliseconds of `fdatasync` after writing 4 KiB over what the file held, as the database's log does.
pub(crate) fn sync_millis(folder: &Path) -> anyhow::Result<Spread> {
    let mut file = File::create(folder.join("fdatasync"))?;
    for _ in 0..TIMES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let mut one = || {
        file.write_all(&PAGE)?;
        let stopwatch = Stopwatch::start();
        file.sync_data()?;
        Ok(stopwatch.elapsed().as_secs_f64() * 1e3)
    };
    (0..TIMES).map(|_| one()).collect()
}
