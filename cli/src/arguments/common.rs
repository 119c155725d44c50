//! What every command that asks the API takes: which deployment, and how to print its answer.

use std::path::PathBuf;

use clap::Args;

use crate::api::Address;

// Clap would show a doc comment as that of the command. The arguments stand under headings of their own.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Common {
    /// Ask this deployment, by the name that it got at the login, with the token of that login
    #[arg(long, env = "PIPEHOOK_DEPLOYMENT", value_name = "NAME", global = true, help_heading = "Deployment")]
    pub(crate) deployment: Option<String>,

    /// Ask the API at this address, if no deployment is named
    #[arg(long, env = "PIPEHOOK_URL", value_name = "URL", global = true, help_heading = "Deployment")]
    pub(crate) url: Option<Address>,

    /// Read the token from this file, instead of PIPEHOOK_TOKEN or the login
    #[arg(long, env = "PIPEHOOK_TOKEN_FILE", value_name = "FILE", global = true, help_heading = "Deployment")]
    pub(crate) token_file: Option<PathBuf>,

    /// Print the objects of the API as JSON; errors too
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
}

impl Common {
    /// The headings, which no other arguments have.
    pub(crate) const HEADINGS: [&str; 2] = ["Deployment", "Output"];
}
