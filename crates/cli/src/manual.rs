//! `stagedoor manual`: man pages, made from what `--help` says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::failure::Failure;

/// Write man pages, one for each command
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor manual --dir /usr/local/share/man/man1
  stagedoor manual --dir man && man man/stagedoor-token.1")]
pub(crate) struct Arguments {
    /// Folder to write to, which is made where there is none
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
}

/// Overwrites what is there: packages are made again and again.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut command = crate::Arguments::command().disable_help_subcommand(true);
    command.build();
    let folder = &arguments.dir;
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    Ok(write(&command, None, folder)?)
}

fn write(command: &Command, parent: Option<&Command>, folder: &Path) -> anyhow::Result<()> {
    let path = folder.join(format!("{}.1", name(command)));
    let page = page(command, parent)?;
    fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))?;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        write(subcommand, Some(command), folder)?;
    }
    Ok(())
}

fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command, parent: Option<&Command>) -> io::Result<Vec<u8>> {
    let source = concat!("stagedoor ", env!("CARGO_PKG_VERSION"));
    let man =
        Man::new(command.clone()).title(name(command).to_uppercase()).source(source).manual("Stagedoor");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    sections(&after).to_writer(&mut page)?;
    if let Some(parent) = parent {
        let mut roff = Roff::new();
        roff.control("SH", ["SEE ALSO"]).text([bold(name(parent)), roman("(1)")]);
        roff.to_writer(&mut page)?;
    }
    Ok(page)
}

/// What stands behind the options: `Examples:` and the like become sections whose lines stay as they are; text between
/// them becomes notes.
fn sections(after: &str) -> Roff {
    let (mut roff, mut notes) = (Roff::new(), Vec::new());
    for block in after.split("\n\n") {
        let headed = block.split_once('\n').and_then(|(first, rest)| Some((first.strip_suffix(':')?, rest)));
        match headed {
            Some((heading, lines)) => {
                roff.control("SH", [heading.to_uppercase().as_str()]).control("nf", []);
                for line in lines.lines() {
                    roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
                }
                roff.control("fi", []);
            }
            None => notes.push(block),
        }
    }
    notes.retain(|note| !note.is_empty());
    for (at, note) in notes.iter().enumerate() {
        if at == 0 {
            roff.control("SH", ["NOTES"]);
        } else {
            roff.control("PP", []);
        }
        roff.text([roman(note.replace('\n', " "))]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keep_their_lines() {
        let after =
            "Examples:\n  stagedoor x   does\n  .y\n\nOne\nnote.\n\nExit codes:\n  0  done\n\nAnother.";
        let text = sections(after).to_roff();
        let expected = ".SH EXAMPLES\n.nf\nstagedoor x   does\n\\&.y\n.fi\n.SH \"EXIT CODES\"\n.nf\n0  done\n.fi\n.SH NOTES\n\
                        One note.\n.PP\nAnother.\n";
        assert_eq!(text, expected);
        assert_eq!(sections("").to_roff(), "");
    }
}
