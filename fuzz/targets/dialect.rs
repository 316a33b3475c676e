//! A dialect file: whatever it holds, it is read or refused with a line of its own; what is read can be answered with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_wire::Dialect;
use stagedoor_wire::api_error::{ApiError, ApiErrorKind};
use stagedoor_wire::token_error::{TokenError, TokenErrorKind};

fuzz_target!(|text: &str| {
    match Dialect::parse("fuzzed.toml", text) {
        Ok(dialect) => check_errors(&dialect),
        Err(error) => assert!((1..=text.split('\n').count()).contains(&error.line), "{error}"),
    }
});

fn check_errors(dialect: &Dialect) {
    for &kind in TokenErrorKind::ALL {
        let error = TokenError::spell(dialect, kind, "29");
        assert!((400..600).contains(&error.status), "{kind:?}: {}", error.status);
        assert_eq!(TokenError::read(error.status, &error.write(dialect)), Some(error));
    }
    for &kind in ApiErrorKind::ALL {
        let error = ApiError::spell(dialect, kind, "trace");
        assert!(error.status == 200 || (400..600).contains(&error.status), "{kind:?}: {}", error.status);
        assert!(dialect.api_errors.shape.read(&error.body).is_some());
        if let Some(challenge) = error.challenge {
            assert!(challenge.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{challenge:?}");
            assert_eq!(challenge.matches('"').count() % 2, 0, "{challenge:?}");
        }
    }
}
