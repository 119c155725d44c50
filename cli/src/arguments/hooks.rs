//! Hooks.

use std::{fmt, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};

use super::Common;

#[derive(Debug, Args)]
pub(crate) struct HooksArguments {
    #[command(subcommand)]
    pub(crate) command: HooksCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HooksCommand {
    /// List the hooks of the project, the newest first
    List(ListHooks),
    Create(Box<CreateHook>),
    /// Show a hook
    #[command(after_long_help = "\
Examples:
  pipehook hooks show \"deploy the shop\"
  pipehook hooks show 33c690d6-0619-404d-9113-f2e4d067efdb --json")]
    Show {
        /// The name or the id of the hook
        hook: String,
        /// Also say how to connect its provider
        #[arg(long)]
        steps: bool,
    },
    /// Change what is given, and keep the rest
    Update(Box<UpdateHook>),
    Rotate(RotateHook),
    /// Remove a hook; its URL answers 404
    Delete(DeleteHook),
    Test(TestHook),
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  pipehook hooks list --provider github
  pipehook hooks list --resource application/42 --json | jq -r '.[].url'")]
pub(crate) struct ListHooks {
    /// Only hooks whose name contains this
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Only hooks of this provider
    #[arg(long)]
    pub(crate) provider: Option<String>,

    /// Only hooks with this action type
    #[arg(long, value_name = "TYPE")]
    pub(crate) action_type: Option<String>,

    /// Only hooks of this resource, such as application/42
    #[arg(long)]
    pub(crate) resource: Option<Resource>,

    /// Only hooks of this pipeline
    #[arg(long, value_name = "ID")]
    pub(crate) pipeline: Option<u64>,

    /// Only active hooks (true), or only the others (false)
    #[arg(long)]
    pub(crate) active: Option<bool>,

    /// At most so many; 0 is all
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    pub(crate) limit: usize,
}

/// Create a hook, and say how to connect its provider
///
/// With a provider, it asks on the terminal for what the provider needs, and prints the steps that connect it.
///
/// A secret is never an argument, which everyone on the machine could read. It comes from --secret-file, from
/// PIPEHOOK_SECRET, or from the terminal if the provider issues it; otherwise Pipehook makes one. It is shown once.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  A hook for GitHub that runs a pipeline, with a secret made by Pipehook:
    pipehook hooks create --provider github --name \"deploy the shop\" \\
      --pipeline 4562697418899456

  With the signing secret that Stripe shows you:
    pipehook hooks create --provider stripe --name payments \\
      --resource application/42 --action-type deploy --secret-file stripe-secret

  With conditions and variables, as in the documentation of the API:
    pipehook hooks create --provider gitlab --name \"deploy main\" \\
      --pipeline 4562697418899456 --from hook.json")]
pub(crate) struct CreateHook {
    /// Who calls the hook, such as github; docs/providers.md lists them
    #[arg(long)]
    pub(crate) provider: Option<String>,

    #[command(flatten)]
    pub(crate) fields: HookFields,

    /// Read the secret from this file; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Write the secret to this file, which only you can read, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_to: Option<PathBuf>,

    /// Ask for nothing on the terminal
    #[arg(long)]
    pub(crate) no_input: bool,
}

// The fields of a hook that a creation and a change both take.
#[derive(Debug, Default, Args)]
pub(crate) struct HookFields {
    /// What people call it
    #[arg(long)]
    pub(crate) name: Option<String>,

    /// Run this pipeline
    #[arg(long, value_name = "ID")]
    pub(crate) pipeline: Option<u64>,

    /// What its calls do with the resource, such as deploy [default: the operation of the pipeline]
    #[arg(long, value_name = "TYPE")]
    pub(crate) action_type: Option<String>,

    /// The resource, such as application/42 [default: that of the pipeline]
    #[arg(long)]
    pub(crate) resource: Option<Resource>,

    /// Whether it takes calls
    #[arg(long)]
    pub(crate) active: Option<bool>,

    /// Whether only the newest of its actions that wait runs
    #[arg(long)]
    pub(crate) only_latest: Option<bool>,

    /// What the provider needs besides the secret; may be repeated
    #[arg(long = "option", value_name = "NAME=TEXT")]
    pub(crate) options: Vec<String>,

    /// A secret option of the provider, such as `verify_token`, from a file; - is the standard input; may be repeated
    #[arg(long = "option-file", value_name = "NAME=FILE")]
    pub(crate) option_files: Vec<String>,

    /// Read more fields from this JSON file, such as `settings` and `trigger_when`; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  pipehook hooks update \"deploy the shop\" --active false
  pipehook hooks update \"deploy the shop\" --name \"deploy it\" --no-pipeline
  pipehook hooks update \"deploy the shop\" --from conditions.json")]
pub(crate) struct UpdateHook {
    /// The name or the id of the hook
    pub(crate) hook: String,

