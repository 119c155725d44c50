//! Runs of pipelines.

use clap::{Args, Subcommand};

use super::Common;

#[derive(Debug, Args)]
pub(crate) struct ActionsArguments {
    #[command(subcommand)]
    pub(crate) command: ActionsCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActionsCommand {
    /// List the actions of the project, the newest first
    #[command(after_long_help = "Example:\n  pipehook actions list")]
    List,
}
