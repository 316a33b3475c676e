//! A person allows the app in a browser; its answer is caught here, or pasted.

use std::io::{self, BufRead};
use std::process::{Command, Stdio};
use std::time::Duration;

use stagedoor_client::exchange::{Given, TokenEndpoint};
use stagedoor_client::sign_in::{CodeFlow, Listener, SignInError};
use stagedoor_wire::Secret;

use super::{App, Arguments, DEFAULT_REDIRECT_URI};
use crate::failure::{Exit, Failure};
use crate::terminal;

/// How often a person may paste something else.
const TRIES: usize = 5;

/// Gives what the provider gave, and the redirect URI that was registered for it.
pub(super) async fn sign_in(
    arguments: &Arguments,
    app: &App,
    endpoint: &TokenEndpoint,
) -> Result<(Given, String), Failure> {
    let registered = app.credential.redirect_uri.as_deref().unwrap_or(DEFAULT_REDIRECT_URI);
    eprintln!(
        "Redirect URI to register with {}, letter for letter:\n  {registered}\n",
        app.provider.dialect.title
    );
    let (flow, code) = if arguments.paste || !leads_here(registered) {
        let flow = CodeFlow::begin(&app.provider, &app.credential, registered)?;
        let code = pasted(&flow)?;
        (flow, code)
    } else {
        caught(arguments, app, registered).await?
    };
    let redeeming = flow.redeem(endpoint, &app.credential, code);
    let given = terminal::during("fetching the first token", redeeming).await?;
    Ok((given, registered.to_owned()))
}

/// Listens for the browser's answer.
async fn caught(arguments: &Arguments, app: &App, registered: &str) -> Result<(CodeFlow, Secret), Failure> {
    let listener = Listener::bind(registered).await?;
    let flow = CodeFlow::begin(&app.provider, &app.credential, listener.redirect_uri())?;
    eprintln!("Open this address and allow the app:\n  {}\n", flow.address());
    let port = listener.port();
    if has_no_display() {
        eprintln!(
            "There is no display here. Where your browser runs, first:\n  ssh -L {port}:127.0.0.1:{port} {}\nor sign in \
             with --paste, which needs no connection between the two.\n",
            this_host()
        );
    } else if !arguments.no_browser && !open(flow.address().as_str()) {
        eprintln!("No browser could be opened; please open it yourself.\n");
    }
    let waiting = listener.wait(&flow, Duration::from_secs(arguments.max_wait.into()));
    let code = terminal::during(&format!("waiting for the browser on port {port}; Ctrl-C gives up"), waiting)
        .await?;
    Ok((flow, code))
}

/// Asks for the address that the browser ended at.
fn pasted(flow: &CodeFlow) -> Result<Secret, Failure> {
    eprintln!("Open this address and allow the app:\n  {}\n", flow.address());
    eprintln!("The browser then ends at a page that may not load. Paste the whole address of that page:");
    let mut lines = io::stdin().lock().lines();
    for _ in 0..TRIES {
        let line = Secret::new(lines.next().transpose()?.ok_or_else(nothing_pasted)?);
        match flow.read_pasted(line.expose()) {
            Err(error @ (SignInError::NoAnswer | SignInError::WrongState)) if terminal::can_ask() => {
                eprintln!("stagedoor: {error}");
            }
            read => return Ok(read?),
        }
    }
    Err(nothing_pasted())
}

fn nothing_pasted() -> Failure {
    Failure::new(Exit::SignIn, "no address was pasted: begin again")
}

/// Whether an answer sent there arrives on this machine.
fn leads_here(redirect_uri: &str) -> bool {
    let host = url::Url::parse(redirect_uri).ok();
    let host = host.as_ref().filter(|url| url.scheme() == "http").and_then(url::Url::host);
    match host {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a browser opened here would be seen by nobody.
fn has_no_display() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("SSH_CONNECTION")
        || (cfg!(not(target_os = "macos")) && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
}

/// This machine as ssh finds it: the address somebody came in by, or its name.
fn this_host() -> String {
    let connection = std::env::var("SSH_CONNECTION").ok();
    let address =
        connection.as_deref().and_then(|connection| connection.split(' ').nth(2).map(str::to_owned));
    let host = address.or_else(|| Some(rustix::system::uname().nodename().to_str().ok()?.to_owned()));
    let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| "HOST".to_owned());
    match std::env::var("USER") {
        Ok(user) if !user.is_empty() => format!("{user}@{host}"),
        _ => host,
    }
}

fn open(address: &str) -> bool {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().is_ok()
}
