//! The pages a person sees on the way to a token: sign in, consent, device, and what went wrong. Server-rendered, without
//! any script; each page is a struct of what it shows and a template under `templates/`.
//!
//! Nothing is decided here. Templates escape every value; what strangers chose (names, URIs) also goes through
//! [`filters::legible`] and stands in a `<bdi>`, so that it can't rearrange the words around it.

mod consent;
mod device;
pub(crate) mod filters;
mod message;
mod problem;
mod setup;
mod sign_in;
#[cfg(test)]
mod tests;

use askama::Template;

pub use consent::ConsentPage;
pub use device::{DevicePage, DeviceStep};
pub use message::MessagePage;
pub use problem::{ProblemPage, Registered, RegisteredUri};
pub use setup::{SetupError, SetupField, SetupPage};
pub use sign_in::SignInPage;

/// The one stylesheet, to be served where [`Frame::stylesheet`] points.
pub const STYLESHEET: &str = include_str!("../../templates/style.css");

/// The one script: comfort for the pages of the dashboard, all of which work without it.
pub const SCRIPT: &str = include_str!("../../templates/comfort.js");

/// Said of what is no name.
pub(crate) const WRONG_NAME: &str = "A name has 1 to 100 characters that can be seen.";

/// What surrounds every page.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The API the person is at the door of, e.g. "Spotify Web API".
    pub api_title: &'a str,
    /// URL of the stylesheet.
    pub stylesheet: &'a str,
}

/// One thing that an app may do.
#[derive(Clone, Copy)]
pub struct Permission<'a> {
    /// In plain words: "Read your playlists".
    pub says: &'a str,
    /// The scope or scopes behind it, as the API spells them; may be empty.
    pub scope: &'a str,
}

/// What an app may do once it is allowed.
#[derive(Clone)]
pub struct Permissions<'a> {
    pub list: Vec<Permission<'a>>,
    /// Whether that is all. If not, the page does not say so.
    pub complete: bool,
}

/// The page as HTML. A template can only fail if a value's `Display` does; then a plain sentence is shown.
fn render(page: &impl Template) -> String {
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "page not rendered");
        "This page can't be shown right now. Please go back and try again.".to_owned()
    })
}
