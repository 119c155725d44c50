//! Calls of hooks.

use clap::{Args, Subcommand};

use super::Common;

#[derive(Debug, Args)]
pub(crate) struct RequestsArguments {
    #[command(subcommand)]
    pub(crate) command: RequestsCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RequestsCommand {
    /// List the calls of the project, the newest first
    #[command(after_long_help = "Example:\n  pipehook requests list")]
    List,
}
