//! The dashboard, as browsers see it.

mod accounts;
mod administration;
mod apps;
mod connections;
mod hostile;
mod new_app;
mod overtaken;
mod requests;
mod routes;
mod session;
mod settings;
mod teams;
mod try_it;
mod usage;
mod users;

use crate::app::{Browser, Page, TestApp};

pub(crate) const OWNER: (&str, &str) = ("owner@example.com", "opening-night");
pub(crate) const VIEWER: (&str, &str) = ("viewer@example.com", "opening-night");
/// A member of no team.
pub(crate) const STRANGER: (&str, &str) = ("critic@example.com", "closing-night");

/// A browser that this person is signed in with, and the page that leads to.
pub(crate) async fn signed_in<'a>(app: &'a TestApp, person: (&str, &str)) -> (Browser<'a>, Page) {
    let mut browser = Browser::new(app);
    let page = browser.open("/dashboard/sign-in").await;
    let led = browser.sign_in(&page, person).await;
    let page = browser.open(led.answer.header("location")).await;
    (browser, page)
}

impl Browser<'_> {
    /// Sends a form and goes where that leads.
    pub(crate) async fn submit_and_follow(&mut self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let sent = self.submit(page, typed).await;
        assert_eq!(sent.answer.status, 303, "{}", sent.answer.shown());
        let to = sent.answer.header("location").to_owned();
        self.open(&to).await
    }
}
