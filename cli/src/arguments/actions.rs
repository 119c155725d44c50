//! `pipehook actions …`

use clap::{Args, Subcommand};

use super::{Common, Resource};

#[derive(Debug, Args)]
pub(crate) struct ActionsArguments {
    #[command(subcommand)]
    pub(crate) command: ActionsCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActionsCommand {
    /// List actions, the newest first
    List(Box<ListActions>),
    /// Show an action with its steps
    #[command(after_long_help = "Example:\n  pipehook actions show 118154088468133")]
    Show(ActionArgument),
    /// Follow an action to its end
    Watch(WatchAction),
    /// Run an action again that has ended
    Retry(RetryAction),
    /// Cancel an action: one that has not begun ends at once, and the worker of another is told to stop
    #[command(after_long_help = "Example:\n  pipehook actions cancel 118154088468133")]
    Cancel(ActionArgument),
    /// Show what the steps of an action have printed
    Logs(ActionLogs),
}

#[derive(Debug, Args)]
pub(crate) struct ActionArgument {
    /// The id of the action
    #[arg(value_name = "ACTION")]
    pub(crate) id: u64,
}

/// Lists actions, the newest first.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook actions list --status failed --resource application/42")]
pub(crate) struct ListActions {
    /// Only actions with this status
    #[arg(long, value_name = "STATUS",
          value_parser = ["queued", "waiting", "pending", "in-progress", "completed", "failed", "skipped"])]
    pub(crate) status: Option<String>,

    /// Only actions of this pipeline
    #[arg(long, value_name = "PIPELINE", conflicts_with = "resource")]
    pub(crate) pipeline: Option<u64>,

    /// Only actions on this resource, such as application/42
    #[arg(long, value_name = "TYPE/ID")]
    pub(crate) resource: Option<Resource>,

    /// Only actions with this operation, such as deploy
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: Option<String>,

    /// At most so many actions; 0 shows all
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(crate) limit: usize,
}

/// Shows an action until it ends, whatever it waits for. The exit status says how it ended.
#[derive(Debug, Args)]
#[command(after_long_help = WATCH_EXAMPLES)]
pub(crate) struct WatchAction {
    #[command(flatten)]
    pub(crate) action: ActionArgument,

    /// Show what the steps print too
    #[arg(long)]
    pub(crate) logs: bool,
}

const WATCH_EXAMPLES: &str = "\
Examples:
  Deploy, and go on only if that went well:
    pipehook actions watch 118154088468133 && ./announce.sh

Exit status:
  0   the action is completed
  10  the action has failed
  11  the action was skipped";

/// Runs an action again that has ended, with the variables that it had and the steps that its pipeline has now.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook actions retry 118154088468133 --watch")]
pub(crate) struct RetryAction {
    #[command(flatten)]
    pub(crate) action: ActionArgument,

    /// Then follow the new action to its end
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook actions logs 118154088468133 --follow")]
pub(crate) struct ActionLogs {
    #[command(flatten)]
    pub(crate) action: ActionArgument,

    /// Only of the step with this number
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub(crate) step: Option<u8>,

    /// Show what is printed as it comes, until the action ends
    #[arg(long)]
    pub(crate) follow: bool,
}
