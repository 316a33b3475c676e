//! A person allows the app on another device (RFC 8628).

use std::time::Duration;

use stagedoor_client::exchange::{Given, TokenEndpoint};
use stagedoor_client::sign_in::DeviceFlow;

use super::App;
use crate::failure::Failure;
use crate::{terminal, when};

pub(super) async fn sign_in(
    max_wait_seconds: u32,
    app: &App,
    endpoint: &TokenEndpoint,
) -> Result<Given, Failure> {
    let title = &app.provider.dialect.title;
    let asking = DeviceFlow::begin(endpoint, &app.credential);
    let flow = terminal::during(&format!("asking {title} for a code"), asking).await?;
    eprintln!(
        "On any device, open\n  {}\nand enter\n  {}\n",
        terminal::harmless_line(flow.verification_uri()),
        terminal::harmless_line(flow.user_code())
    );
    if let Some(complete) = flow.verification_uri_complete() {
        eprintln!("or open this, which holds the code:\n  {}\n", terminal::harmless_line(complete));
    }
    let seconds = u32::try_from(flow.expires_in().as_secs()).unwrap_or(u32::MAX).min(max_wait_seconds);
    let what = format!("waiting, for {} at most; Ctrl-C gives up", when::span(seconds));
    let waiting = flow.wait(endpoint, &app.credential, Duration::from_secs(max_wait_seconds.into()));
    Ok(terminal::during(&what, waiting).await?)
}
