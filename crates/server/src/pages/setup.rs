//! The first administrator's account: e-mail, name and password.

use askama::Template;

use super::{Frame, filters, render};

/// The page: one form with `form_token`, `code`, `email`, `name` and `password`.
#[derive(Template)]
#[template(path = "setup.html")]
pub struct SetupPage<'a> {
    pub frame: Frame<'a>,
    /// Where the form goes: this page without its query.
    pub action: &'a str,
    pub form_token: &'a str,
    /// The code of the link; it goes along with the form.
    pub code: &'a str,
    /// What was typed before.
    pub email: &'a str,
    pub name: &'a str,
    /// Stands at the fields, e.g. "A password has at least 10 characters."
    pub error: Option<&'a str>,
}

impl SetupPage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
