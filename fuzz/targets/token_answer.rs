//! The answer of any provider's token endpoint: what is read can be written in every dialect, is JSON there and means
//! the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stagedoor_fuzz::DIALECTS;
use stagedoor_wire::Dialect;
use stagedoor_wire::dialect::AnswerMember;
use stagedoor_wire::token_answer::TokenAnswer;
use stagedoor_wire::token_error::TokenError;

fuzz_target!(|body: &[u8]| {
    for dialect in DIALECTS.iter() {
        let _ = dialect.api_errors.shape.read(body);
        if let Ok(answer) = TokenAnswer::read(body, 1) {
            check_answer(dialect, &answer);
        }
        if let Some(error) = TokenError::read(400, body) {
            assert_eq!(TokenError::read(400, &error.write(dialect)), Some(error));
        }
    }
});

fn check_answer(dialect: &Dialect, answer: &TokenAnswer) {
    let again = TokenAnswer::read(&answer.write(dialect), 1).unwrap();
    assert!(again.access_token.ct_eq(&answer.access_token));
    let has = |member| dialect.token_answer.members.contains(&member);
    assert!(!has(AnswerMember::ExpiresIn) || again.expires_in_seconds == answer.expires_in_seconds);
    if has(AnswerMember::RefreshToken) {
        let text =
            |answer: &TokenAnswer| answer.refresh_token.as_ref().map(|token| token.expose().to_owned());
        assert_eq!(text(&again), text(answer));
    }
}
