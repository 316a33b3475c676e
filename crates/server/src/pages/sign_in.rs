//! Sign in: email and password, posted with `step` = `sign_in`.

use askama::Template;

use crate::api::AccountPages;

use super::{Frame, filters, render};

/// The sign-in page: one form with `form_token`, `step` = `sign_in`, `email` and `password`.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignInPage<'a> {
    pub frame: Frame<'a>,
    /// The app that sent the person here, if one did.
    pub app_name: Option<&'a str>,
    /// Where the form goes: this page with its query.
    pub action: &'a str,
    pub form_token: &'a str,
    /// What was typed before; the cursor then starts in the password.
    pub email: &'a str,
    /// Stands at the fields, e.g. "Email and password don't match an account."
    pub error: Option<&'a str>,
    /// For whoever has no account, or forgot its password; they open beside this page, which is come back to.
    pub accounts: &'a AccountPages,
}

impl SignInPage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
