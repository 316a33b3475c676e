//! Forms of secrets, what is kept of them, and viewing them again.

use stagedoor_protocol::client_secret::{NewSecret, is_of_own_form};
use stagedoor_protocol::id::{AppId, SecretId};
use stagedoor_wire::{Dialect, Secret};

use crate::api::Api;
use crate::setting::{dialects, keys, rules};

const APP: AppId = AppId(9);

fn made(api: &mut Api) -> NewSecret {
    NewSecret::generate(&api.rules, APP, "first", api.now, &mut api.rng)
}

#[test]
fn forms() {
    let hex = |text: &str| text.len() == 32 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let base64 = |text: &str| text.len() == 44 && text.ends_with('=');
    let prefixed = |text: &str| text.len() == 47 && text.starts_with("sds_");
    type Form = fn(&str) -> bool;
    let cases: [(&str, Form); 4] =
        [("spotify", hex), ("bandcamp", base64), ("soundcharts", prefixed), ("standard", prefixed)];
    for (dialect, form) in cases {
        let mut api = Api::built_in(dialect);
        let (one, two) = (made(&mut api), made(&mut api));
        assert!(form(one.text.expose()), "{dialect}");
        let own = api.rules.dialect.apps.client_secret;
        assert!(is_of_own_form(own, &one.text), "{dialect}");
        for other in ["", "password", &one.text.expose()[1..], &format!("{}a", one.text.expose())] {
            assert!(!is_of_own_form(own, &Secret::new(other)), "{dialect} {other}");
        }
        assert!(!one.text.ct_eq(&two.text) && one.stored.id != two.stored.id);
    }
}

/// The row alone does not tell the secret, and it is good for its app, API and keys only.
#[test]
fn stored_form() {
    let mut api = Api::built_in("standard");
    let NewSecret { text, stored } = made(&mut api);
    assert!(!format!("{stored:?}").contains(text.expose()));
    assert!(stored.accepts(&api.rules, APP, &text, api.now));
    assert!(!stored.accepts(&api.rules, AppId(8), &text, api.now));
    assert!(!stored.accepts(&api.rules, APP, &Secret::new(""), api.now));
    assert!(!stored.accepts(&api.rules, APP, &Secret::new(format!("{} ", text.expose())), api.now));
    let dialect = || Dialect::built_in("standard").unwrap();
    for other in [rules("other", dialect(), &keys(1)), rules("music", dialect(), &keys(2))] {
        assert!(!stored.accepts(&other, APP, &text, api.now));
    }
}

#[test]
fn seen_again_only_where_the_dialect_lets_it() {
    for dialect in dialects() {
        let again = dialect.apps.secret_view == stagedoor_wire::dialect::SecretView::Again;
        let mut api = Api::of(dialect);
        let NewSecret { text, stored } = made(&mut api);
        let seen = stored.unseal(&api.rules);
        assert_eq!(seen.map(|seen| seen.expose().to_owned()), again.then(|| text.expose().to_owned()));
    }
}

#[test]
fn sealed_copy_is_bound_to_key_and_row() {
    let mut api = Api::built_in("spotify");
    let NewSecret { stored, .. } = made(&mut api);
    let other_keys = rules("music", Dialect::built_in("spotify").unwrap(), &keys(2));
    assert!(stored.unseal(&other_keys).is_none());
    let mut moved = stored.clone();
    moved.id = SecretId(stored.id.0 + 1);
    assert!(moved.unseal(&api.rules).is_none());
    let length = stored.sealed.as_ref().unwrap().bytes.len();
    for at in 0..length {
        let mut changed = stored.clone();
        changed.sealed.as_mut().unwrap().bytes[at] ^= 1;
        assert!(changed.unseal(&api.rules).is_none(), "{at}");
        changed.sealed.as_mut().unwrap().bytes.truncate(at);
        assert!(changed.unseal(&api.rules).is_none(), "{at}");
    }
}
