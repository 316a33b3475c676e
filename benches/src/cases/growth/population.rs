//! Apps and grants by their rank: which is the one asked for most, which comes next. Everything about them follows from the
//! rank, so that a request can be made without looking into the database.

use anyhow::Context;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use stagedoor_protocol::access_token::{AccessToken, Epochs, Standing};
use stagedoor_protocol::client_secret::{NewSecret, StoredSecret};
use stagedoor_protocol::grant::{Grant, Succession};
use stagedoor_protocol::id::{AccountId, AppId, GrantId, TeamId};
use stagedoor_protocol::jwt::TokenFormat;
use stagedoor_protocol::keys::{KeyRing, Purpose};
use stagedoor_protocol::{Rules, Timestamp};
use stagedoor_wire::{ClientId, Dialect, Scopes, Secret};

pub(super) const API: &str = "standard";
/// Apps of one team.
const APPS_A_TEAM: u64 = 10;
/// Where the ids begin, high above those of the demo: 2025-12-30, in the form of ids.
const FIRST_ID: i64 = 31_400_000 << 32;
/// A prime: it scatters ranks over places, so that what is asked for most does not lie side by side.
const SCATTER: u64 = 2_654_435_761;

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Size {
    pub(super) apps: u64,
    pub(super) grants: u64,
}

/// All of them.
pub(super) struct Population {
    pub(super) size: Size,
    pub(super) rules: Rules,
    /// When all of it began.
    pub(super) began: Timestamp,
}

impl Population {
    /// Under the keys of a key file.
    pub(super) fn new(size: Size, keys: &str, began: Timestamp) -> anyhow::Result<Self> {
        let rules = Rules {
            api: API.into(),
            issuer: "".into(),
            dialect: Dialect::built_in(API).context("the dialect is missing")?.into(),
            token_format: TokenFormat::Opaque,
            keys: KeyRing::parse(keys)?.into(),
        };
        Ok(Self { size, rules, began })
    }

    pub(super) fn teams(&self) -> u64 {
        self.size.apps.div_ceil(APPS_A_TEAM)
    }

    pub(super) fn accounts(&self) -> u64 {
        self.size.apps
    }

    pub(super) fn team(&self, place: u64) -> TeamId {
        TeamId(id(place))
    }

    pub(super) fn account(&self, place: u64) -> AccountId {
        AccountId(id(place))
    }

    /// The app of a rank; ids grow with the place in the table.
    pub(super) fn app(&self, rank: u64) -> AppId {
        AppId(id(place(rank, self.size.apps)))
    }

    pub(super) fn team_of(&self, app_rank: u64) -> TeamId {
        self.team(place(app_rank, self.size.apps) / APPS_A_TEAM)
    }

    /// 32 hexadecimal digits, as if drawn by chance.
    pub(super) fn client_id(&self, app_rank: u64) -> String {
        format!("{:016x}{:016x}", mix(app_rank), mix(app_rank ^ (1 << 62)))
    }

    /// In the form of secrets that were made here.
    pub(super) fn secret(&self, app_rank: u64) -> String {
        let parts = [2, 3, 4].map(|part: u64| mix(app_rank ^ (part << 61)));
        format!("sds_{:016x}{:016x}{:011x}", parts[0], parts[1], parts[2] >> 20)
    }

    pub(super) fn stored_secret(&self, app_rank: u64) -> StoredSecret {
        let text = Secret::new(self.secret(app_rank));
        let mut random = StdRng::seed_from_u64(app_rank);
        let app = self.app(app_rank);
        NewSecret::of(&self.rules, app, "first", text, self.began, &mut random).stored
    }

    /// The app of a grant: those asked for most belong to apps asked for most.
    pub(super) fn app_rank_of(&self, grant_rank: u64) -> u64 {
        grant_rank % self.size.apps
    }

    pub(super) fn grant(&self, rank: u64) -> Grant {
        let app_rank = self.app_rank_of(rank);
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&mix(rank ^ (5 << 61)).to_be_bytes());
        let place = place(rank, self.size.grants);
        Grant {
            id: GrantId(id(place)),
            app: self.app(app_rank),
            team: self.team_of(app_rank),
            account: Some(self.account(mix(rank) % self.accounts())),
            scopes: ["read", "profile"].into_iter().collect::<Scopes>(),
            epochs: Epochs { app: 0, team: 0, account: 0 },
            salt,
            key: self.rules.keys.active(Purpose::RefreshToken, self.began),
            confidential: true,
            authorized: self.authorized(place),
            succession: Succession { presented: 0, at: self.began },
            revoked: None,
        }
    }

    /// When the grant at a place of the table was; a millisecond apart.
    pub(super) fn authorized(&self, place: u64) -> Timestamp {
        Timestamp(self.began.0 - self.size.grants as i64 + place as i64)
    }

    /// A token for an app itself, as the token endpoint makes it.
    pub(super) fn token(&self, app_rank: u64, now: Timestamp, random: &mut StdRng) -> anyhow::Result<Secret> {
        let token = AccessToken {
            app: self.app(app_rank),
            client_id: ClientId::new(&self.client_id(app_rank))?,
            team: self.team_of(app_rank),
            account: None,
            grant: None,
            epochs: Epochs { app: 0, team: 0, account: 0 },
            standing: Standing::Served,
            scopes: Scopes::none(),
            issued: now,
            expires: now.plus_seconds(3600),
            nonce: random.next_u64(),
        };
        Ok(token.mint(&self.rules, now))
    }
}

/// The rank of what stands at a place: the other way round of [`place`].
pub(super) fn rank(place: u64, of: u64) -> u64 {
    scaled(place, SCATTER % of, of)
}

fn place(rank: u64, of: u64) -> u64 {
    scaled(rank, inverse(SCATTER % of, of), of)
}

fn scaled(number: u64, by: u64, of: u64) -> u64 {
    (u128::from(number) * u128::from(by) % u128::from(of)) as u64
}

/// The number that undoes a multiplication by `number`, which has no divisor in common with `of` (Euclid, extended).
fn inverse(number: u64, of: u64) -> u64 {
    let (mut former, mut rest) = (i128::from(of), i128::from(number));
    let (mut former_factor, mut factor) = (0_i128, 1_i128);
    while rest > 1 {
        let times = former / rest;
        (former, rest) = (rest, former - times * rest);
        (former_factor, factor) = (factor, former_factor - times * factor);
    }
    factor.rem_euclid(i128::from(of)) as u64
}

/// Ids lie apart, as those drawn second by second do.
fn id(place: u64) -> i64 {
    FIRST_ID + ((place as i64) << 32) / 8 + (mix(place) >> 36) as i64
}

/// splitmix64.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ranks_and_places() {
        for of in [1, 2, 10, 1_000, 1_000_000, 10_000_000] {
            for number in [0, 1, 7, 999, 123_456, 9_999_999].map(|number| number % of) {
                assert_eq!(place(rank(number, of), of), number, "{number} of {of}");
            }
        }
        let places: HashSet<u64> = (0..1_000).map(|rank| place(rank, 1_000)).collect();
        assert_eq!(places.len(), 1_000);
    }

    #[test]
    fn ids_grow() {
        for place in [0, 1, 2, 9_999_999] {
            assert!(id(place) < id(place + 1));
        }
    }
}
