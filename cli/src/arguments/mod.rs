//! The command line, one file for each group of commands.

mod actions;
mod calls;
mod common;
mod hooks;
mod login;
mod pipelines;
mod requests;
mod tokens;
mod tools;
mod when;
mod worker;

use clap::{Parser, Subcommand};

pub(crate) use self::{
    actions::{ActionLogs, ActionsArguments, ActionsCommand, ListActions},
    calls::{ListenArguments, SendArguments},
    common::Common,
    hooks::{
        CreateHook, DeleteHook, HookFields, HooksArguments, HooksCommand, ListHooks, Resource, RotateHook, TestHook,
        UpdateHook,
    },
    login::{DeploymentsArguments, DeploymentsCommand, LoginArguments, LogoutArguments, WhoamiArguments},
    pipelines::{CreatePipeline, PipelinesArguments, PipelinesCommand, RunPipeline},
    requests::{Filters, ListRequests, RequestsArguments, RequestsCommand, ResumePoint, RetryRequests, ShowRequest},
    tokens::{CreateToken, LoginAgain, NewText, Role, RotateToken, TokensArguments, TokensCommand},
    tools::{CompletionsArguments, DoctorArguments},
    worker::WorkerArguments,
};
use crate::supervisor::StepArguments;

/// Pipehook on the command line.
///
/// Log in once with `pipehook login`. Each command has examples: `pipehook hooks create --help`.
#[derive(Debug, Parser)]
#[command(name = "pipehook", version, max_term_width = 80, arg_required_else_help = true, after_help = STATUSES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Client(Box<ClientCommand>),
    /// Run the steps of pipelines on this machine
    Worker(Box<WorkerArguments>),
    /// Print the completions for a shell
    Completions(CompletionsArguments),
    /// Prints docs/cli.md
    #[command(hide = true)]
    Reference,
    /// Watches over one step; the worker starts it
    #[command(hide = true)]
    Supervise,
    /// Becomes one step; the supervisor starts it
    #[command(hide = true)]
    Step(StepArguments),
}

/// What asks the API for something, and shows its answer.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    Login(LoginArguments),
    Logout(LogoutArguments),
    /// Show who is logged in
    Whoami(WhoamiArguments),
    /// List the deployments that are known here, and choose one
    Deployments(DeploymentsArguments),
    /// Create, show, change, try and remove hooks
    Hooks(Box<HooksArguments>),
    /// List, show, follow and retry the calls of hooks
    Requests(RequestsArguments),
    /// Forward the calls of a hook to an address on this machine
    Listen(ListenArguments),
    /// Send a hook a signed sample call, as its provider would
    Send(SendArguments),
    /// Create, show, run and remove pipelines
    Pipelines(PipelinesArguments),
    /// List, show, watch and retry the runs of pipelines
    Actions(ActionsArguments),
    /// Create, list, rotate and revoke tokens for programs
    Tokens(TokensArguments),
    Doctor(DoctorArguments),
}

const STATUSES: &str = "\
Exit status:
  0    done
  1    failed
  2    wrong arguments
  3    not logged in, or the token is refused
  4    not found
  5    refused by the API, as invalid, forbidden, too many or in conflict
  6    the API cannot be reached, or cannot answer now
  10   the action that was watched has failed
  11   the action that was watched was skipped
  130  stopped by Ctrl-C
The worker has its own: pipehook worker --help.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    /// Everyone on a machine can read the arguments of its programs.
    #[test]
    fn no_secret_is_an_argument() {
        let mut commands = vec![Arguments::command()];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                let name = argument.get_long().unwrap_or_default();
                let is_secret = ["token", "secret", "password", "key"].contains(&name);
                assert!(!is_secret, "{} --{name}", command.get_name());
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }

    /// Examples are not wrapped, because a command of two lines would be another one.
    #[test]
    fn every_help_fits_into_80_columns() {
        let mut command = Arguments::command();
        command.build();
        let mut commands = vec![command];
        while let Some(mut command) = commands.pop() {
            let examples = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let helps = [command.render_help().to_string(), command.render_long_help().to_string()];
            let lines = examples.lines().chain(helps.iter().flat_map(|help| help.lines()));
            // Clap does not wrap the usage.
            let long: Vec<_> = lines.filter(|line| line.chars().count() > 80 && !line.starts_with("Usage: ")).collect();
            assert!(long.is_empty(), "{}: {long:?}", command.get_name());
            commands.extend(command.get_subcommands().filter(|below| !below.is_hide_set()).cloned());
        }
    }

    #[test]
    fn every_command_that_asks_the_api_has_examples() {
        for command in Arguments::command().get_subcommands().filter(|command| !command.is_hide_set()) {
            let leaves: Vec<_> = command.get_subcommands().filter(|leaf| leaf.get_name() != "help").collect();
            let leaves = if leaves.is_empty() { vec![command] } else { leaves };
            for leaf in leaves {
                let help = leaf.clone().render_long_help().to_string();
                assert!(help.contains("Example"), "{} {}: {help}", command.get_name(), leaf.get_name());
            }
        }
    }
}
