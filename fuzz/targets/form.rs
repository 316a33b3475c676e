//! A form: what is read holds no control character and means the same when it is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use stagedoor_wire::form;

fuzz_target!(|text: &[u8]| {
    let Ok(pairs) = form::pairs(text).collect::<Result<Vec<_>, _>>() else { return };
    for (name, value) in &pairs {
        assert!(!name.chars().chain(value.chars()).any(|c| c.is_ascii_control()));
    }
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let written: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let written = written.join("&");
    let again: Vec<_> = form::pairs(written.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(pairs, again);
});
