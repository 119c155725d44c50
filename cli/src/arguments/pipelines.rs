//! Pipelines.

use clap::{Args, Subcommand};

use super::{Common, hooks::Resource};

#[derive(Debug, Args)]
pub(crate) struct PipelinesArguments {
    #[command(subcommand)]
    pub(crate) command: PipelinesCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PipelinesCommand {
    /// List the pipelines of a resource, the oldest first
    #[command(after_long_help = "Example:\n  pipehook pipelines list application/42")]
    List {
        /// The resource, such as application/42
        resource: Resource,
    },
    /// Create a pipeline for a resource
    Create(CreatePipeline),
    /// Show a pipeline with its steps
    #[command(after_long_help = "Example:\n  pipehook pipelines show 4562697418899456")]
    Show {
        /// The id of the pipeline
        id: u64,
    },
    /// Add a step behind the others
    #[command(after_long_help = "\
Example:
  pipehook pipelines add-step 4562697418899456 './deploy.sh \"$PIPEHOOK_BRANCH\"' --name deploy")]
    AddStep {
        /// The id of the pipeline
        id: u64,
        /// What a shell runs
        command: String,
        /// What people call it
        #[arg(long)]
        name: Option<String>,
    },
    /// Run a pipeline once
    Run(RunPipeline),
    /// Remove a pipeline with its steps
    #[command(after_long_help = "Example:\n  pipehook pipelines delete 4562697418899456 --yes")]
    Delete {
        /// The id of the pipeline
        id: u64,
        /// Do not ask first
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  pipehook pipelines create application/42 --name \"deploy the shop\" --operation deploy \\
    --step 'npm ci --no-audit' --step './deploy.sh \"$PIPEHOOK_BRANCH\"'")]
pub(crate) struct CreatePipeline {
    /// The resource that it works on, such as application/42
    pub(crate) resource: Resource,

    /// What people call it
    #[arg(long)]
    pub(crate) name: String,

    /// What it does with the resource, such as deploy
    #[arg(long)]
    pub(crate) operation: String,

    /// A step that a shell runs; may be repeated, in their order
    #[arg(long = "step", value_name = "COMMAND")]
    pub(crate) steps: Vec<String>,

    /// Only workers that ask for this label run it
    #[arg(long)]
    pub(crate) label: Option<String>,

    /// How many of its actions run at a time; 0 sets no bound
    #[arg(long, value_name = "NUMBER")]
    pub(crate) max_parallel_actions: Option<u8>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Example:
  pipehook pipelines run 4562697418899456 --variable branch=main --variable replicas:=2")]
pub(crate) struct RunPipeline {
    /// The id of the pipeline
    pub(crate) id: u64,

    /// A variable for the steps: NAME=TEXT, or NAME:=JSON; may be repeated
    #[arg(long = "variable", value_name = "NAME=TEXT")]
    pub(crate) variables: Vec<String>,

    /// What people read about the run
    #[arg(long)]
    pub(crate) comment: Option<String>,
}
