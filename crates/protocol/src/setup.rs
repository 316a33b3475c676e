//! The link that makes the first administrator. Its code is a MAC under the key file, so that nothing has to be kept for
//! it: `stagedoor init` prints it before there is a database, `stagedoor admin setup-link` as often as it is asked. It is
//! honoured as long as no administrator can sign in.
//!
//! The MAC also covers the epoch that a restored database began with: in a backup from before the first administrator, a
//! link that was used up would be good again.

use stagedoor_wire::Secret;

use crate::Timestamp;
use crate::keys::{KeyId, KeyRing, Purpose};

/// Forms are bound to a cookie of 32 letters instead, so that neither is ever taken for the other.
const WHAT: &[u8] = b"first administrator\0";

/// The code. `restored` is the epoch of the last restoration; 0 where there was none.
pub fn code(keys: &KeyRing, restored: u32, now: Timestamp) -> Secret {
    let key = keys.active(Purpose::Form, now);
    let tag = keys.tag(Purpose::Form, key, &[WHAT, &restored.to_be_bytes()]).unwrap_or_default();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    Secret::new(format!("{}.{hex}", key.0))
}

/// Whether `presented` is the code, in constant time. It may be of a key that has been rotated since.
pub fn is_code(keys: &KeyRing, restored: u32, presented: &Secret) -> bool {
    let Some((key, hex)) = presented.expose().split_once('.') else { return false };
    let Ok(key) = key.parse().map(KeyId) else { return false };
    let byte = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let tag: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    tag.is_some_and(|tag| keys.verify(Purpose::Form, key, &[WHAT, &restored.to_be_bytes()], &tag))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn of_these_keys_alone() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let ring = |seed| KeyRing::parse(&KeyRing::generate(now, &mut StdRng::seed_from_u64(seed))).unwrap();
        let (keys, others) = (ring(1), ring(2));
        let code = code(&keys, 7, now);
        assert!(is_code(&keys, 7, &code) && !is_code(&others, 7, &code));
        assert!(!is_code(&keys, 0, &code) && !is_code(&keys, 8, &code), "of another restoration");
        let text = code.expose();
        for odd in [
            "",
            ".",
            "5.",
            "x.00",
            &text[1..],
            &text[..text.len() - 1],
            &text[..text.len() - 2],
            &format!("{text}00"),
            "5.ä",
        ] {
            assert!(!is_code(&keys, 7, &Secret::new(odd)), "{odd}");
        }
    }
}
