//! Refresh tokens: derived, never stored. The row of a grant holds random bits and a generation, the key file holds the
//! key; neither alone opens anything.

use stagedoor_wire::Secret;

use crate::app::App;
use crate::grant::Grant;
use crate::id::GrantId;
use crate::keys::{Purpose, Tag};
use crate::question::Facts;
use crate::{Rules, opaque};

/// A refresh token as it was presented, unverified.
#[derive(Debug, Clone, Copy)]
pub struct PresentedToken {
    /// The grant it names.
    pub grant: GrantId,
    /// Its place in the grant's succession, from 1.
    pub generation: u32,
    tag: Tag,
}

impl PresentedToken {
    /// Reads a token's form.
    pub fn read(text: &Secret) -> Option<Self> {
        let bytes: [u8; 28] = opaque::unwrap_exact(opaque::REFRESH_TOKEN, text.expose())?;
        let (grant, rest) = bytes.split_first_chunk::<8>()?;
        let (generation, tag) = rest.split_first_chunk::<4>()?;
        let tag = tag.try_into().ok()?;
        Some(Self {
            grant: GrantId(i64::from_be_bytes(*grant)),
            generation: u32::from_be_bytes(*generation),
            tag,
        })
    }

    /// The grant it is of, if that is `app`'s: a token is bound to the client it was issued to (RFC 6749 §6).
    pub(crate) fn find<'a>(&self, rules: &Rules, app: &App, facts: &'a Facts) -> Option<&'a Grant> {
        facts.grant.as_ref().filter(|grant| grant.app == app.id && self.is_of(rules, grant))
    }

    /// Whether `grant` made this token, in constant time.
    pub fn is_of(&self, rules: &Rules, grant: &Grant) -> bool {
        self.grant == grant.id
            && with_parts(rules, grant, self.generation, |parts| {
                rules.keys.verify(Purpose::RefreshToken, grant.key, parts, &self.tag)
            })
    }
}

/// The token of a grant's generation; always the same text.
pub fn derive(rules: &Rules, grant: &Grant, generation: u32) -> Secret {
    let tag =
        with_parts(rules, grant, generation, |parts| rules.keys.tag(Purpose::RefreshToken, grant.key, parts));
    let mut bytes = [0u8; 28];
    bytes[..8].copy_from_slice(&grant.id.0.to_be_bytes());
    bytes[8..12].copy_from_slice(&generation.to_be_bytes());
    bytes[12..].copy_from_slice(&tag.unwrap_or_default());
    opaque::wrap(opaque::REFRESH_TOKEN, &bytes)
}

fn with_parts<T>(rules: &Rules, grant: &Grant, generation: u32, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    let (app, id, generation) =
        (grant.app.0.to_be_bytes(), grant.id.0.to_be_bytes(), generation.to_be_bytes());
    then(&[rules.api.as_bytes(), b"\0", &app, &id, &generation, &grant.salt])
}
