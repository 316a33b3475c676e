use proptest::prelude::*;
use stagedoor_wire::Secret;

use super::*;

/// Every member of a credential as text, secrets in clear.
fn everything(credential: &Credential) -> String {
    let secrets = [
        credential.client_secret.as_ref(),
        credential.legacy_key.as_ref().map(|(_, key)| key),
        credential.access.as_ref().map(|access| &access.token),
    ];
    let refreshes = credential.refresh.iter().chain(&credential.set_aside).map(|refresh| &refresh.token);
    let shown: Vec<_> = secrets.into_iter().flatten().chain(refreshes).map(Secret::expose).collect();
    format!("{credential:?} {shown:?}")
}

fn secrets() -> impl Strategy<Value = Secret> {
    any::<String>().prop_map(Secret::new)
}

fn moments() -> impl Strategy<Value = Moment> {
    any::<(i64, u64, u64)>().prop_map(|(wall_millis, boot_millis, boot)| Moment {
        wall_millis,
        boot_millis,
        boot,
    })
}

fn scopes() -> impl Strategy<Value = Option<Scopes>> {
    proptest::option::of("[a-z:.]{0,9}( [a-z]{1,9}){0,3}".prop_map(|text| Scopes::parse(&text).unwrap()))
}

fn refreshes() -> impl Strategy<Value = RefreshToken> {
    (secrets(), any::<i64>(), any::<i64>()).prop_map(|(token, authorized, received)| RefreshToken {
        token,
        authorized: Timestamp(authorized),
        received: Timestamp(received),
    })
}

fn accesses() -> impl Strategy<Value = AccessToken> {
    (secrets(), scopes(), moments(), any::<u32>(), any::<Option<i64>>()).prop_map(
        |(token, scopes, since, seconds, date)| AccessToken {
            token,
            scopes,
            since,
            seconds,
            date: date.map(Timestamp),
        },
    )
}

prop_compose! {
    fn credentials()(
        (dialect, team, redirect_uri) in any::<(String, Option<String>, Option<String>)>(),
        host in "(https://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?|http://127\\.0\\.0\\.1)(/[a-z]{1,5}){0,2}",
        client_id in "[A-Za-z0-9._~-]{1,128}",
        client_secret in proptest::option::of(secrets()),
        flow in prop_oneof![Just(Flow::ClientCredentials), Just(Flow::AuthorizationCode), Just(Flow::Device)],
        scopes in scopes(),
        legacy_key in proptest::option::of((any::<String>(), secrets())),
        access in proptest::option::of(accesses()),
        refresh in proptest::option::of(refreshes()),
        set_aside in proptest::collection::vec(refreshes(), 0..=3),
    ) -> Credential {
        let base = BaseUrl::parse(&host).unwrap();
        let provider = ProviderAddress { dialect, accounts: base.clone(), api: base };
        let client_id = ClientId::new(&client_id).unwrap();
        Credential {
            provider, client_id, client_secret, flow, team, scopes, redirect_uri, legacy_key, access, refresh, set_aside,
        }
    }
}

proptest! {
    #[test]
    fn a_credential_comes_out_of_its_file_as_it_went_in(credential in credentials()) {
        let (key, name) = (DataKey::random(), name("a"));
        let sealed = seal::seal(&key, &name, &stored::write(&credential).unwrap()).unwrap();
        let read = stored::read(&seal::open(&key, &name, &sealed).unwrap()).unwrap();
        prop_assert_eq!(everything(&read), everything(&credential));
    }
}

#[test]
fn what_is_written_is_read_by_another_process() {
    let home = Home::new();
    assert!(home.vault.read(&name("a")).unwrap().is_none());
    home.write(&name("a"), &credential("1"));
    home.write(&name("b.previous"), &credential("2"));
    let other = home.again();
    assert_eq!(everything(&other.read(&name("a")).unwrap().unwrap()), everything(&credential("1")));
    assert_eq!(other.names().unwrap(), [name("a"), name("b.previous")]);
}

#[test]
fn a_removed_credential_leaves_its_lock_alone() {
    let home = Home::new();
    for token in ["1", "2"] {
        home.write(&name("a"), &credential(token));
    }
    let locked = home.vault.lock(&name("a")).unwrap();
    locked.begin(&entry()).unwrap();
    locked.remove().unwrap();
    assert!(locked.read().unwrap().is_none());
    assert_eq!(home.files(), ["a.lock"]);
    assert!(home.vault.names().unwrap().is_empty());
}

#[test]
fn a_journal_entry_lasts_until_the_exchange_ends() {
    let home = Home::new();
    let locked = home.vault.lock(&name("a")).unwrap();
    assert_eq!(locked.journal().unwrap(), None);
    locked.begin(&entry()).unwrap();
    locked.begin(&JournalEntry { sent: 2, ..entry() }).unwrap();
    assert_eq!(locked.journal().unwrap(), Some(JournalEntry { sent: 2, ..entry() }));
    locked.end().unwrap();
    assert_eq!(locked.journal().unwrap(), None);
    locked.begin(&entry()).unwrap();
    locked.write(&credential("1")).unwrap();
    assert_eq!(locked.journal().unwrap(), None);
}

#[test]
fn no_secret_stands_in_clear_in_any_file() {
    let home = Home::new();
    for token in ["the-access-token", "the-access-token"] {
        home.write(&name("a"), &credential(token));
    }
    let locked = home.vault.lock(&name("a")).unwrap();
    locked.begin(&entry()).unwrap();
    let mut seen = 0;
    for file in home.files() {
        let bytes = fs::read(home.file(&file)).unwrap();
        seen += bytes.len();
        let text = String::from_utf8_lossy(&bytes);
        for secret in
            ["the-access-token", "the-refresh-token", "the-client-secret", "legacy-key", "refused-1"]
        {
            assert!(!text.contains(secret), "{secret} in {file}");
        }
    }
    assert!(seen > 1000);
}

fn entry() -> JournalEntry {
    let began = Moment { wall_millis: 1, boot_millis: 2, boot: 3 };
    JournalEntry { fingerprint: Fingerprint::of(&Secret::new("the-refresh-token")), began, sent: 1 }
}
