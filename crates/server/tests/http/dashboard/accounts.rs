//! Registering, confirming, invitations, forgotten passwords, and the account's own page.

use std::net::IpAddr;

use stagedoor_protocol::account::Email;
use stagedoor_protocol::link;
use stagedoor_server::config::Registration;
use stagedoor_server::mail::Received;

use super::{OWNER, signed_in};
use crate::admin::Administrator;
use crate::app::{Browser, Call, Page, STANDARD, START, TestApp, refresh};

const NEW: (&str, &str) = ("new@example.com", "curtain-call");

/// What came to a person, the newest first.
fn mails(app: &TestApp, to: &str) -> Vec<Received> {
    let all = app.server.mailbox().unwrap().all();
    all.into_iter().filter(|mail| mail.letter.to.as_str() == to).collect()
}

/// Path and query of the newest mail's one link.
fn link_to(app: &TestApp, to: &str) -> String {
    let mail = mails(app, to).into_iter().next().unwrap_or_else(|| panic!("no mail"));
    let links: Vec<_> = mail.links().collect();
    let [link] = links[..] else { panic!("one link") };
    link.strip_prefix(&app.origin).unwrap().to_owned()
}

async fn register(browser: &mut Browser<'_>, (email, password): (&str, &str)) -> Page {
    let page = browser.open("/dashboard/register").await;
    browser.submit(&page, &[("email", email), ("name", "Nia New"), ("password", password)]).await
}

async fn forget(browser: &mut Browser<'_>, email: &str) -> Page {
    let page = browser.open("/dashboard/forgotten").await;
    browser.submit(&page, &[("email", email)]).await
}

/// What a sign-in is answered.
async fn try_in(app: &TestApp, (email, password): (&str, &str)) -> Page {
    let mut browser = Browser::new(app);
    let page = browser.open("/dashboard/sign-in").await;
    browser.submit(&page, &[("email", email), ("password", password)]).await
}

#[tokio::test]
async fn someone_registers_and_makes_an_app() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open("/dashboard/sign-in").await;
    assert!(page.shows("Create account") && page.shows("Forgot your password?"));
    let sent = register(&mut browser, ("New@Example.com", NEW.1)).await;
    assert!(sent.answer.status == 200 && sent.shows("Look into your mailbox"), "{}", sent.html());
    assert_eq!(try_in(&app, NEW).await.answer.status, 422, "not confirmed yet");

    // What looks into mails opens the link, and that does nothing.
    let link = link_to(&app, NEW.0);
    Browser::new(&app).open(&link).await;
    assert_eq!(try_in(&app, NEW).await.answer.status, 422);

    let page = browser.open(&link).await;
    assert_eq!(page.answer.header("referrer-policy"), "no-referrer");
    assert!(!page.html().contains("type=\"password\""), "it was chosen in this browser");
    // A page without referrer has no origin.
    let call = page.form(&[]).header("origin", "null").header("sec-fetch-site", "same-origin");
    let led = browser.send(call).await;
    assert_eq!((led.status, led.header("location")), (303, "/dashboard"), "{}", led.shown());
    let page = browser.open("/dashboard").await;
    let page = browser.open(page.answer.header("location")).await;
    assert!(page.shows("Create app"), "{}", page.html());
    assert_eq!(try_in(&app, NEW).await.answer.status, 303);

    let again = Browser::new(&app).open(&link).await;
    assert_eq!(again.answer.status, 410, "used");
}

