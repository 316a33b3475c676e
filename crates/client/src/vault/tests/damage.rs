use super::*;

fn written_twice() -> (Home, Vec<u8>) {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    home.write(&name("a"), &credential("2"));
    let newest = fs::read(home.file("a.credential")).unwrap();
    (home, newest)
}

#[test]
fn cut_short_anywhere_the_previous_generation_is_read() {
    let (home, newest) = written_twice();
    let locked = home.vault.lock(&name("a")).unwrap();
    for length in 0..newest.len() {
        fs::write(home.file("a.credential"), &newest[..length]).unwrap();
        assert!(matches!(home.vault.read(&name("a")), Err(VaultError::Torn { .. })), "{length}");
        assert_eq!(token(locked.read().unwrap().as_ref()), Some("1"), "{length}");
    }
}

#[test]
fn a_flipped_bit_never_changes_what_is_read() {
    let (home, newest) = written_twice();
    let locked = home.vault.lock(&name("a")).unwrap();
    for at in 0..newest.len() {
        let mut flipped = newest.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(home.file("a.credential"), &flipped).unwrap();
        assert!(home.vault.read(&name("a")).is_err(), "byte {at}");
        let held = locked.read();
        assert!(held.is_err() || token(held.unwrap().as_ref()) == Some("1"), "byte {at}");
    }
}

#[test]
fn a_torn_file_does_not_push_out_the_generation_before_it() {
    let (home, newest) = written_twice();
    let locked = home.vault.lock(&name("a")).unwrap();
    fs::write(home.file("a.credential"), &newest[..20]).unwrap();
    locked.write(&credential("3")).unwrap();
    assert_eq!(token(locked.read().unwrap().as_ref()), Some("3"));
    fs::write(home.file("a.credential"), "").unwrap();
    assert_eq!(token(locked.read().unwrap().as_ref()), Some("1"));
}

#[test]
fn with_both_generations_torn_it_says_so() {
    let (home, _) = written_twice();
    fs::write(home.file("a.credential"), "").unwrap();
    fs::write(home.file("a.previous"), "stage").unwrap();
    let error = home.vault.lock(&name("a")).unwrap().read().unwrap_err();
    assert!(matches!(error, VaultError::Torn { .. }));
    assert!(
        error
            .to_string()
            .ends_with("a.credential is damaged: log in again with `stagedoor login PROVIDER --as a`")
    );
}

#[test]
fn a_newest_file_taken_away_leaves_the_previous_one() {
    let (home, _) = written_twice();
    fs::remove_file(home.file("a.credential")).unwrap();
    assert_eq!(token(home.vault.read(&name("a")).unwrap().as_ref()), Some("1"));
    assert_eq!(home.vault.names().unwrap(), [name("a")]);
}

#[test]
fn swapped_files_are_found_out() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    home.write(&name("b"), &credential("2"));
    fs::rename(home.file("a.credential"), home.file("b.credential")).unwrap();
    assert!(matches!(home.vault.read(&name("b")), Err(VaultError::Misplaced { .. })));
}

#[test]
fn what_is_not_this_vaults_is_told_apart_and_never_written_over() {
    let (home, other) = (Home::new(), Home::new());
    other.write(&name("a"), &credential("1"));
    home.write(&name("a"), &credential("2"));
    let foreign = fs::read(other.file("a.credential")).unwrap();
    let locked = home.vault.lock(&name("a")).unwrap();

    fs::write(home.file("a.credential"), &foreign).unwrap();
    assert!(matches!(home.vault.read(&name("a")), Err(VaultError::OtherKey { .. })));
    assert!(matches!(locked.read(), Err(VaultError::OtherKey { .. })));
    assert!(matches!(locked.write(&credential("3")), Err(VaultError::OtherKey { .. })));
    assert_eq!(fs::read(home.file("a.credential")).unwrap(), foreign);

    fs::write(home.file("a.credential"), "{\"access_token\": \"x\"}").unwrap();
    assert!(matches!(home.vault.read(&name("a")), Err(VaultError::Foreign { .. })));
    assert!(matches!(locked.write(&credential("3")), Err(VaultError::Foreign { .. })));
}

#[test]
fn a_lost_key_is_not_replaced_while_credentials_need_it() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    let key = home.vault.folder().join("key.json");
    let aside = home.folder.path().join("aside");
    fs::rename(&key, &aside).unwrap();
    assert!(matches!(Vault::open(home.vault.folder()), Err(VaultError::KeyLost { .. })));
    fs::rename(&aside, &key).unwrap();
    assert!(home.again().read(&name("a")).unwrap().is_some());
}

#[test]
fn a_damaged_key_file_is_not_taken_for_a_key() {
    let home = Home::new();
    let key = home.vault.folder().join("key.json");
    let whole = fs::read_to_string(&key).unwrap();
    let value: serde_json::Value = serde_json::from_str(&whole).unwrap();
    let text = value["key"].as_str().unwrap();
    let other = DataKey::random();
    for bad in [
        String::new(),
        whole[..whole.len() - 1].to_owned(),
        whole.replace(text, &text[4..]),
        whole.replace(value["id"].as_str().unwrap(), &other.id().to_string()),
        whole.replace("\"file\"", "\"attic\""),
    ] {
        fs::write(&key, &bad).unwrap();
        assert!(matches!(Vault::open(home.vault.folder()), Err(VaultError::Malformed { .. })), "{bad}");
    }
    fs::write(&key, whole.replace("\"version\":1", "\"version\":2,\"more\":3")).unwrap();
    assert!(matches!(Vault::open(home.vault.folder()), Err(VaultError::Newer(_))));
    fs::write(&key, &whole).unwrap();
    assert!(Vault::open(home.vault.folder()).is_ok());
}
