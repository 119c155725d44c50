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
  pipehook pipelines add-step 4562697418899456 --name deploy \\
    './deploy.sh \"$PIPEHOOK_BRANCH\"'")]
    AddStep {
        /// The id of the pipeline
        id: u64,
        /// What a shell runs, in 10 to 300 characters
        #[arg(value_parser = parse_step)]
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
  pipehook pipelines create application/42 --name \"deploy the shop\" \\
    --operation deploy --step 'npm ci --no-audit' \\
    --step './deploy.sh \"$PIPEHOOK_BRANCH\"'")]
pub(crate) struct CreatePipeline {
    /// The resource that it works on, such as application/42
    pub(crate) resource: Resource,

    /// What people call it
    #[arg(long)]
    pub(crate) name: String,

    /// What it does with the resource, such as deploy
    #[arg(long)]
    pub(crate) operation: String,

    /// A step that a shell runs, in 10 to 300 characters; may be repeated, in their order
    #[arg(long = "step", value_name = "COMMAND", value_parser = parse_step)]
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
  pipehook pipelines run 4562697418899456 --variable branch=main \\
    --variable replicas:=2")]
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

/// The API refuses another one, but only once the pipeline is there without it.
fn parse_step(text: &str) -> Result<String, String> {
    if !(10..=300).contains(&text.chars().count()) {
        return Err("must have 10 to 300 characters".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::arguments::Arguments;

    #[test]
    fn a_step_that_the_api_would_refuse_leaves_no_pipeline_without_it() {
        let parse = |step: &str| {
            let create = ["pipehook", "pipelines", "create", "application/42", "--name", "it", "--operation", "deploy"];
            Arguments::try_parse_from(create.iter().chain(&["--step", step])).map_err(|error| error.to_string())
        };

        assert!(parse("./deploy.sh").is_ok());
        for step in ["echo one".to_owned(), "x".repeat(301)] {
            assert!(parse(&step).unwrap_err().contains("must have 10 to 300 characters"), "{step}");
        }
    }
}
