//! The terminal, where there is one: questions, and signs of life while somebody waits.

use std::fs::File;
use std::future::Future;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use stagedoor_wire::Secret;

use crate::failure::Failure;

/// Whoever waits longer than this is told for what.
const PATIENCE: Duration = Duration::from_secs(1);
/// One turn of the spinner.
const TURN: Duration = Duration::from_millis(120);

/// Whether a person reads stdout.
pub(crate) fn is_read() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person follows stderr.
pub(crate) fn is_followed() -> bool {
    io::stderr().is_terminal()
}

/// Whether a person can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && is_followed()
}

/// Whether stdout may be coloured (no-color.org).
pub(crate) fn is_coloured() -> bool {
    let asked_not_to = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    is_read() && !asked_not_to && !dumb
}

/// Writes to stdout. Whoever read it and has gone ends this process, as a signal would.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(128 + 13),
        written => Ok(written?),
    }
}

/// Asks for a line. Empty where the person just pressed Enter.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    eprint!("{question}: ");
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        eprintln!();
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim().to_owned())
}

/// Asks for a line that is not shown.
pub(crate) fn ask_secret(question: &str) -> io::Result<Secret> {
    let silent = Silent::begin()?;
    eprint!("{question} (not shown): ");
    let typed = silent.line();
    drop(silent);
    eprintln!();
    typed
}

/// A terminal that shows nothing, until dropped. It hands over Ctrl-C as a byte: a process that ends while the terminal is
/// silent leaves it so.
struct Silent {
    terminal: File,
    before: Termios,
}

impl Silent {
    fn begin() -> io::Result<Self> {
        let terminal = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let before = tcgetattr(&terminal)?;
        let mut now = before.clone();
        now.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        tcsetattr(&terminal, OptionalActions::Flush, &now)?;
        Ok(Self { terminal, before })
    }

    fn line(&self) -> io::Result<Secret> {
        // Large enough never to move, which would leave a copy behind.
        let mut line = String::with_capacity(4096);
        let mut typed = Vec::with_capacity(4);
        loop {
            let mut byte = [0];
            if (&self.terminal).read(&mut byte)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match byte[0] {
                b'\r' | b'\n' => return Ok(Secret::new(line.trim())),
                0x03 | 0x04 => return Err(io::ErrorKind::Interrupted.into()),
                0x08 | 0x7f => drop(line.pop()),
                0x15 => line.clear(),
                byte => typed.push(byte),
            }
            if let Ok(text) = str::from_utf8(&typed) {
                line.push_str(text);
                typed.clear();
            }
        }
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Does `work`; a person who waits longer than a second sees `what` is done.
pub(crate) async fn during<T>(what: &str, work: impl Future<Output = T>) -> T {
    during_or(async || format!("{what} …"), work).await
}

/// Does `work`; a person who waits longer than a second sees what is said of it from moment to moment.
pub(crate) async fn during_or<T>(say: impl AsyncFn() -> String, work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    if !is_followed() {
        return work.await;
    }
    if let Ok(done) = tokio::time::timeout(PATIENCE, &mut work).await {
        return done;
    }
    let mut signs = ['|', '/', '-', '\\'].into_iter().cycle();
    loop {
        overwrite(&format!("{} {}", signs.next().unwrap_or('|'), harmless(&say().await)));
        if let Ok(done) = tokio::time::timeout(TURN, &mut work).await {
            overwrite("");
            return done;
        }
    }
}

/// Puts `text` in the place of the line, as much of it as fits: a second line would stay.
fn overwrite(text: &str) {
    let mut stderr = io::stderr().lock();
    let columns = tcgetwinsize(&stderr).map_or(80, |size| usize::from(size.ws_col).max(20));
    let text: String = text.chars().take(columns - 1).collect();
    let _ = write!(stderr, "\r\x1b[K{text}");
    let _ = stderr.flush();
}

/// What somebody else wrote, made fit for a terminal: no control characters, which could move its cursor or set its title,
/// and none that change the order a line is read in.
pub(crate) fn harmless(text: &str) -> String {
    let is_harmful = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_bidi_control(c);
    text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

/// The same on one line: what somebody else wrote must not look like a line of our own.
pub(crate) fn harmless_line(text: &str) -> String {
    harmless(text).replace(['\n', '\t'], " ")
}

/// UAX #9 §2.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        assert_eq!(harmless("a\n\tb\u{1b}[2J\u{9b}1m\r"), "a\n\tb\u{fffd}[2J\u{fffd}1m\u{fffd}");
        assert_eq!(harmless_line("a\nb\u{202e}c\u{2066}"), "a b\u{fffd}c\u{fffd}");
    }
}
