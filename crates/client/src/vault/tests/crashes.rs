use super::*;
use crate::vault::crash;

/// Writes a second credential over a first and dies after `allowed` changes to the disk; whether it got to the end.
fn second_write(home: &Home, allowed: usize) -> bool {
    home.write(&name("a"), &credential("0"));
    home.write(&name("a"), &credential("1"));
    let locked = home.vault.lock(&name("a")).unwrap();
    crash::run(allowed, || locked.write(&credential("2"))).is_ok()
}

#[test]
fn wherever_a_write_dies_the_old_or_the_new_is_read() {
    let mut seen = Vec::new();
    for allowed in 0.. {
        let home = Home::new();
        let whole = second_write(&home, allowed);
        let other = home.again();
        let read = other.read(&name("a")).unwrap();
        let found = token(read.as_ref()).unwrap().to_owned();
        let held = other.lock(&name("a")).unwrap().read().unwrap();
        assert_eq!(token(held.as_ref()), Some(&*found), "after {allowed} changes");

        // What it left hinders nobody and is gone after the next write.
        other.lock(&name("a")).unwrap().write(&credential("3")).unwrap();
        assert_eq!(token(other.read(&name("a")).unwrap().as_ref()), Some("3"));
        assert_eq!(home.files(), ["a.credential", "a.lock", "a.previous"], "after {allowed} changes");

        // What was newest is kept, whichever it was.
        fs::write(home.file("a.credential"), "").unwrap();
        let kept = other.lock(&name("a")).unwrap().read().unwrap();
        assert_eq!(token(kept.as_ref()), Some(&*found));
        seen.push(found);
        if whole {
            break;
        }
    }
    let turn = seen.iter().position(|found| found == "2").unwrap();
    assert!(seen[..turn].iter().all(|found| found == "1") && seen[turn..].iter().all(|found| found == "2"));
    assert!(turn >= 6 && seen.len() > turn, "{seen:?}");
}

#[test]
fn the_first_write_of_all_is_whole_or_not_there() {
    for allowed in 0..8 {
        let home = Home::new();
        let locked = home.vault.lock(&name("a")).unwrap();
        let whole = crash::run(allowed, || locked.write(&credential("1"))).is_ok();
        let read = home.again().read(&name("a")).unwrap();
        assert!(token(read.as_ref()) == Some("1") || (read.is_none() && !whole), "after {allowed} changes");
    }
}

#[test]
fn content_is_on_the_disk_before_its_name_is() {
    let home = Home::new();
    assert!(second_write(&home, usize::MAX));
    let expected = ["link", "rename", "delete", "create", "write", "sync file", "rename", "sync folder"];
    assert_eq!(crash::changes(), expected);
}

#[test]
fn a_journal_entry_outlives_every_crash_before_the_new_generation_is_durable() {
    for allowed in 0.. {
        let home = Home::new();
        home.write(&name("a"), &credential("1"));
        let locked = home.vault.lock(&name("a")).unwrap();
        let began = Moment { wall_millis: 1, boot_millis: 2, boot: 3 };
        let entry = JournalEntry { fingerprint: Fingerprint::of(&Secret::new("x")), began, sent: 1 };
        locked.begin(&entry).unwrap();
        let whole = crash::run(allowed, || locked.write(&credential("2"))).is_ok();
        let durable = crash::changes().contains(&"sync folder");
        let entry_there = locked.journal().unwrap().is_some();
        assert!(durable || entry_there, "after {allowed} changes");
        if whole {
            assert!(!entry_there);
            break;
        }
    }
}

#[test]
fn a_removal_that_dies_leaves_the_newest_or_nothing() {
    for allowed in 0..7 {
        let home = Home::new();
        home.write(&name("a"), &credential("1"));
        home.write(&name("a"), &credential("2"));
        let locked = home.vault.lock(&name("a")).unwrap();
        let whole = crash::run(allowed, || locked.remove()).is_ok();
        let read = locked.read().unwrap();
        assert!(token(read.as_ref()) == Some("2") || read.is_none(), "after {allowed} changes");
        assert!(!whole || read.is_none());
    }
}

#[test]
fn a_first_opening_that_dies_is_made_good_by_the_next() {
    for allowed in 0..6 {
        let folder = TempDir::new().unwrap();
        let home = folder.path().join("home");
        let _ = crash::run(allowed, || Vault::open(&home));
        let vault = Vault::open(&home).unwrap();
        vault.lock(&name("a")).unwrap().write(&credential("1")).unwrap();
        assert!(Vault::open(&home).unwrap().read(&name("a")).unwrap().is_some());
        let mut files = Folder::at(home).list().unwrap();
        files.sort();
        assert_eq!(files, ["credentials", "key.json", "key.lock"], "after {allowed} changes");
    }
}
