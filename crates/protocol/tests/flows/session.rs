//! Signed-in browsers.

use stagedoor_protocol::administration::Expectation;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::session::{self, Account, SESSION_SECONDS, Session};
use stagedoor_protocol::{Effect, Timestamp};
use stagedoor_wire::Secret;

use crate::api::Api;
use crate::setting::START;

fn signed_in(api: &mut Api) -> (Secret, Session) {
    let (email, name, password_hash) = (String::new(), String::new(), "hash".to_owned());
    let id = AccountId(5);
    let account = Account { id, email, name, password_hash, epoch: 2, suspended: false, confirmed: true };
    let decision = session::start(&account, None, api.now, &mut api.rng);
    let [
        Effect::Expect(Expectation::AccountIs { password_hash: expected, .. }),
        Effect::StartSession { id, hash, epoch, expires, .. },
    ] = decision.effects.as_slice()
    else {
        panic!()
    };
    assert_eq!((&**expected, *epoch), ("hash", 2));
    let (id, hash, epoch, expires) = (*id, *hash, *epoch, *expires);
    (decision.reply.unwrap(), Session { id, hash, account, epoch, expires })
}

#[test]
fn accepts_its_cookie_for_twelve_hours() {
    let mut api = Api::built_in("standard");
    let (cookie, session) = signed_in(&mut api);
    let handle = session::read(cookie.expose()).unwrap();
    assert_eq!(handle.id, session.id.0);
    assert!(session.accepts(&handle, START));
    let end = START.plus_seconds(SESSION_SECONDS);
    assert!(session.accepts(&handle, Timestamp(end.0 - 1)) && !session.accepts(&handle, end));
}

#[test]
fn over_when_all_access_was_ended() {
    let mut api = Api::built_in("standard");
    let (cookie, mut session) = signed_in(&mut api);
    let handle = session::read(cookie.expose()).unwrap();
    session.account.suspended = true;
    assert!(!session.accepts(&handle, START));
    session.account.suspended = false;
    assert!(session.accepts(&handle, START));
    session.account.epoch += 1;
    assert!(!session.accepts(&handle, START));
}

#[test]
fn another_cookie() {
    let mut api = Api::built_in("standard");
    let ((one, session), (two, _)) = (signed_in(&mut api), signed_in(&mut api));
    assert!(!one.ct_eq(&two), "always new");
    assert!(!session.accepts(&session::read(two.expose()).unwrap(), START));
    for text in ["", "x", "sdc_AAAA", &one.expose()[1..], &format!("{}A", one.expose())] {
        assert!(session::read(text).is_none(), "{text}");
    }
}
