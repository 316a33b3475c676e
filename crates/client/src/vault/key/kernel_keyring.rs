//! The unlocked key in the kernel's keyring: of the user, in memory, for a time. Nothing is written anywhere.

use super::DataKey;
use crate::vault::VaultError;

/// The key of that id, where it is kept.
#[cfg(target_os = "linux")]
pub(super) fn find(id: &str) -> Option<DataKey> {
    let key = keyring().and_then(|keyring| keyring.search(&description(id))).ok()?;
    let bytes = zeroize::Zeroizing::new(key.read_to_vec().ok()?);
    let key: &[u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(DataKey::new(zeroize::Zeroizing::new(*key))).filter(|key| key.id().to_string() == id)
}

/// Keeps the key for `seconds`.
#[cfg(target_os = "linux")]
pub(in crate::vault) fn keep(key: &DataKey, seconds: u32) -> Result<(), VaultError> {
    use linux_keyutils::{KeyPermissionsBuilder, Permission};

    // Processes that do not possess the user's keyring, such as a cron job's, are let in by the user's own rights.
    let permissions =
        KeyPermissionsBuilder::builder().posessor(Permission::ALL).user(Permission::ALL).build();
    let kept =
        keyring().and_then(|keyring| keyring.add_key(&description(&key.id().to_string()), key.bytes()));
    let kept = kept.and_then(|kept| {
        // Without its end it would stay until the machine stops.
        kept.set_timeout(usize::try_from(seconds).unwrap_or(usize::MAX))
            .or_else(|error| kept.invalidate().and(Err(error)))?;
        kept.set_perms(permissions)
    });
    kept.map_err(|error| VaultError::KernelKeyring { why: format!("{error:?}") })
}

/// Lets go of it before its time.
#[cfg(target_os = "linux")]
pub(in crate::vault) fn forget(key: &DataKey) {
    let kept = keyring().and_then(|keyring| keyring.search(&description(&key.id().to_string())));
    // What is not there need not be forgotten.
    let _ = kept.and_then(|kept| kept.invalidate());
}

#[cfg(target_os = "linux")]
fn keyring() -> Result<linux_keyutils::KeyRing, linux_keyutils::KeyError> {
    linux_keyutils::KeyRing::from_special_id(linux_keyutils::KeyRingIdentifier::User, false)
}

#[cfg(target_os = "linux")]
fn description(id: &str) -> String {
    format!("stagedoor:{id}")
}

#[cfg(not(target_os = "linux"))]
pub(super) fn find(_id: &str) -> Option<DataKey> {
    None
}

#[cfg(not(target_os = "linux"))]
pub(in crate::vault) fn keep(_key: &DataKey, _seconds: u32) -> Result<(), VaultError> {
    Err(VaultError::KernelKeyring { why: "this system has none".to_owned() })
}

#[cfg(not(target_os = "linux"))]
pub(in crate::vault) fn forget(_key: &DataKey) {}
