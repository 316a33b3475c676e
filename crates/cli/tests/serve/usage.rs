//! What apps do is written while they do it: a kill loses none of what was seen written, and an end in good order nothing.

use rusqlite::{Connection as Database, OpenFlags};

use crate::process::{Folder, Serve};
use crate::upstream::Upstream;

/// Token requests that are written.
fn written(folder: &Folder) -> u64 {
    let database = Database::open_with_flags(folder.path("stagedoor.db"), OpenFlags::SQLITE_OPEN_READ_ONLY);
    let sum = "SELECT coalesce(sum(answered), 0) FROM usage_days WHERE endpoint = 'token'";
    database.unwrap().query_row(sum, [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}

/// Asks for tokens until some of it is written; how many in all, and how many of these are. There are limits, so that at some
/// number it waits.
fn ask_until_written(folder: &Folder, server: &Serve, more_than: u64) -> (u64, u64) {
    let mut asked = 0;
    loop {
        if asked < 100 {
            server.token("");
            asked += 1;
        }
        let written = written(folder);
        if written > more_than {
            return (asked, written);
        }
    }
}

#[test]
fn until_the_last_second_and_at_the_end_all() {
    let folder = Folder::before(Upstream::new().address);
    folder.add_apps();
    let mut server = folder.serve();
    let (asked, seen) = ask_until_written(&folder, &server, 0);
    server.kill();
    drop(server);

    let server = folder.serve();
    let kept = written(&folder);
    assert!((seen..=asked).contains(&kept), "{asked} asked for, {seen} seen written, {kept} kept");
    let (more, _) = ask_until_written(&folder, &server, kept);
    server.token("");
    server.stop();
    assert_eq!(written(&folder), kept + more + 1);
    folder.assert_intact();
}
