//! A page that only says something: signed out, too many attempts.

use askama::Template;

use super::{Frame, render};

/// A heading and a sentence.
#[derive(Template)]
#[template(path = "message.html")]
pub struct MessagePage<'a> {
    pub frame: Frame<'a>,
    pub title: &'a str,
    pub text: &'a str,
}

impl MessagePage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