/// OWASP ASVS 2.2: nobody learns here who has an account, neither from the answer nor from what it takes.
#[tokio::test]
async fn answers_are_the_same_for_known_and_unknown() {
    let app = TestApp::new().await;
    let mut seen = Vec::new();
    for email in [NEW.0, OWNER.0, "new@example.com"] {
        let mut browser = Browser::new(&app);
        // Reads and commits.
        let done = || {
            let figures = app.server.store().figures();
            (figures.read_waits.read().count, figures.batches.read().sum)
        };
        let before = done();
        let registered = register(&mut browser, (email, "another-password")).await;
        let between = done();
        let forgotten = forget(&mut browser, email).await;
        let after = done();
        let told = |page: &Page| {
            let names: Vec<_> = page.answer.headers.keys().map(ToString::to_string).collect();
            let html = page.html().replace(email, "EMAIL");
            (page.answer.status, names, html)
        };
        let took = (between.0 - before.0, between.1 - before.1, after.0 - between.0, after.1 - between.1);
        seen.push((told(&registered), told(&forgotten), took));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    assert!(mails(&app, OWNER.0)[1].letter.subject.contains("already"));
    assert_eq!(try_in(&app, OWNER).await.answer.status, 303, "nothing was changed");
}

/// A stranger registers with someone's e-mail, and waits for them to confirm the stranger's password.
#[tokio::test]
async fn a_strangers_password_is_not_confirmed() {
    let app = TestApp::new().await;
    register(&mut Browser::new(&app), (NEW.0, "the-strangers-own")).await;
    let mut person = Browser::new(&app);
    let page = person.open(&link_to(&app, NEW.0)).await;
    assert!(page.html().contains("type=\"password\""), "asks for it in another browser");
    let wrong = person.submit(&page, &[("password", NEW.1)]).await;
    assert_eq!(wrong.answer.status, 422, "{}", wrong.html());

    // Their own registration takes its place, and the former link is void.
    let former = link_to(&app, NEW.0);
    register(&mut person, NEW).await;
    assert_eq!(person.open(&former).await.answer.status, 410);
    let page = person.open(&link_to(&app, NEW.0)).await;
    assert_eq!(person.submit(&page, &[]).await.answer.status, 303);
    assert_eq!(try_in(&app, (NEW.0, "the-strangers-own")).await.answer.status, 422);
    assert_eq!(try_in(&app, NEW).await.answer.status, 303);
}

#[tokio::test]
async fn a_reset_confirms_too() {
    let app = TestApp::new().await;
    register(&mut Browser::new(&app), (NEW.0, "the-strangers-own")).await;
    let mut person = Browser::new(&app);
    forget(&mut person, NEW.0).await;
    let page = person.open(&link_to(&app, NEW.0)).await;
    let done = person.submit_and_follow(&page, &[("password", NEW.1)]).await;
    assert!(done.shows("The password is set."), "{}", done.html());
    assert_eq!(try_in(&app, NEW).await.answer.status, 303);
    assert_ne!(try_in(&app, (NEW.0, "the-strangers-own")).await.answer.status, 303);
}

#[tokio::test]
async fn who_has_the_password_is_told_and_sent_the_mail_again() {
    let app = TestApp::new().await;
    register(&mut Browser::new(&app), NEW).await;
    let wrong = try_in(&app, (NEW.0, "not-the-password")).await;
    assert!(wrong.shows("Email or password is wrong") && !wrong.shows("Send the mail again"));
    let mut browser = Browser::new(&app);
    let page = browser.open("/dashboard/sign-in").await;
    let told = browser.submit(&page, &[("email", NEW.0), ("password", NEW.1)]).await;
    assert!(told.answer.status == 422 && told.shows("Confirm your e-mail first"), "{}", told.html());
    let form = told.only("/dashboard/sign-in/send-again");
    let sent = browser.submit(&form, &[]).await;
    assert!(sent.shows("Look into your mailbox"));
    assert_eq!(mails(&app, NEW.0).len(), 2);
    // The token is for this person alone.
    let other = browser.submit(&form, &[("email", OWNER.0)]).await;
    assert_eq!((other.answer.status, mails(&app, OWNER.0).len()), (409, 0));
    // In front of an API as well.
    let mut browser = Browser::new(&app);
    let page = browser.open(&STANDARD.authorize(&[])).await;
    let told = browser.submit(&page, &[("email", NEW.0), ("password", NEW.1)]).await;
    assert!(told.shows("Confirm your e-mail first"), "{}", told.html());
}

#[tokio::test]
async fn links_work_in_time_and_once() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    register(&mut browser, NEW).await;
    forget(&mut browser, OWNER.0).await;
    let (confirm, reset) = (link_to(&app, NEW.0), link_to(&app, OWNER.0));
    let status = async |link: &str| Browser::new(&app).open(link).await.answer.status;
    app.clock.advance(3600 - 60);
    assert_eq!((status(&confirm).await, status(&reset).await), (200, 200));
    app.clock.advance(60);
    assert_eq!((status(&confirm).await, status(&reset).await), (200, 410));
    app.clock.advance(23 * 3600);
    assert_eq!(status(&confirm).await, 410);
    for odd in
        ["/dashboard/reset", "/dashboard/confirm?code=", "/dashboard/reset?code=AAAA", "/dashboard/confirm"]
    {
        assert_eq!(status(odd).await, 410, "{odd}");
    }

    // Two at once: one sets the password.
    forget(&mut browser, OWNER.0).await;
    let reset = link_to(&app, OWNER.0);
    let (mut one, mut two) = (Browser::new(&app), Browser::new(&app));
    let (page, other) = (one.open(&reset).await, two.open(&reset).await);
    let typed = [("password", "the-one-password")];
    let others = [("password", "the-other-password")];
    let (one, two) = tokio::join!(one.submit(&page, &typed), two.submit(&other, &others));
    let mut both = [one.answer.status, two.answer.status];
    both.sort_unstable();
    assert_eq!(both, [303, 410]);
}

