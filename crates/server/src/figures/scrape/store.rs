//! What the store counts, and how large it is.

use stagedoor_store::{Sizes, Store};

use crate::figures::text::{Text, Unit};

pub(super) fn write(text: &mut Text, store: &Store) {
    let figures = store.figures();
    let (writer, readers) = store.waiting();
    text.gauge("store_writer_waiting", "Jobs that wait for the writer; 1024 is full.").sample(&[], writer);
    text.gauge("store_readers_waiting", "Reads that wait for a reader; 1024 is full.").sample(&[], readers);
    text.histogram(
        "store_commit_duration_seconds",
        "Time of a transaction until it was durable or had failed.",
    )
    .buckets(&[], Unit::Seconds, &figures.commits.read());
    text.histogram("store_batch_jobs", "Jobs that were committed in one transaction.").buckets(
        &[],
        Unit::Number,
        &figures.batches.read(),
    );
    text.counter("store_failed_commits_total", "Transactions that failed, each for all of its jobs.")
        .sample(&[], figures.failed_commits.value());
    text.histogram("store_read_wait_seconds", "Time that reads waited for a reader.").buckets(
        &[],
        Unit::Seconds,
        &figures.read_waits.read(),
    );
    text.counter("store_cache_hits_total", "Apps that were asked for and in memory.")
        .sample(&[], figures.cache_hits.value());
    text.counter("store_cache_misses_total", "Apps that were asked for and not in memory.")
        .sample(&[], figures.cache_misses.value());
}

pub(super) fn write_sizes(text: &mut Text, sizes: &Sizes) {
    let help = "Rows of a table, as of the last time they were counted to the end; until then the table is left out.";
    let mut family = text.gauge("store_table_rows", help);
    for (table, rows) in &sizes.rows {
        family.sample(&[("table", table)], rows);
    }
    text.gauge("store_database_bytes", "The database file.").sample(&[], sizes.database_bytes);
    text.gauge("store_free_bytes", "What is free within it for new rows.").sample(&[], sizes.free_bytes);
    text.gauge("store_log_bytes", "The write-ahead log beside it.").sample(&[], sizes.log_bytes);
}
