//! Legacy keys: taken over with their text, or with their hash where the key that it rests on is the same here.

use stagedoor_protocol::administration::{Change, LegacyKeyName};
use stagedoor_protocol::decision::Subject;
use stagedoor_protocol::id::AppId;
use stagedoor_protocol::keys::{KeyFingerprint, KeyId, Tag};
use stagedoor_protocol::legacy_key::{self, LegacyKeyRecord};
use stagedoor_protocol::{Effect, Rules, Timestamp};

use super::super::{LegacyKeyEntry, StateFile, StateFileError};
use super::{Comparison, refuse_twice};

pub(super) fn compare<'a>(
    comparison: &mut Comparison<'a>,
    file: &'a StateFile,
) -> Result<(), StateFileError> {
    refuse_twice(file.legacy_key.iter().map(|own| ((&own.api, &own.id), title(&own.id))))?;
    for entry in &file.legacy_key {
        let rules = comparison.rules(&entry.api, &entry.client_id)?;
        let app = app_of(comparison, entry)?;
        let ends = entry.ends.as_deref().map(|text| {
            let why =
                || StateFileError::entry(title(&entry.id), "`ends` is no time such as 2027-01-31T12:00:00Z");
            Timestamp::from_rfc3339(text).ok_or_else(why)
        });
        let ends = ends.transpose()?;
        match hash_of(rules, entry, comparison.now)? {
            Some(hash) => one(comparison, rules, entry, app, &hash, ends)?,
            None => comparison.plan.notes.push(format!(
                "{} is left out: its hash rests on a key that is not in the key file here; give it a new one",
                title(&entry.id)
            )),
        }
    }
    if comparison.options.prune {
        let all = comparison.current.apps.iter().flat_map(|app| &app.legacy_keys);
        let gone = |key: &&LegacyKeyRecord| {
            file.legacy_key.iter().all(|entry| (&entry.api, &entry.id) != (&key.name.api, &key.name.id))
        };
        for record in all.filter(gone) {
            let effects = legacy_key::remove(record, comparison.actor, comparison.now).effects;
            comparison.remove(title(&record.name.id), Vec::new(), effects);
        }
    }
    Ok(())
}

fn title(id: &str) -> String {
    format!("legacy key {id}")
}

fn app_of(comparison: &Comparison<'_>, entry: &LegacyKeyEntry) -> Result<AppId, StateFileError> {
    let same = |(api, client_id, _): &&(&str, &stagedoor_wire::ClientId, AppId)| {
        *api == entry.api && **client_id == entry.client_id
    };
    let in_file = comparison.apps.iter().find(same).map(|(_, _, id)| *id);
    let there = || comparison.app_record(&entry.api, &entry.client_id).map(|record| record.app.id);
    let is_removed = comparison.options.prune;
    in_file.or_else(|| there().filter(|_| !is_removed)).ok_or_else(|| StateFileError::UnknownApp {
        id: entry.id.clone(),
        client_id: entry.client_id.clone(),
    })
}

/// `None`: the key it rests on is another here.
fn hash_of(rules: &Rules, entry: &LegacyKeyEntry, now: Timestamp) -> Result<Option<Hashed>, StateFileError> {
    let wrong = |why: &str| StateFileError::entry(title(&entry.id), why);
    if rules.dialect.legacy_keys.is_none() {
        return Err(wrong(&format!("{} has no legacy keys; leave it out", entry.api)));
    }
    match (&entry.key, &entry.hash, entry.key_id, &entry.key_fingerprint) {
        (Some(text), None, None, None) => {
            let (key, hash) = legacy_key::hash(rules, &entry.id, text, now);
            Ok(Some(Hashed { key, hash, text: Some(text.clone()) }))
        }
        (None, Some(hash), Some(key), fingerprint) => {
            let hash = unhex(hash).ok_or_else(|| wrong("`hash` is not 32 hexadecimal digits"))?;
            let tag = fingerprint.as_deref().map(|text| {
                unhex(text).ok_or_else(|| wrong("`key_fingerprint` is not 32 hexadecimal digits"))
            });
            let (id, tag) = (KeyId(key), tag.transpose()?);
            let is_here =
                tag.is_some_and(|tag| rules.keys.fingerprints().contains(&KeyFingerprint { id, tag }));
            Ok(is_here.then_some(Hashed { key: id, hash, text: None }))
        }
        _ => Err(wrong("give `key`, or `hash`, `key_id` and `key_fingerprint` as they were exported")),
    }
}

/// What is kept of a key.
struct Hashed {
    key: KeyId,
    hash: Tag,
    text: Option<stagedoor_wire::Secret>,
}

fn one(
    comparison: &mut Comparison<'_>,
    rules: &Rules,
    entry: &LegacyKeyEntry,
    app: AppId,
    hashed: &Hashed,
    ends: Option<Timestamp>,
) -> Result<(), StateFileError> {
    let what = title(&entry.id);
    let mut all = comparison.current.apps.iter().flat_map(|own| &own.legacy_keys);
    let own = all.find(|own| own.name.api == entry.api && own.name.id == entry.id);
    let Some(own) = own else {
        let (api, id) = (rules.api.clone(), entry.id.clone());
        let audit = comparison.audit(&format!("legacy key added: {id}"), Subject::App(app));
        let add = Effect::AddLegacyKey { api, id, app, key: hashed.key, hash: hashed.hash, ends };
        comparison.make(what, vec![add, audit]);
        return Ok(());
    };
    // A key that was rotated since makes another hash of the same text.
    let is_same = match &hashed.text {
        Some(text) => legacy_key::is_same(rules, own, text),
        None => (own.key, own.hash) == (hashed.key, hashed.hash),
    };
    if own.app != app || !is_same {
        let why = "there is another of this id: remove that one first, or leave this one out";
        return Err(StateFileError::entry(what, why));
    }
    if own.ends.map(Timestamp::seconds) != ends.map(Timestamp::seconds) {
        let key = LegacyKeyName { api: entry.api.clone(), id: entry.id.clone() };
        let until = ends.map_or_else(|| "never".to_owned(), |ends| ends.to_string());
        let audit = comparison.audit(&format!("legacy key ends: {} {until}", entry.id), Subject::App(app));
        let set = Effect::Administer(Change::SetLegacyKeyEnd { key, ends });
        comparison.change(what, vec![format!("ends: {until}")], vec![set, audit]);
    }
    Ok(())
}

/// Bytes in hexadecimal digits.
pub(in super::super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Tag> {
    let mut tag = Tag::default();
    if text.len() != 2 * tag.len() || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in tag.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(tag)
}
