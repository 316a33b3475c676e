//! An `Authorization` header of a token request: id and secret are what stands in the header, with the first colon
//! between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_wire::{Secret, basic};

fuzz_target!(|input: &[u8]| {
    check(input);
    check(format!("Basic {}", base64(input)).as_bytes());
});

fn check(header: &[u8]) {
    let Some(Ok(read)) = basic::read(header) else { return };
    let shown = |secret: &Option<Secret>| secret.as_ref().map_or(String::new(), |secret| secret.expose().to_owned());
    let sent = format!("{}:{}", read.client_id, shown(&read.secret));
    let again = basic::read(format!("basic {}", base64(sent.as_bytes())).as_bytes()).unwrap().unwrap();
    assert_eq!(again.client_id, read.client_id);
    assert_eq!(shown(&again.secret), shown(&read.secret));
    assert!(read.decoded.is_none() || shown(&read.decoded) != shown(&read.secret));
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place > three.len() { '=' } else { letter.into() });
        }
    }
    text
}
