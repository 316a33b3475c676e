//! The person's side of the device grant (RFC 8628 §3.3): type the code, compare and allow, go back to the device.

use askama::Template;

use super::{Frame, Permissions, filters, render};

/// The verification page. Its forms carry `form_token`, `user_code`, `step` = `enter_code` or `confirm`, and for the latter
/// `answer` = `allow`, `cancel` or `sign_out`.
#[derive(Template)]
#[template(path = "device.html")]
pub struct DevicePage<'a> {
    pub frame: Frame<'a>,
    /// Where the form goes.
    pub action: &'a str,
    pub form_token: &'a str,
    /// Typed before, or from `verification_uri_complete`; may be empty.
    pub user_code: &'a str,
    /// Stands at the code, e.g. "This code is not known, or no longer valid."
    pub error: Option<&'a str>,
    pub step: DeviceStep<'a>,
    /// Address of the page that ends what is allowed, where there is one.
    pub connections: Option<&'a str>,
}

/// How far the person is.
pub enum DeviceStep<'a> {
    EnterCode,
    /// The code is known; the person compares it with the device and decides.
    Confirm {
        app_name: &'a str,
        team_name: &'a str,
        /// In words: "label", "band".
        team_kind: Option<&'a str>,
        /// Whether an administrator looked at the app; if not the page says so.
        reviewed: bool,
        permissions: Permissions<'a>,
        account_email: &'a str,
    },
    Done {
        allowed: bool,
        app_name: &'a str,
    },
}

impl DevicePage<'_> {
    /// The page as HTML.
    pub fn render_page(&self) -> String {
        render(self)
    }
}
