//! Consent: what an app asks for and who asks, posted with `step` = `consent`.

use askama::Template;

use super::{Frame, Permissions, filters, render};

/// The consent page: one form with `form_token`, `step` = `consent` and `answer` = `allow`, `cancel` or `sign_out`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct ConsentPage<'a> {
    pub frame: Frame<'a>,
    pub app_name: &'a str,
    pub team_name: &'a str,
    /// In words: "label", "band".
    pub team_kind: Option<&'a str>,
    /// Whether an administrator looked at the app; if not the page says so.
    pub reviewed: bool,
    pub permissions: Permissions<'a>,
    pub account_email: &'a str,
    /// Host the person goes to afterwards.
    pub destination: &'a str,
    /// Where the form goes: this page with its query.
    pub action: &'a str,
    pub form_token: &'a str,
    /// Stands above everything else, e.g. "This page was open for a while. Please choose again."
    pub notice: Option<&'a str>,
    /// Address of the page that ends what is allowed, where there is one.
    pub connections: Option<&'a str>,
}

impl ConsentPage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
