//! What went wrong with a request that can't be answered by a redirect: for the person who came, and for the developer who
//! sent them.

use askama::Template;
use stagedoor_protocol::authorize::Back;

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
    pub registered: Registered<'a>,
    /// Where the app is told of it, for who chooses to go there.
    pub back: Option<&'a Back>,
}

/// The redirect URIs the app has.
pub enum Registered<'a> {
    /// They have nothing to do with it.
    Unasked,
    Listed(Vec<RegisteredUri<'a>>),
    /// How many there are; which is not for everyone to see.
    Counted(usize),
}

impl Registered<'_> {
    fn is_asked(&self) -> bool {
        !matches!(self, Self::Unasked)
    }
}

/// One of them.
pub struct RegisteredUri<'a> {
    pub uri: &'a str,
    /// Whether any port will do beside it.
    pub any_port: bool,
}

impl ProblemPage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
