//! `--help` says what every command and every argument is.

use clap::CommandFactory;

#[test]
fn everything_has_help() {
    let mut command = crate::Arguments::command();
    command.build();
    let (mut pending, mut silent) = (vec![command], Vec::new());
    while let Some(command) = pending.pop() {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        if command.get_about().is_none() {
            silent.push(name.to_owned());
        }
        let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set());
        let unsaid = arguments.filter(|argument| argument.get_help().is_none());
        silent.extend(unsaid.map(|argument| format!("{name} {argument}")));
        pending.extend(command.get_subcommands().cloned());
    }
    assert!(silent.is_empty(), "without help:\n{}", silent.join("\n"));
}