    #[command(flatten)]
    pub(crate) fields: HookFields,

    /// Take its pipeline away
    #[arg(long, conflicts_with = "pipeline")]
    pub(crate) no_pipeline: bool,
}

/// Give a hook a new secret, and show it once
///
/// The old one stays valid for a day, or for as long as --overlap says.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  pipehook hooks rotate \"deploy the shop\"
  pipehook hooks rotate payments --secret-file stripe-secret --overlap 3600
  pipehook hooks rotate payments --overlap 0 --secret-to new-secret")]
pub(crate) struct RotateHook {
    /// The name or the id of the hook
    pub(crate) hook: String,

    /// For how many seconds the old secret stays valid: 0 to 604800
    #[arg(long, value_name = "SECONDS")]
    pub(crate) overlap: Option<u32>,

    /// Read the new secret from this file; - is the standard input [default: PIPEHOOK_SECRET, else a new one is made]
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    /// A secret option of the provider, such as `verify_token`, from a file; - is the standard input; may be repeated
    #[arg(long = "option-file", value_name = "NAME=FILE")]
    pub(crate) option_files: Vec<String>,

    /// Write the secret to this file, which only you can read, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_to: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook hooks delete \"deploy the shop\" --yes")]
pub(crate) struct DeleteHook {
    /// The name or the id of the hook
    pub(crate) hook: String,

    /// Do not ask first
    #[arg(long)]
    pub(crate) yes: bool,
}

/// Say what a call would do, without a signature
///
/// It shows whether each condition holds, what each variable gets, and the job. Nothing runs without --send.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  With the sample of the hook's provider:
    pipehook hooks test \"deploy the shop\" --sample

  With a body of your own, and let it run:
    pipehook hooks test \"deploy the shop\" --body push.json --event push \\
      --send")]
pub(crate) struct TestHook {
    /// The name or the id of the hook
    pub(crate) hook: String,

    /// The body of the call, from this file; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,

    /// A call as the hook's provider sends it
    #[arg(long, conflicts_with = "body")]
    pub(crate) sample: bool,

    /// What the provider calls the event, such as push
    #[arg(long)]
    pub(crate) event: Option<String>,

    /// A header of the call; may be repeated
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(crate) headers: Vec<String>,

    /// Run the call
    #[arg(long)]
    pub(crate) send: bool,
}

/// What a hook or a pipeline works on, written as in the paths of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) kind: String,
    pub(crate) id: u64,
}

impl FromStr for Resource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(kind, id)| Some((kind, id.parse().ok()?)));
        match parsed {
            Some((kind, id)) if kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') => {
                Ok(Self { kind: kind.to_owned(), id })
            }
            Some(_) | None => Err("must be a type and a number, such as application/42".to_owned()),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_a_type_and_a_number() {
        let resource = Resource { kind: "ssh-key".to_owned(), id: 42 };

        assert_eq!("ssh-key/42".parse(), Ok(resource));
        for text in ["42", "application", "application/", "application/x", "../../users/1", "app?x/1", "/1/2"] {
            assert!(text.parse::<Resource>().is_err(), "{text}");
        }
    }
}
