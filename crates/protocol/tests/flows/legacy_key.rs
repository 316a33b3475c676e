//! The deprecated pair of headers.

use stagedoor_protocol::access_token::Standing;
use stagedoor_protocol::app::Stage;
use stagedoor_protocol::legacy_key::{self, LegacyKey};
use stagedoor_wire::dialect::AppCreation;
use stagedoor_wire::{Dialect, Secret};

use crate::api::Api;
use crate::setting::{START, keys, rules};

fn key(api: &mut Api, text: &Secret) -> LegacyKey {
    let client = api.client();
    let (key, hash) = legacy_key::hash(&api.rules, "label-1", text, START);
    LegacyKey {
        id: "label-1".into(),
        key,
        hash,
        app: client.app,
        client_id: client.id,
        stage: Stage::Development,
        team: api.world.apps[&client.app].owner.clone(),
        ends: Some(START.plus_seconds(60)),
    }
}

#[test]
fn accepts_its_text_until_it_ends() {
    let mut api = Api::built_in("soundcharts");
    let text = Secret::new("s3cret");
    let key = key(&mut api, &text);
    assert!(key.accepts(&api.rules, &text, START));
    assert!(key.accepts(&api.rules, &text, START.plus_seconds(59)));
    assert!(!key.accepts(&api.rules, &text, START.plus_seconds(60)));
    assert!(LegacyKey { ends: None, ..key.clone() }.accepts(&api.rules, &text, START.plus_seconds(60)));
    assert!(!LegacyKey { stage: Stage::Suspended, ..key.clone() }.accepts(&api.rules, &text, START));
    for wrong in ["", "s3cre", "s3cret ", "S3cret"] {
        assert!(!key.accepts(&api.rules, &Secret::new(wrong), START), "{wrong}");
    }
}

/// By the rule that tokens say it by.
#[test]
fn stands_as_its_app_does() {
    use Stage::{Approved, Development, Requested};
    for (creation, listed) in [(AppCreation::SelfService, true), (AppCreation::ByRequest, false)] {
        let mut dialect = Dialect::built_in("soundcharts").unwrap();
        dialect.apps.creation = creation;
        let mut api = Api::of(dialect);
        let key = key(&mut api, &Secret::new("s3cret"));
        for (stage, served) in [(Approved, true), (Development, listed), (Requested, listed)] {
            let expected = if served { Standing::Served } else { Standing::AppNotListed };
            assert_eq!(LegacyKey { stage, ..key.clone() }.standing(&api.rules), expected, "{stage:?}");
        }
    }
}

#[test]
fn bound_to_id_api_and_keys() {
    let mut api = Api::built_in("soundcharts");
    let text = Secret::new("s3cret");
    let key = key(&mut api, &text);
    assert!(!LegacyKey { id: "label-2".into(), ..key.clone() }.accepts(&api.rules, &text, START));
    let dialect = || Dialect::built_in("soundcharts").unwrap();
    for other in [rules("other", dialect(), &keys(1)), rules("music", dialect(), &keys(2))] {
        assert!(!key.accepts(&other, &text, START));
    }
}
