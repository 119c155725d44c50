//! Who is logged in where.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Common;
use crate::api::Address;

/// Log in to a deployment, and keep a token for it
///
/// It asks for the password on the terminal, and keeps a personal access token, which it makes with it.
///
/// The token is in the file `pipehook/deployments.json` of your configuration directory, which only you can read. The
/// password is not kept. A token is valid for 90 days; log in again before then, and the old one is revoked.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  Log in to a deployment:
    pipehook login https://hooks.example.com --email ann@example.com

  Log in to a second one, and ask it by name:
    pipehook login https://staging.example.com --name staging
    pipehook hooks list --deployment staging

  Keep a token that you have, on a machine without a terminal:
    pipehook login https://hooks.example.com --with-token <token-file")]
pub(crate) struct LoginArguments {
    /// Address of the deployment [default: that of the deployment in use]
    pub(crate) address: Option<Address>,

    /// Call the deployment this [default: the host of its address]
    #[arg(long, value_parser = parse_name)]
    pub(crate) name: Option<String>,

    /// Log in with this e-mail address [default: asked for]
    #[arg(long)]
    pub(crate) email: Option<String>,

    /// Read the password from this file instead of the terminal; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Read a token from the standard input and keep it, instead of making one
    #[arg(long, conflicts_with_all = ["email", "password_file"])]
    pub(crate) with_token: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

/// Forget a deployment, and revoke the token that the login made
///
/// A token that you brought yourself stays valid.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  pipehook logout
  pipehook logout --deployment staging")]
pub(crate) struct LogoutArguments {
    /// Forget the deployment, even if its token cannot be revoked now
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  pipehook whoami
  pipehook whoami --json")]
pub(crate) struct WhoamiArguments {
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct DeploymentsArguments {
    #[command(subcommand)]
    pub(crate) command: DeploymentsCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeploymentsCommand {
    /// List the deployments that are known here
    #[command(after_long_help = "Example:\n  pipehook deployments list")]
    List,
    /// Ask this deployment from now on
    #[command(after_long_help = "Example:\n  pipehook deployments use staging")]
    Use {
        /// Its name
        name: String,
    },
}

/// A name is typed in a shell and shown in a table.
fn parse_name(text: &str) -> Result<String, String> {
    let is_plain = text.chars().all(|char| char.is_ascii_alphanumeric() || ".:_-[]".contains(char));
    if text.is_empty() || text.len() > 100 || !is_plain || text.starts_with('-') {
        return Err("must have 1 to 100 letters, digits or any of . : _ -, and not begin with -".to_owned());
    }
    Ok(text.to_owned())
}