#[tokio::test]
async fn a_reset_ends_everything() {
    let app = TestApp::new().await;
    let person = ("fan@example.com", "opening-night");
    let tokens = app.grant(&STANDARD, "profile").await;
    let (mut before, _) = signed_in(&app, person).await;
    let mut browser = Browser::new(&app);
    forget(&mut browser, person.0).await;
    let page = browser.open(&link_to(&app, person.0)).await;
    let weak = browser.submit(&page, &[("password", "short")]).await;
    assert!(weak.answer.status == 422 && weak.shows("at least 10 characters"));
    browser.submit_and_follow(&page, &[("password", "closing-time")]).await;
    assert_eq!(before.open("/dashboard/account").await.answer.status, 302, "signed out");
    assert_eq!(app.send(Call::get("/standard/x").bearer(&tokens.access)).await.status, 401);
    assert_ne!(app.send(STANDARD.token(&refresh(&tokens.refresh))).await.status, 200);
    assert_eq!(try_in(&app, person).await.answer.status, 422);
}

/// Nobody's mailbox is flooded, and nobody is locked out by someone who tries to.
#[tokio::test]
async fn mails_are_few() {
    let app = TestApp::new().await;
    for at in 0..9 {
        let mut browser = Browser::new(&app);
        let sent = register(&mut browser, (NEW.0, &format!("password-number-{at}"))).await;
        assert_eq!(sent.answer.status, 200);
        assert!(sent.shows("Look into your mailbox"));
    }
    assert_eq!(mails(&app, NEW.0).len(), 4);
    // What was registered last with a mail stands, and its link works.
    let page = Browser::new(&app).open(&link_to(&app, NEW.0)).await;
    assert_eq!(page.answer.status, 200);
    // Someone whose registering was used up by others comes in by a reset.
    for _ in 0..9 {
        forget(&mut Browser::new(&app), NEW.0).await;
    }
    assert_eq!(mails(&app, NEW.0).len(), 8);
    assert_eq!(Browser::new(&app).open(&link_to(&app, NEW.0)).await.answer.status, 200);
    app.clock.advance(15 * 60);
    forget(&mut Browser::new(&app), NEW.0).await;
    assert_eq!(mails(&app, NEW.0).len(), 9);
}

#[tokio::test]
async fn an_address_is_counted_whoever_it_writes_to() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open("/dashboard/forgotten").await;
    let cookies = browser.cookie_header("/dashboard/forgotten");
    let ask = async |address: [u8; 4], at: u32| {
        let call = page.form(&[("email", &format!("{at}@example.com"))]).header("origin", &app.origin);
        let call = call.header("host", "127.0.0.1:8080").header("cookie", &cookies);
        app.send_from(IpAddr::from(address), call).await.status
    };
    for at in 0..30 {
        assert_eq!(ask([192, 0, 2, 1], at).await, 200);
    }
    assert_eq!(ask([192, 0, 2, 1], 30).await, 429);
    assert_eq!(ask([192, 0, 2, 2], 30).await, 200);
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field() {
    let app = TestApp::new().await;
    let mut browser = Browser::new(&app);
    let page = browser.open("/dashboard/register").await;
    let again = browser.submit(&page, &[("email", "ada"), ("name", ""), ("password", "short")]).await;
    assert_eq!(again.answer.status, 422);
    for id in ["email-error", "name-error", "password-error"] {
        assert!(again.html().contains(&format!("id=\"{id}\"")), "{id}");
    }
    let again = forget(&mut browser, "ada").await;
    assert!(again.answer.status == 422 && again.shows("no e-mail address"));
    assert!(app.server.mailbox().unwrap().all().is_empty());
}

