use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn moving_the_key_leaves_every_credential_readable_and_untouched() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    let sealed = fs::read(home.file("a.credential")).unwrap();
    assert_eq!(home.vault.key_place(), KeyPlace::File);

    let passphrase = Secret::new("correct horse");
    let moved = home.vault.move_key(NewKeyPlace::Passphrase(&passphrase)).unwrap();
    assert_eq!(moved.key_place(), KeyPlace::Passphrase);
    let wrapped = fs::read_to_string(home.vault.folder().join("key.json")).unwrap();
    assert!(!wrapped.contains("correct horse") && wrapped.contains("\"passphrase\""));

    let path = home.vault.folder();
    assert!(matches!(Vault::open(path), Err(VaultError::PassphraseNeeded(_))));
    assert!(matches!(Vault::unlock(path, &Secret::new("wrong")), Err(VaultError::WrongPassphrase(_))));
    let unlocked = Vault::unlock(path, &passphrase).unwrap();
    assert_eq!(token(unlocked.read(&name("a")).unwrap().as_ref()), Some("1"));

    let back = unlocked.move_key(NewKeyPlace::File).unwrap();
    assert_eq!(back.key_place(), KeyPlace::File);
    assert_eq!(token(home.again().read(&name("a")).unwrap().as_ref()), Some("1"));
    assert_eq!(fs::read(home.file("a.credential")).unwrap(), sealed);
}

#[test]
#[cfg(target_os = "linux")]
fn an_unlocked_key_stays_with_the_kernel_until_it_is_let_go() {
    let home = Home::new();
    let vault = home.vault.move_key(NewKeyPlace::Passphrase(&Secret::new("x"))).unwrap();
    match vault.keep_key(60) {
        // Some containers have no keyring at all, which is said.
        Err(VaultError::KernelKeyring { .. }) => {}
        kept => {
            kept.unwrap();
            assert_eq!(Vault::open(vault.folder()).unwrap().key_place(), KeyPlace::Passphrase);
            vault.forget_key();
        }
    }
    assert!(matches!(Vault::open(vault.folder()), Err(VaultError::PassphraseNeeded(_))));
}

/// A program that keeps what it is given in a folder, as `secret-tool` does in a keychain.
fn stand_in(folder: &Path) -> PathBuf {
    let program = folder.join("secret-tool");
    let script = format!(
        "#!/bin/sh\ncd '{}' || exit 9\nfor key; do :; done\ncase $1 in store) cat >\"$key\";; \
         lookup) cat \"$key\" 2>/dev/null;; clear) rm \"$key\";; esac\n",
        folder.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    program
}

#[test]
fn the_keychain_gets_the_key_and_the_key_file_loses_it() {
    let home = Home::new();
    home.write(&name("a"), &credential("1"));
    let keychain = Keychain::program(stand_in(home.folder.path()));
    let key_file = home.vault.folder().join("key.json");
    let text = || serde_json::from_slice::<serde_json::Value>(&fs::read(&key_file).unwrap()).unwrap();
    let (key, id) = (text()["key"].clone(), text()["id"].as_str().unwrap().to_owned());

    let moved = home.vault.move_key_with(NewKeyPlace::Keychain, &keychain).unwrap();
    assert_eq!(moved.key_place(), KeyPlace::Keychain);
    assert_eq!(text()["key"], serde_json::Value::Null);
    assert_eq!(fs::read_to_string(home.folder.path().join(&id)).unwrap(), key.as_str().unwrap());

    let other = Vault::open_with(home.vault.folder(), &keychain).unwrap();
    assert_eq!(token(other.read(&name("a")).unwrap().as_ref()), Some("1"));
    let empty = Vault::open_with(home.vault.folder(), &Keychain::program("false"));
    assert!(matches!(empty, Err(VaultError::NotInKeychain(_))));

    moved.move_key_with(NewKeyPlace::File, &keychain).unwrap();
    assert_eq!(text()["key"], key);
    assert!(!home.folder.path().join(&id).exists());
}

#[test]
fn a_keychain_that_fails_leaves_the_key_where_it_was() {
    let home = Home::new();
    for program in ["false", "true", "/nowhere/secret-tool"] {
        let failed =
            home.vault.move_key_with(NewKeyPlace::Keychain, &Keychain::program(program)).unwrap_err();
        assert!(matches!(failed, VaultError::Keychain { .. } | VaultError::NotInKeychain(_)), "{failed}");
        assert_eq!(home.again().key_place(), KeyPlace::File);
    }
}
