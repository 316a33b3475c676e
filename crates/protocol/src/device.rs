//! The device authorization grant (RFC 8628): a device shows a short code, a person enters it elsewhere and decides.

use rand_core::CryptoRng;
use stagedoor_wire::token_request::ClientCredentials;
use stagedoor_wire::{Scopes, Secret};

use crate::access_token::Epochs;
use crate::administration::Expectation;
use crate::app::App;
use crate::client_authentication::authenticate;
use crate::code::{Handle, Hash};
use crate::decision::{Decision, Effect};
use crate::id::{AccountId, AppId, DeviceId, GrantId};
use crate::keys::{KeyId, Purpose};
use crate::question::Facts;
use crate::session::Person;
use crate::token::issue::known_scopes;
use crate::{Refusal, Rules, Timestamp, consent, opaque};

/// Lifetime of a device code, in seconds.
pub const DEVICE_CODE_SECONDS: u32 = 900;
/// Seconds between polls at first; `slow_down` adds as many (RFC 8628 §3.5).
pub const POLL_SECONDS: u32 = 5;

/// A device's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub id: DeviceId,
    pub hash: Hash,
    /// Keyed hash of the eight letters, in hexadecimal: they are too few to be kept in clear or hashed without a key.
    pub user_code_hash: String,
    pub app: AppId,
    pub scopes: Scopes,
    pub expires: Timestamp,
    pub interval_seconds: u32,
    pub polled: Option<Timestamp>,
    pub state: DeviceState,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    Pending,
    /// Worth nothing when one of the epochs it was decided under has risen.
    Allowed {
        account: AccountId,
        at: Timestamp,
        epochs: Epochs,
    },
    Denied,
    Redeemed {
        account: AccountId,
        grant: GrantId,
    },
}

/// What the device is told (RFC 8628 §3.2).
#[derive(Debug, Clone)]
pub struct DeviceAnswer {
    pub device_code: Secret,
    /// As it is shown: `WDJB-MJHT`.
    pub user_code: String,
    pub expires_in_seconds: u32,
    pub interval_seconds: u32,
}

/// Starts a device authorization (RFC 8628 §3.1).
pub fn start(
    rules: &Rules,
    client: &ClientCredentials,
    asked: Option<&Scopes>,
    facts: &Facts,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Decision<DeviceAnswer> {
    let checked = authenticate(rules, facts.app.as_deref(), client, now).and_then(|(app, proof)| {
        proof.will_do_for(app)?;
        let none = Scopes::none();
        let scopes = known_scopes(&rules.dialect.scopes, asked.unwrap_or(&none)).ok_or(Refusal::Scope)?;
        Ok((app, scopes))
    });
    let (app, scopes) = match checked {
        Ok(checked) => checked,
        Err(refusal) => return Decision::refuse(refusal),
    };
    let id = DeviceId::new(now, rng);
    let handle = Handle::new(id.0, rng);
    let user_code = new_user_code(rng);
    let device = Device {
        id,
        hash: handle.hash(),
        user_code_hash: user_code_hash(rules, &user_code, now),
        app: app.id,
        scopes,
        expires: now.plus_seconds(i64::from(DEVICE_CODE_SECONDS)),
        interval_seconds: POLL_SECONDS,
        polled: None,
        state: DeviceState::Pending,
    };
    let answer = DeviceAnswer {
        device_code: handle.write(opaque::DEVICE_CODE),
        user_code: show_user_code(&user_code),
        expires_in_seconds: DEVICE_CODE_SECONDS,
        interval_seconds: POLL_SECONDS,
    };
    Decision { reply: Ok(answer), effects: vec![Effect::StartDevice(device)] }
}

/// What a person says to a device.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub person: Person,
    pub allow: bool,
    /// What they allowed the app before.
    pub earlier: Option<&'a Scopes>,
}

/// A person's answer to a device that is pending; one that was answered already is as good as unknown.
pub fn answer(app: &App, device: &Device, said: Answer<'_>, now: Timestamp) -> Decision<()> {
    let Answer { person, allow, earlier } = said;
    let account = person.id;
    if device.expires <= now {
        return Decision::refuse(Refusal::DeviceCodeExpired);
    }
    if device.state != DeviceState::Pending {
        return Decision::refuse(Refusal::DeviceCodeUnknown);
    }
    let state = if allow {
        DeviceState::Allowed { account, at: now, epochs: app.epochs(person) }
    } else {
        DeviceState::Denied
    };
    let mut effects = vec![Effect::DecideDevice { device: device.id, was: DeviceState::Pending, now: state }];
    if allow {
        let scopes = consent::with_earlier(&device.scopes, earlier);
        effects.push(Effect::SaveConsent { app: device.app, account, scopes, at: now });
        // Whose it was then: nobody agreed to another team.
        effects.push(Effect::Expect(Expectation::AppEpoch { app: app.id, epoch: app.epoch }));
    }
    Decision { reply: Ok(()), effects }
}

/// A user code as people see it: `WDJB-MJHT`.
pub fn show_user_code(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) => format!("{first}-{second}"),
        None => code.to_owned(),
    }
}

/// A user code as a person typed it: letters alone, upper case.
pub fn read_user_code(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|letter| letter.to_ascii_uppercase())
        .take(16)
        .collect()
}

/// The hashes that a waiting device may have which shows this code: one for each key that was used since the oldest of them
/// began.
pub fn user_code_hashes(rules: &Rules, code: &str, now: Timestamp) -> Vec<String> {
    let keys = rules.keys.used_within(Purpose::ClientSecret, i64::from(DEVICE_CODE_SECONDS), now);
    keys.into_iter().map(|key| hash_under(rules, key, code)).collect()
}

fn user_code_hash(rules: &Rules, code: &str, now: Timestamp) -> String {
    hash_under(rules, rules.keys.active(Purpose::ClientSecret, now), code)
}

fn hash_under(rules: &Rules, key: KeyId, code: &str) -> String {
    let parts = [rules.api.as_bytes(), b"\0user code\0", code.as_bytes()];
    let tag = rules.keys.tag(Purpose::ClientSecret, key, &parts).unwrap_or_default();
    tag.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Twenty consonants, so that no word appears: 20^8 is 34 bits (RFC 8628 §6.1).
fn new_user_code(rng: &mut impl CryptoRng) -> String {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut code = String::with_capacity(8);
    while code.len() < 8 {
        let [byte, ..] = rng.next_u32().to_le_bytes();
        // 240 is the largest multiple of 20 in a byte: bytes above would favour the first letters.
        if byte < 240 {
            code.push(char::from(LETTERS[usize::from(byte) % 20]));
        }
    }
    code
}
