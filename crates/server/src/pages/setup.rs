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
    pub error: Option<SetupError<'a>>,
}

/// Why nothing was made. It stands at its field, and the cursor starts there.
#[derive(Clone, Copy)]
pub struct SetupError<'a> {
    /// None where no field is to blame.
    pub at: Option<SetupField>,
    /// Such as "A password has at least 10 characters."
    pub text: &'a str,
}

/// A field of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SetupField {
    Email,
    Name,
    Password,
}

impl SetupPage<'_> {
    /// What is wrong with `field`.
    fn wrong(&self, field: SetupField) -> Option<&str> {
        self.error.filter(|error| error.at == Some(field)).map(|error| error.text)
    }

    /// Where the cursor starts. A password has to be typed once more in any case.
    fn starts_at(&self, field: SetupField) -> bool {
        let usual = if self.email.is_empty() { SetupField::Email } else { SetupField::Password };
        self.error.and_then(|error| error.at).unwrap_or(usual) == field
    }

    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
