//! The page that makes the first administrator.

use serde_json::Value;
use stagedoor_protocol::account::NO_PASSWORD;
use stagedoor_protocol::administration::Change;
use stagedoor_protocol::id::AccountId;
use stagedoor_protocol::{Effect, setup};

use super::Administrator;
use crate::app::{Browser, Call, FAN, Page, TestApp};

const TYPED: [(&str, &str); 3] =
    [("email", "Ada@Example.com"), ("name", "Ada"), ("password", "correct horse battery")];

fn link(app: &TestApp) -> String {
    let code = setup::code(&app.rules("standard").keys, 0, app.clock.now());
    format!("/_stagedoor/setup?code={}", code.expose())
}

/// The field that `page` marks as wrong, and that its error is about.
fn wrong_field(page: &Page) -> String {
    assert_eq!(page.html().matches(r#"aria-invalid="true""#).count(), 1, "{}", page.html());
    let marked = page.html().split("<input ").find(|input| input.contains("aria-invalid")).unwrap();
    let (input, behind) = marked.split_once('>').unwrap();
    assert!(input.contains(r#"aria-describedby="error"#) && input.contains("autofocus"), "{input}");
    assert!(behind.trim_start().starts_with(r#"<p class="error" id="error" role="alert">"#), "{behind}");
    input.split('"').nth(1).unwrap().to_owned()
}

async fn submit(browser: &mut Browser<'_>, page: &Page, typed: &[(&str, &str)]) -> Page {
    let call = page.form(typed).header("origin", "null").header("sec-fetch-site", "same-origin");
    Page { answer: browser.send(call).await }
}

#[tokio::test]
async fn works_once() {
    let app = TestApp::new().await;
    let link = link(&app);
    let mut browser = Browser::new(&app);
    let page = browser.open(&link).await;
    assert_eq!(page.answer.status, 200, "{}", page.answer.shown());
    assert_eq!(page.answer.header("referrer-policy"), "no-referrer");
    let policy = page.answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self' ;"), "{policy}");
    assert!(page.action() == "/_stagedoor/setup" && !page.html().contains("<script"));

    for (field, value, why) in [
        ("email", "ada", "That is no e-mail address: write one such as ada@example.com."),
        ("name", " ", "A name has 1 to 100 characters that can be seen."),
        ("password", "short", "Choose another password: a password has at least 10 characters."),
        ("email", FAN.0, "An account has this e-mail already."),
    ] {
        let typed = TYPED.map(|(own, usual)| (own, if own == field { value } else { usual }));
        let again = submit(&mut browser, &page, &typed).await;
        assert!(again.answer.status == 400 && again.shows(why), "{}", again.answer.shown());
        assert_eq!(wrong_field(&again), field);
        assert!(!again.html().contains("correct horse"), "a password is not shown again");
    }
    let made = submit(&mut browser, &page, &TYPED).await;
    assert!(
        made.answer.status == 201 && made.shows("administers this server now"),
        "{}",
        made.answer.shown()
    );
    let admin = Administrator::of(&app);
    let account = admin.get("accounts/ada@example.com").await;
    assert_eq!(account["administrator"], true);
    let line = admin.get("audit?limit=1").await["items"][0].take();
    assert_eq!((&line["actor"], &line["origin"]), (&"ada@example.com".into(), &"setup page".into()));

    for used_up in [browser.open(&link).await, submit(&mut browser, &page, &TYPED).await] {
        assert!(
            used_up.answer.status == 410 && used_up.shows("account create"),
            "{}",
            used_up.answer.shown()
        );
    }
}

/// The socket gives the link as long as the page honours it.
#[tokio::test]
async fn printed_again() {
    let app = TestApp::new().await;
    let admin = Administrator::of(&app);
    let printed = admin.get("setup-link").await["link"].as_str().unwrap().to_owned();
    assert!(printed.starts_with("http") && printed.ends_with(&link(&app)), "{printed}");
    let mut browser = Browser::new(&app);
    let page = browser.open(&link(&app)).await;
    assert_eq!(submit(&mut browser, &page, &TYPED).await.answer.status, 201);
    let expected = (409, "administrator-exists".to_owned());
    assert_eq!(admin.refused("GET", "setup-link", Value::Null).await, expected);
}

/// One that a state file made cannot sign in: it does not use the link up, and is given its password by it.
#[tokio::test]
async fn administrator_without_a_password() {
    let app = TestApp::new().await;
    let (id, email, name) = (AccountId(9001), "ada@example.com".to_owned(), "Ada Lovelace".to_owned());
    let password_hash = NO_PASSWORD.to_owned();
    let effects = vec![
        Effect::CreateAccount { id, email, name, password_hash, at: app.clock.now() },
        Effect::Administer(Change::SetAdministrator { account: id, administrator: true }),
    ];
    app.server.store().commit(effects).await.unwrap();
    let admin = Administrator::of(&app);
    assert_eq!(admin.get("accounts/ada@example.com").await["has_password"], false);
    let mut browser = Browser::new(&app);
    let page = browser.open(&link(&app)).await;
    assert_eq!(page.answer.status, 200, "{}", page.answer.shown());
    assert_eq!(submit(&mut browser, &page, &TYPED).await.answer.status, 201);
    let account = admin.get("accounts/ada@example.com").await;
    assert_eq!((&account["id"], &account["has_password"]), (&"9001".into(), &true.into()));
    assert_eq!(account["name"], "Ada Lovelace", "the file's");
    assert_eq!(browser.open(&link(&app)).await.answer.status, 410);
}

/// Of many at once, one is the first.
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once() {
    let app = TestApp::new().await;
    let link = link(&app);
    let (mut one, mut two) = (Browser::new(&app), Browser::new(&app));
    let (page_one, page_two) = (one.open(&link).await, two.open(&link).await);
    let other = TYPED.map(|(name, value)| (name, if name == "email" { "bob@example.com" } else { value }));
    let (first, second) =
        tokio::join!(submit(&mut one, &page_one, &TYPED), submit(&mut two, &page_two, &other));
    let mut told = [first.answer.status, second.answer.status];
    told.sort_unstable();
    assert_eq!(told, [201, 410]);
    let admin = Administrator::of(&app);
    let accounts = admin.get("accounts").await;
    let administrators =
        accounts["items"].as_array().unwrap().iter().filter(|own| own["administrator"] == true);
    assert_eq!(administrators.count(), 1);
}

#[tokio::test]
async fn only_with_the_code() {
    let app = TestApp::new().await;
    let link = link(&app);
    let mut browser = Browser::new(&app);
    let cut = &link[..link.len() - 1];
    for odd in ["/_stagedoor/setup", "/_stagedoor/setup?code=", "/_stagedoor/setup?code=5.00", cut] {
        let page = browser.open(odd).await;
        assert!(page.answer.status == 403 && page.shows("not one of this server"), "{odd}");
    }
    let page = browser.open(&link).await;
    let without = page.form(&TYPED).body("form_token=x&code=5.00&email=a%40b&name=A&password=correct+horse");
    assert_eq!(browser.send(without).await.status, 403);
    assert_eq!(browser.send(Call::new("PUT", &link)).await.status, 405);
}

/// A form of another site, or of a browser that was not shown the page, makes nothing.
#[tokio::test]
async fn only_from_its_own_page() {
    let app = TestApp::new().await;
    let link = link(&app);
    let mut browser = Browser::new(&app);
    let page = browser.open(&link).await;
    let forged = [
        page.form(&TYPED).header("origin", "https://evil.example"),
        page.form(&TYPED).header("origin", "null").header("sec-fetch-site", "cross-site"),
    ];
    for call in forged {
        let answer = Page { answer: browser.send(call).await };
        assert!(answer.answer.status == 400 && answer.shows("out of date"), "{}", answer.answer.shown());
        assert!(!answer.html().contains("aria-invalid"), "no field is to blame");
    }
    let mut other = Browser::new(&app);
    let answer = submit(&mut other, &page, &TYPED).await;
    assert_eq!(answer.answer.status, 400, "no cookie");
    assert_eq!(submit(&mut browser, &page, &TYPED).await.answer.status, 201);
}
