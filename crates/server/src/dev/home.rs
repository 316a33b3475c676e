//! `/`: what there is to paste, for whoever did not see it printed. A page for browsers, the same text for others.

use std::fmt;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::browser;
use crate::pages::Frame;

/// What there is to paste.
pub struct Home {
    /// Where this is, without a slash at the end.
    pub url: String,
    /// The first sentence.
    pub lead: String,
    /// Who can sign in.
    pub sign_in: String,
    pub sections: Vec<Section>,
}

/// What belongs to one API.
pub struct Section {
    pub title: String,
    pub lines: Vec<Line>,
}

/// A line of it.
pub enum Line {
    /// For a shell. `says` stands before it and may be empty.
    Command {
        says: String,
        text: String,
    },
    /// For a browser.
    Link(String),
    Words(String),
}

#[derive(Template)]
#[template(path = "dev.html")]
struct DevPage<'a> {
    frame: Frame<'a>,
    home: &'a Home,
}

impl Home {
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let mut response = if browser::wants_page(headers) {
            let frame = Frame { api_title: "Stagedoor dev", stylesheet: browser::stylesheet() };
            let html = DevPage { frame, home: self }.render();
            browser::page(StatusCode::OK, html.unwrap_or_else(|_| self.to_string()), None)
        } else {
            browser::plain(StatusCode::OK, self.to_string())
        };
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
        response
    }
}

impl fmt::Display for Home {
    /// As a terminal shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.lead)?;
        for section in &self.sections {
            writeln!(f, "\n{}", section.title)?;
            for line in &section.lines {
                match line {
                    Line::Command { says, text } if says.is_empty() => writeln!(f, "  {text}")?,
                    Line::Command { says, text } => writeln!(f, "  {says}: {text}")?,
                    Line::Link(address) => writeln!(f, "  In a browser: {address}")?,
                    Line::Words(words) => writeln!(f, "  {words}")?,
                }
            }
        }
        writeln!(f, "\n{}", self.sign_in)
    }
}
