//! What went wrong with a request that can't be answered by a redirect: for the person who came, and for the developer who
//! sent them.

use askama::Template;

use super::{Frame, filters, render};

/// The error page of the authorization endpoint.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct ProblemPage<'a> {
    pub frame: Frame<'a>,
    pub title: &'a str,
    /// In the API's own spelling, shown verbatim: "INVALID_CLIENT: Invalid redirect URI". Empty: left out.
    pub provider_text: &'a str,
    /// What happened and what to do, in plain words.
    pub explanation: &'a str,
    /// What was sent, e.g. the redirect URI.
    pub received: Option<&'a str>,
    /// The redirect URIs the app has. Empty: left out.
    pub registered: Vec<&'a str>,
}

impl ProblemPage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