#[tokio::test]
async fn by_invitation() {
    let app = TestApp::setup().registration(Registration::Invitation).start().await;
    let refused = Browser::new(&app).open("/dashboard/register").await;
    assert!(refused.answer.status == 403 && refused.shows("By invitation"));
    assert!(!Browser::new(&app).open("/dashboard/sign-in").await.shows("Create account"));
    let keys = &app.rules("standard").keys;
    let address = |email: &str| {
        let code = link::invitation(keys, &Email::parse(email).unwrap(), 0, START);
        format!("/dashboard/register?invitation={}&next=/dashboard/account", code.expose())
    };
    let mut browser = Browser::new(&app);
    let page = browser.open(&address(NEW.0)).await;
    assert!(page.answer.header("referrer-policy") == "no-referrer" && page.shows(NEW.0));
    // The e-mail is the invitation's, whatever is sent.
    let typed = [("email", "other@example.com"), ("name", "Nia"), ("password", NEW.1)];
    let led = browser.submit_and_follow(&page, &typed).await;
    assert!(led.shows("Sign out everywhere") && led.shows(NEW.0), "{}", led.html());
    let again = Browser::new(&app).submit(&page, &typed).await;
    assert_eq!(again.answer.status, 409, "not this browser's form");
    let mut other = Browser::new(&app);
    let page = other.open(&address(NEW.0)).await;
    let again = other.submit(&page, &typed).await;
    assert!(again.answer.status == 409 && again.shows("You have an account already"));
    assert_eq!(try_in(&app, NEW).await.answer.status, 303);
    app.clock.advance(7 * 24 * 3600);
    assert_eq!(other.open(&address("late@example.com")).await.answer.status, 410);
}

#[tokio::test]
async fn closed() {
    let app = TestApp::setup().registration(Registration::Closed).start().await;
    let refused = Browser::new(&app).open("/dashboard/register").await;
    assert!(refused.answer.status == 403 && refused.shows("Nobody registers here"));
}

#[tokio::test]
async fn ones_own_account() {
    let app = TestApp::new().await;
    let (mut other, _) = signed_in(&app, OWNER).await;
    let (mut browser, _) = signed_in(&app, OWNER).await;
    let page = browser.open("/dashboard/account").await;
    assert_eq!(
        (page.html().matches("this browser</strong>").count(), page.html().matches(">another<").count()),
        (1, 1)
    );
    let name = page.only("/dashboard/account/name");
    let saved = browser.submit_and_follow(&name, &[("name", "Olive <b>")]).await;
    assert!(saved.shows("Saved.") && saved.html().contains("Olive &#60;b&#62;"), "{}", saved.html());
    assert_eq!(browser.submit(&name, &[("name", " ")]).await.answer.status, 422);

    let form = page.only("/dashboard/account/password");
    let wrong = browser
        .submit(&form, &[("old_password", "not-the-password"), ("new_password", "second-night")])
        .await;
    assert!(wrong.answer.status == 422 && wrong.shows("not your password"), "{}", wrong.html());
    let weak = browser.submit(&form, &[("old_password", OWNER.1), ("new_password", "short")]).await;
    assert!(weak.answer.status == 422 && weak.shows("at least 10 characters"));
    let tokens = app.send(STANDARD.token(&[("grant_type", "client_credentials")])).await;
    assert_eq!(tokens.status, 200);
    // A link from before is void afterwards.
    forget(&mut Browser::new(&app), OWNER.0).await;
    let changed = browser
        .submit_and_follow(&form, &[("old_password", OWNER.1), ("new_password", "second-night")])
        .await;
    assert!(changed.shows("The password is changed"), "{}", changed.html());
    assert_eq!(other.open("/dashboard/account").await.answer.status, 302, "signed out");
    assert_eq!(other.open(&link_to(&app, OWNER.0)).await.answer.status, 410);
    assert_eq!(try_in(&app, (OWNER.0, "second-night")).await.answer.status, 303);

    let form = browser.open("/dashboard/account").await.only("/dashboard/account/sign-out-everywhere");
    let out = browser.submit_and_follow(&form, &[]).await;
    assert!(out.shows("You are signed out everywhere"), "{}", out.html());
    assert_eq!(browser.open("/dashboard/account").await.answer.status, 302);
}

