//! Every `stagedoor …` that pages and `--help` print can be typed: commands and options exist.

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::pages::{self, Page};

#[test]
fn command_lines_of_pages_can_be_typed() {
    let (mut checked, mut mistakes) = (0, Vec::new());
    for path in pages::all() {
        let page = Page::read(&path);
        let name = path.strip_prefix(pages::root()).unwrap().display().to_string();
        let blocks = joined(&page.code).into_iter().map(|(line, text)| (line, text, false));
        let spans = page.spans().into_iter().map(|(line, text)| (line, text.to_owned(), true));
        for (line, text, in_passing) in blocks.chain(spans) {
            for words in commands(&text) {
                checked += 1;
                if let Some(why) = wrong(&words, in_passing) {
                    mistakes.push(format!("{name}:{line}: {}: {why}", words.join(" ")));
                }
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    assert!(checked > 100, "only {checked} were found");
}

#[test]
fn examples_of_help_can_be_typed() {
    let mut command = crate::Arguments::command();
    command.build();
    let mut pending = vec![command];
    while let Some(command) = pending.pop() {
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = after.lines().filter_map(|line| line.strip_prefix("  "));
        for words in lines.flat_map(commands) {
            assert_eq!(wrong(&words, false), None, "{:?}: {}", command.get_display_name(), words.join(" "));
        }
        pending.extend(command.get_subcommands().cloned());
    }
}

/// What is wrong with it. In passing, or with an ellipsis, what is needed may be left out.
pub(super) fn wrong(words: &[String], in_passing: bool) -> Option<String> {
    let whole = !in_passing && words.iter().all(|word| word != "…");
    let words = words.iter().filter(|word| *word != "…");
    let error = crate::Arguments::command().try_get_matches_from(words).err()?;
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => None,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::InvalidValue
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            if !whole =>
        {
            None
        }
        // Such as SECONDS where a number has to stand.
        ErrorKind::ValueValidation if error.to_string().chars().any(char::is_uppercase) => None,
        _ => Some(error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// Lines with those they are continued by.
fn joined(code: &[(usize, String)]) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (line, text) in code {
        let (part, more) =
            text.strip_suffix('\\').map_or((text.as_str(), false), |part| (part.trim_end(), true));
        match whole.last_mut() {
            Some((_, before)) if goes_on => {
                before.push(' ');
                before.push_str(part);
            }
            _ => whole.push((*line, part.to_owned())),
        }
        goes_on = more;
    }
    whole
}

/// The commands of ours in a line of shell, as words: behind a pipe, in a substitution, under another user too.
fn commands(line: &str) -> Vec<Vec<String>> {
    if let Some((before, (inner, after))) =
        line.split_once("$(").and_then(|(before, rest)| Some((before, rest.split_once(')')?)))
    {
        return [commands(&format!("{before}…{after}")), commands(inner)].concat();
    }
    let mut found = Vec::new();
    for words in simple_commands(line) {
        let known = |word: &String| {
            // Behind `sudo -u` the user may have the same name.
            word != "stagedoor"
                && (word == "…"
                    || word.starts_with('-')
                    || word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        };
        let Some(at) = words.windows(2).position(|pair| pair[0] == "stagedoor" && known(&pair[1])) else {
            continue;
        };
        let mut words = words[at..].to_vec();
        // Within a sentence it ends with a comma.
        if let Some(last) = words.iter().position(|word| word.ends_with(',')) {
            words.truncate(last + 1);
            words[last].pop();
        }
        found.push(words);
    }
    found
}

/// Words by the shell's quoting, a list for each simple command. Redirections and comments, also such as stand two spaces apart,
/// are left out.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let (mut commands, mut words, mut word, mut quote) = (Vec::new(), Vec::new(), None::<String>, None);
    let line = line.trim().trim_start_matches("$ ");
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => {
                words.extend(word.take());
                if line[at..].starts_with("  ") {
                    break;
                }
            }
            (None, '#' | '>' | '<') if word.is_none() => break,
            (None, '|' | ';' | '&' | ')') => {
                words.extend(word.take());
                commands.push(std::mem::take(&mut words));
            }
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    commands.push(words);
    commands
}

#[test]
fn commands_are_found() {
    let cases = [
        ("stagedoor dev --listen 9000         on that port", "stagedoor dev --listen 9000"),
        ("$ stagedoor keys list > x", "stagedoor keys list"),
        (
            "pass show x | stagedoor login x --client-secret-file -",
            "stagedoor login x --client-secret-file -",
        ),
        ("curl -H \"Authorization: Bearer $(stagedoor token spotify)\" https://x", "stagedoor token spotify"),
        ("sudo -u stagedoor stagedoor check --config '/a b'", "stagedoor check --config /a b"),
        ("Next: stagedoor token me, or stagedoor status", "stagedoor token me"),
        ("stagedoor status # now", "stagedoor status"),
        ("cd stagedoor", ""),
        ("stagedoor: what it says", ""),
    ];
    for (line, expected) in cases {
        assert_eq!(
            commands(line).iter().map(|words| words.join(" ")).collect::<String>(),
            expected,
            "{line}"
        );
    }
}

#[test]
fn mistakes_are_found() {
    let is_wrong = |line: &str, in_passing| {
        let words = commands(line).remove(0);
        wrong(&words, in_passing).is_some()
    };
    assert!(is_wrong("stagedoor serve --port 80", false) && is_wrong("stagedoor server", true));
    assert!(is_wrong("stagedoor token", false) && !is_wrong("stagedoor token", true));
    assert!(!is_wrong("stagedoor token …", false));
}
