//! `stagedoor completions`: what a shell needs to complete our command lines.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::failure::Failure;
use crate::terminal;

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = "Examples:
  stagedoor completions bash > ~/.local/share/bash-completion/completions/stagedoor
  stagedoor completions zsh > ~/.zfunc/_stagedoor
  stagedoor completions fish > ~/.config/fish/completions/stagedoor.fish")]
pub(crate) struct Arguments {
    /// bash, elvish, fish, powershell or zsh
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::Arguments::command(), "stagedoor", &mut script);
    terminal::print(&script)
}
