use super::*;

pub(super) fn key(client_id: &str) -> CoolDownKey {
    let base = BaseUrl::parse("https://api.example").unwrap();
    CoolDownKey::new(&base, &ClientId::new(client_id).unwrap())
}

/// One that was asked for at second `at` and lasts for `seconds`.
pub(super) fn cool_down(at: i64, seconds: u32) -> CoolDown {
    let since = Moment { wall_millis: at * 1000, boot_millis: at.cast_unsigned() * 1000, boot: 7 };
    CoolDown {
        until: Timestamp(at * 1000).plus_seconds(i64::from(seconds)),
        since,
        seconds,
        why: CoolDownKind::Rate,
    }
}

#[test]
fn the_next_process_knows_it_and_whose_it_is() {
    let home = Home::new();
    assert_eq!(home.vault.cool_down(&key("a")).unwrap(), None);
    let quota = CoolDown { why: CoolDownKind::Quota, ..cool_down(100, 86_400) };
    home.vault.set_cool_down(&key("a"), &quota).unwrap();
    let other = home.again();
    assert_eq!(other.cool_down(&key("a")).unwrap(), Some(quota.clone()));
    assert_eq!(other.cool_down(&key("b")).unwrap(), None);
    assert_eq!(other.cool_downs().unwrap(), [(key("a"), quota)]);
    assert_eq!((key("a").base(), key("a").client_id()), ("https://api.example", "a"));
}

#[test]
fn a_later_end_is_never_replaced_by_an_earlier_one() {
    let home = Home::new();
    for (at, seconds, ends) in [(100, 60, 160), (110, 5, 160), (110, 50, 160), (110, 51, 161), (200, 5, 205)]
    {
        home.vault.set_cool_down(&key("a"), &cool_down(at, seconds)).unwrap();
        let noted = home.vault.cool_down(&key("a")).unwrap().unwrap();
        assert_eq!(noted.until, Timestamp(ends * 1000), "{seconds} s from {at}");
    }
}

#[test]
fn what_remains_is_rounded_up_and_counted_by_the_boot_clock() {
    let cool_down = cool_down(100, 60);
    let after = |millis: u64| Moment { boot_millis: 100_000 + millis, wall_millis: 0, boot: 7 };
    let remaining = |millis: u64| cool_down.remaining_seconds(after(millis));
    assert_eq!(
        [remaining(0), remaining(1), remaining(59_001), remaining(60_000), remaining(99_000)],
        [60, 60, 1, 0, 0]
    );
}

#[test]
fn a_damaged_one_counts_as_none() {
    let home = Home::new();
    home.vault.set_cool_down(&key("a"), &cool_down(100, 60)).unwrap();
    let folder = Folder::at(home.vault.folder().join("cool-downs"));
    let file = folder.list().unwrap().into_iter().find(|file| file.ends_with(".json")).unwrap();
    fs::write(folder.file(&file), "{").unwrap();
    assert_eq!(home.vault.cool_down(&key("a")).unwrap(), None);
    assert!(home.vault.cool_downs().unwrap().is_empty());
    home.vault.set_cool_down(&key("a"), &cool_down(100, 5)).unwrap();
    assert!(home.vault.cool_down(&key("a")).unwrap().is_some());
}
