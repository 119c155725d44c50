//! docs/cli.md, made from the same source as `--help`.

use std::fmt::Write as _;

use clap::{Arg, Args as _, Command, CommandFactory as _};

use crate::arguments::{Arguments, Common};

const INTRODUCTION: &str = "\
# The command line

`pipehook` is one program for people and for scripts. It knows Pipehook's API only. This page is made from the program:
`cargo run -p cli -- reference >docs/cli.md` writes it. [worker.md](worker.md) says how `pipehook worker` works.

Install it from a release's `pipehook-cli-<version>-linux-<architecture>.tar.gz`, or with `cargo install --path cli --locked`.

```sh
pipehook login https://hooks.example.com
pipehook hooks create --provider github --name \"deploy the shop\" --pipeline 4562697418899456
pipehook hooks list
```

A login keeps a personal access token in `$XDG_CONFIG_HOME/pipehook/deployments.json` (`~/.config` if that is not set),
which only you can read. `pipehook logout` revokes it. `PIPEHOOK_URL` with `PIPEHOOK_TOKEN` or `PIPEHOOK_TOKEN_FILE` take
the place of the login. The token of a login is sent to the address of that login alone.

Tables are for people: they fit into the terminal, and have colours there unless `NO_COLOR` is set. `--json` prints the
objects of [the API](api.md) as they are, one document for each command: a list is an array.
[cli.schema.json](cli.schema.json) has a JSON Schema for each command. Errors go to the standard error output; with `--json`
as `{\"error\": {\"message\": …, \"status\": …, \"hint\": …}}`, where `status` is what the API answered, or null.

No secret is an argument, because everyone on a machine can read the arguments of its programs. Secrets come from the
terminal, a file, the standard input (`-`) or the environment.

";

const SHARED: &str = "All commands but `worker` and `completions` also take:";

pub(super) fn markdown() -> String {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let mut text = INTRODUCTION.to_owned();
    if let Some(statuses) = command.get_after_help() {
        let _ = writeln!(text, "```text\n{statuses}\n```\n");
    }
    let _ = writeln!(text, "{SHARED}\n\n| | |\n|---|---|");
    for argument in Common::augment_args(Command::new("shared")).get_arguments() {
        let _ = writeln!(text, "| `{}` | {} |", spelt(argument), described(argument));
    }
    text.push('\n');
    let mut leaves = Vec::new();
    collect(&command, "", &mut leaves);
    let _ = writeln!(text, "| command | |\n|---|---|");
    for (name, leaf) in &leaves {
        let about = leaf.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "| [`{name}`](#{}) | {} |", name.replace(' ', "-"), escaped(&about));
    }
    for (name, leaf) in &leaves {
        section(&mut text, name, leaf);
    }
    text
}

/// The commands that have none below them.
fn collect<'a>(command: &'a Command, parent: &str, leaves: &mut Vec<(String, &'a Command)>) {
    let name =
        if parent.is_empty() { command.get_name().to_owned() } else { format!("{parent} {}", command.get_name()) };
    let mut below = command.get_subcommands().filter(|below| !below.is_hide_set()).peekable();
    if below.peek().is_none() {
        leaves.push((name, command));
        return;
    }
    for command in below {
        collect(command, &name, leaves);
    }
}

fn section(text: &mut String, name: &str, command: &Command) {
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let _ = writeln!(text, "\n## `{name}`\n\n{}\n\n```text\n{usage}\n```", sentence(&about));
    let arguments: Vec<_> = command.get_arguments().filter(|argument| !is_common(argument)).collect();
    if !arguments.is_empty() {
        let _ = writeln!(text, "\n| | |\n|---|---|");
    }
    for argument in arguments {
        let _ = writeln!(text, "| `{}` | {} |", spelt(argument), described(argument));
    }
    if let Some(examples) = command.get_after_long_help() {
        let _ = writeln!(text, "\n```text\n{}\n```", examples.to_string().trim());
    }
}

/// What every command has, or all that ask the API.
fn is_common(argument: &Arg) -> bool {
    let is_shared = argument.get_help_heading().is_some_and(|heading| Common::HEADINGS.contains(&heading));
    is_shared || argument.is_hide_set() || ["help", "version"].contains(&argument.get_id().as_str())
}

fn spelt(argument: &Arg) -> String {
    let values: Vec<_> = argument.get_value_names().into_iter().flatten().map(|name| format!("<{name}>")).collect();
    let values = if argument.get_action().takes_values() { values.join(" ") } else { String::new() };
    match argument.get_long() {
        Some(long) => format!("--{long} {values}").trim().to_owned(),
        None => values,
    }
}

fn described(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = escaped(&help.split_whitespace().collect::<Vec<_>>().join(" "));
    let is_flag = !argument.get_action().takes_values();
    let values: Vec<_> = argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if !is_flag && !values.is_empty() && values.len() != 2 || values.iter().any(|value| value == "`report`") {
        let _ = write!(text, ": {}", values.join(", "));
    }
    let defaults = argument.get_default_values();
    if !is_flag && let [default] = defaults {
        let _ = write!(text, " [default: {}]", default.to_string_lossy());
    }
    if let Some(variable) = argument.get_env() {
        let _ = write!(text, " (`{}`)", variable.to_string_lossy());
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

/// The first line is one, as in a list of commands.
fn sentence(text: &str) -> String {
    let (first, rest) = text.split_once('\n').map_or((text, ""), |(first, rest)| (first, rest));
    let dot = if first.ends_with('.') { "" } else { "." };
    let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
    format!("{first}{dot}{rest}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value as Json;

    use super::*;

    /// The commands with `--json`, as they are typed.
    fn commands() -> Vec<String> {
        let mut command = Arguments::command().disable_help_subcommand(true);
        command.build();
        let mut leaves = Vec::new();
        collect(&command, "", &mut leaves);
        leaves.retain(|(_, leaf)| leaf.get_arguments().any(|argument| argument.get_long() == Some("json")));
        leaves.into_iter().map(|(name, _)| name.replacen("pipehook ", "", 1)).collect()
    }

    /// tests/client holds what each command prints against its schema, and fails for a schema that nothing was held against.
    #[test]
    fn every_command_with_json_has_a_schema() {
        let schemas: Json = serde_json::from_str(include_str!("../../../docs/cli.schema.json")).unwrap();
        let schemas: BTreeMap<_, _> = schemas["$defs"].as_object().unwrap().iter().collect();
        let commands = commands();

        assert!(commands.len() > 30, "{commands:?}");
        for command in &commands {
            assert!(schemas.contains_key(command), "{command} has no schema in docs/cli.schema.json");
        }
        let is_command = |name: &str| {
            let mut of = commands.iter().filter_map(|command| name.strip_prefix(command.as_str()));
            of.any(|more| more.is_empty() || more.starts_with(' '))
        };
        for name in schemas.keys() {
            assert!(*name == "error" || is_command(name), "{name} is not a command");
        }
    }
}
