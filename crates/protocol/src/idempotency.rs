//! Calls that are sent again, and are done once (draft-ietf-httpapi-idempotency-key-header). That a call was begun is kept
//! with its effects, as one; its answer follows.

use crate::Timestamp;
use crate::decision::Effect;
use crate::keys::{KeyId, KeyRing, Purpose, Tag};

/// How long a key is known, in seconds.
pub const KEPT_SECONDS: i64 = 24 * 3600;

/// Where it goes into the hash: no API's name begins so.
const WHAT: &[u8] = b"\0idempotent request\0";

/// A caller's key for one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallName {
    pub caller: String,
    pub key: String,
}

/// What was asked, as a keyed hash: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    pub key: KeyId,
    pub tag: Tag,
}

/// An answer without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    /// JSON; empty where there was nothing to say.
    pub body: String,
}

/// A call that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub request: Fingerprint,
    /// None while it is being answered, or where that was cut off.
    pub answer: Option<KeptAnswer>,
    pub at: Timestamp,
}

/// What to do with a call that came with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the first.
    Answer,
    Again(KeptAnswer),
    /// The first is being answered, or was cut off after it was done.
    NotAnswered,
    /// The key was another request's.
    Other,
}

impl Fingerprint {
    /// Of a request's method, path with query, and body.
    pub fn of(keys: &KeyRing, now: Timestamp, request: [&[u8]; 3]) -> Self {
        let key = keys.active(Purpose::ClientSecret, now);
        let lengths = request.map(|part| (part.len() as u64).to_be_bytes());
        let tag = keys.tag(Purpose::ClientSecret, key, &parts(&lengths, &request)).unwrap_or_default();
        Self { key, tag }
    }

    fn is_of(&self, keys: &KeyRing, request: [&[u8]; 3]) -> bool {
        let lengths = request.map(|part| (part.len() as u64).to_be_bytes());
        keys.verify(Purpose::ClientSecret, self.key, &parts(&lengths, &request), &self.tag)
    }
}

/// The lengths keep `a` + `bc` apart from `ab` + `c`.
fn parts<'a>(lengths: &'a [[u8; 8]; 3], request: &[&'a [u8]; 3]) -> [&'a [u8]; 7] {
    let [method, path, body] = *request;
    [WHAT, &lengths[0], method, &lengths[1], path, &lengths[2], body]
}

/// Whether a call is to be answered, by what was begun under its key.
pub fn judge(begun: Option<Begun>, keys: &KeyRing, now: Timestamp, request: [&[u8]; 3]) -> Verdict {
    match begun {
        None => Verdict::Answer,
        Some(begun) if begun.at <= horizon(now) => Verdict::Answer,
        Some(begun) if !begun.request.is_of(keys, request) => Verdict::Other,
        Some(begun) => begun.answer.map_or(Verdict::NotAnswered, Verdict::Again),
    }
}

/// Whatever was begun by this time is forgotten.
pub fn horizon(now: Timestamp) -> Timestamp {
    now.plus_seconds(-KEPT_SECONDS)
}

/// Goes with the effects of a call. Of two calls with one key it makes one a conflict.
pub fn begin(name: &CallName, request: Fingerprint, now: Timestamp) -> Effect {
    Effect::BeginCall { name: name.clone(), request, at: now }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn once_a_day() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let keys = KeyRing::parse(&KeyRing::generate(now, &mut StdRng::seed_from_u64(1))).unwrap();
        let request: [&[u8]; 3] = [b"POST", b"teams", b"{}"];
        let answer = KeptAnswer { status: 201, body: "{}".to_owned() };
        let begun = |answer| Begun { request: Fingerprint::of(&keys, now, request), answer, at: now };
        let at = |begun, seconds, request| judge(Some(begun), &keys, now.plus_seconds(seconds), request);
        assert_eq!(judge(None, &keys, now, request), Verdict::Answer);
        assert_eq!(at(begun(None), 1, request), Verdict::NotAnswered);
        assert_eq!(
            at(begun(Some(answer.clone())), KEPT_SECONDS - 1, request),
            Verdict::Again(answer.clone())
        );
        assert_eq!(at(begun(Some(answer.clone())), KEPT_SECONDS, request), Verdict::Answer);
        for other in
            [[b"PUT".as_slice(), b"teams", b"{}"], [b"POST", b"team", b"s{}"], [b"POST", b"teams", b"[]"]]
        {
            assert_eq!(at(begun(Some(answer.clone())), 1, other), Verdict::Other);
        }
    }
}