#[tokio::test]
async fn the_suspended_are_sent_nothing() {
    let app = TestApp::new().await;
    Administrator::of(&app).done("POST", "accounts/owner@example.com/suspend", serde_json::Value::Null).await;
    forget(&mut Browser::new(&app), OWNER.0).await;
    register(&mut Browser::new(&app), OWNER).await;
    assert!(mails(&app, OWNER.0).is_empty());
}

/// A team's invitation is mailed; who has no account makes one by it, and stands before the invitation then.
#[tokio::test]
async fn a_team_invites_someone_new() {
    const TEAM: &str = "/dashboard/teams/5001";
    let app = TestApp::setup().registration(Registration::Invitation).start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    let invite = owner.open(TEAM).await.only(&format!("{TEAM}/invite"));
    let typed = [("email", NEW.0), ("role", "developer")];
    let shown = owner.submit(&invite, &typed).await;
    assert!(shown.shows("We wrote to") && !shown.html().contains("register"), "{}", shown.html());
    let twice = owner.submit_and_follow(&invite, &typed).await;
    assert!(twice.shows("sent twice, and taken once"), "{}", twice.html());
    let [mail] = &mails(&app, NEW.0)[..] else { panic!("one mail") };
    // Nothing that whoever invites chose, whom nobody there knows.
    for theirs in [OWNER.0, "Dana", "Night Ferry"] {
        assert!(!mail.letter.text.contains(theirs), "{}", mail.letter.text);
    }

    let mut browser = Browser::new(&app);
    let page = browser.open(&link_to(&app, NEW.0)).await;
    let invitation = browser.submit_and_follow(&page, &[("name", "Nia New"), ("password", NEW.1)]).await;
    assert!(invitation.shows("invites you to be a developer"), "{}", invitation.html());
    let joined = browser.submit_and_follow(&invitation.only(&invitation_of(&invitation)), &[]).await;
    assert!(joined.shows("You are a member now"), "{}", joined.html());
}

/// Path of the form that accepts.
fn invitation_of(page: &Page) -> String {
    let from = page.html().find("/dashboard/invitations/").unwrap();
    page.html()[from..].split('"').next().unwrap().to_owned()
}

/// Who has an account, or can make none, is led to the invitation itself. Nobody's mailbox is filled.
#[tokio::test]
async fn a_team_invites_someone_known() {
    const TEAM: &str = "/dashboard/teams/5001";
    let app = TestApp::setup().registration(Registration::Closed).start().await;
    let (mut owner, _) = signed_in(&app, OWNER).await;
    for email in ["critic@example.com", NEW.0] {
        for sent in 1..=5 {
            let invite = owner.open(TEAM).await.only(&format!("{TEAM}/invite"));
            let shown = owner.submit(&invite, &[("email", email), ("role", "viewer")]).await;
            assert_eq!(shown.shows("We wrote to"), sent <= 4, "{sent}: {}", shown.html());
            assert!(shown.html().contains("shown-link"), "the link is there in any case");
            let invite = owner.open(TEAM).await.only(&format!("{TEAM}/invite"));
            let again = owner.submit(&invite, &[("email", email), ("role", "owner")]).await;
            assert!(
                again.answer.status == 422 && again.shows("They are invited already"),
                "{}",
                again.html()
            );
            let withdraw = again.only(&format!("{TEAM}/withdraw-invitation"));
            owner.submit_and_follow(&withdraw, &[]).await;
        }
        assert_eq!(mails(&app, email).len(), 4);
        assert!(link_to(&app, email).starts_with("/dashboard/invitations/"));
    }
}
