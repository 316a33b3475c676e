//! `stagedoor apply`: brings a server to the state of a file.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::Value;
use stagedoor_server::state_file::ApplyRequest;

use crate::failure::Failure;
use crate::state::State;
use crate::terminal::{self, harmless_line};

/// Bring a server to the people, teams, apps and legacy keys of a file
///
/// Without --yes it shows what would change, and changes nothing, no file either. With --yes it does all of it, or nothing,
/// and tells it on stderr; stdout has the new secrets alone. An entry says all of its row, so a list that is left out is
/// empty; what has no entry stays, unless --prune is given. `stagedoor export` writes such a file.
#[derive(clap::Args)]
#[command(after_help = "Exit codes:
  0  it is done, or there is nothing to do, or without --yes it was shown
  1  nothing was changed, and why is said
  2  wrong usage, or the file or the configuration has mistakes

Examples:
  stagedoor apply state.toml                                  look first
  stagedoor apply --yes state.toml
  stagedoor apply --yes --new-secrets state.toml > secrets    on an empty server: each app gets a secret")]
pub(crate) struct Arguments {
    /// The file; - for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Do it
    #[arg(long)]
    yes: bool,
    /// Remove apps and legacy keys that have no entry, and suspend such people
    #[arg(long)]
    prune: bool,
    /// Give each new app a secret, and print them once: a line API/CLIENT_ID SECRET each
    #[arg(long)]
    new_secrets: bool,
    /// Say it in JSON, for programs
    #[arg(long)]
    json: bool,
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "stagedoor.toml")]
    config: PathBuf,
}

/// Shows the changes, and makes them where that is asked for.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let request = ApplyRequest {
        name: arguments.file.display().to_string(),
        text: read(&arguments.file)?,
        prune: arguments.prune,
        new_secrets: arguments.new_secrets,
        commit: arguments.yes,
    };
    let place = if arguments.yes { State::to_write } else { State::to_read };
    let answer = place(&arguments.config)?.apply(&request)?;
    if arguments.json {
        return terminal::print(format!("{answer:#}\n").as_bytes());
    }
    if !arguments.yes {
        return terminal::print(text(&answer).as_bytes());
    }
    eprint!("{}", text(&answer));
    terminal::print(secrets(&answer).as_bytes())
}

fn read(file: &Path) -> Result<String, Failure> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text)?;
        return Ok(text);
    }
    Ok(std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?)
}

fn text(answer: &Value) -> String {
    let all = |name: &str| answer[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let words = |value: &Value| harmless_line(value.as_str().unwrap_or_default());
    let mut text = String::new();
    for change in all("changes") {
        let _ = writeln!(text, "{} {}", words(&change["sign"]), words(&change["what"]));
        for detail in change["details"].as_array().into_iter().flatten() {
            let _ = writeln!(text, "    {}", words(detail));
        }
    }
    for note in all("notes") {
        let _ = writeln!(text, "Note: {}", words(note));
    }
    let number = all("changes").len();
    let rows = if number == 1 { "1 change".to_owned() } else { format!("{number} changes") };
    text += &match (number, answer["applied"] == true) {
        (0, _) => "Nothing to do: everything is as the file says.\n".to_owned(),
        (_, true) => format!("Done: {rows}.\n"),
        (_, false) => format!("Nothing was changed yet: add --yes to make {rows}.\n"),
    };
    if !all("secrets").is_empty() {
        text.push_str("Secrets, which are not shown again:\n");
    }
    text
}

/// A line each: the app as `stagedoor admin` names it, and its secret.
fn secrets(answer: &Value) -> String {
    let line = |new: &Value| {
        let [api, client_id, secret] =
            ["api", "client_id", "secret"].map(|name| new[name].as_str().unwrap_or_default());
        format!("{api}/{client_id} {secret}\n")
    };
    answer["secrets"].as_array().into_iter().flatten().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Names that were stored by other ways may hold anything.
    #[test]
    fn names_write_no_lines() {
        let answer = json!({
            "applied": false,
            "changes": [{
                "sign": "~",
                "what": "team First\n- team Second",
                "details": ["acts for Second\n+ app standard x", "name\u{1b}[2J"],
            }],
            "notes": ["x\nDone: 1 change."],
            "secrets": [],
        });
        let expected = "~ team First - team Second\n    acts for Second + app standard x\n    name\u{fffd}[2J\n\
                        Note: x Done: 1 change.\nNothing was changed yet: add --yes to make 1 change.\n";
        assert_eq!(text(&answer), expected);
    }
}
