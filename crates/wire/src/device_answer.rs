//! The answer to a device authorization request (RFC 8628 §3.2), read tolerantly.

use serde_json::{Map, Value};

use crate::Secret;

/// What a device is told.
#[derive(Debug, Clone)]
pub struct DeviceAnswer {
    /// `device_code`: what the device asks with.
    pub device_code: Secret,
    /// `user_code`: what the person enters.
    pub user_code: String,
    /// `verification_uri`: where they enter it.
    pub verification_uri: String,
    /// `verification_uri_complete`: the same with the code in it.
    pub verification_uri_complete: Option<String>,
    /// `expires_in`; 15 minutes where it is not told.
    pub expires_in_seconds: u32,
    /// `interval` between questions; 5 where it is not told (RFC 8628 §3.5).
    pub interval_seconds: u32,
}

impl DeviceAnswer {
    /// Reads a body written by any provider: numbers may be text, and `verification_url` is taken as well.
    pub fn read(body: &[u8]) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| match object.get(name) {
            Some(Value::Number(number)) => number.as_u64().and_then(|number| u32::try_from(number).ok()),
            Some(Value::String(digits)) => digits.parse().ok(),
            _ => None,
        };
        Some(Self {
            device_code: Secret::new(text("device_code")?),
            user_code: text("user_code")?,
            verification_uri: text("verification_uri").or_else(|| text("verification_url"))?,
            verification_uri_complete: text("verification_uri_complete"),
            expires_in_seconds: number("expires_in").unwrap_or(900),
            interval_seconds: number("interval").unwrap_or(5),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        let body = br#"{"device_code":"d","user_code":"WDJB-MJHT","verification_uri":"https://a.example/device",
            "verification_uri_complete":"https://a.example/device?user_code=WDJB-MJHT","expires_in":"60","interval":7}"#;
        let answer = DeviceAnswer::read(body).unwrap();
        assert_eq!((answer.expires_in_seconds, answer.interval_seconds), (60, 7));
        assert!(answer.verification_uri_complete.is_some());
        let bare = br#"{"device_code":"d","user_code":"u","verification_url":"https://a.example/device"}"#;
        let answer = DeviceAnswer::read(bare).unwrap();
        assert_eq!((answer.expires_in_seconds, answer.interval_seconds), (900, 5));
        assert!(DeviceAnswer::read(br#"{"user_code":"u"}"#).is_none());
        assert!(DeviceAnswer::read(b"<html>").is_none());
    }
}
