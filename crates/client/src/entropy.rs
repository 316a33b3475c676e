//! The one place that draws randomness.

/// A cryptographic generator of this thread, seeded and reseeded by the operating system.
#[expect(clippy::disallowed_methods, reason = "this is where randomness comes from")]
pub(crate) fn rng() -> impl rand::CryptoRng {
    rand::rng()
}
