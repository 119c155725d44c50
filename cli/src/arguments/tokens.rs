//! Tokens of users and projects.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Common;

#[derive(Debug, Args)]
pub(crate) struct TokensArguments {
    #[command(subcommand)]
    pub(crate) command: TokensCommand,

    /// Tokens of the project, instead of your own
    #[arg(long, global = true)]
    pub(crate) project: bool,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// List the tokens, the newest first
    #[command(after_long_help = "Examples:\n  pipehook tokens list\n  pipehook tokens list --project --json")]
    List,
    Create(CreateToken),
    /// Show a token without its text
    #[command(after_long_help = "Example:\n  pipehook tokens show ed93c125-301b-4ac6-a9ee-d12f9e525607")]
    Show {
        /// The id of the token
        id: String,
    },
    Rotate(RotateToken),
    /// End a token at once
    #[command(after_long_help = "Example:\n  pipehook tokens revoke --project ed93c125-301b-4ac6-a9ee-d12f9e525607")]
    Revoke {
        /// The id of the token
        id: String,
        #[command(flatten)]
        again: LoginAgain,
    },
}

/// Create a token for a program, and show it once
///
/// Only a user can create a token, and not a token: so the command asks for your password, and logs out again.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  A worker's token, which can do nothing else:
    pipehook tokens create --project --role report \"the worker in the cellar\"

  One of your own, written to a file that only you can read:
    pipehook tokens create \"my laptop\" --to ~/.pipehook-token")]
pub(crate) struct CreateToken {
    /// What it is for, in 3 to 255 characters
    pub(crate) name: String,

    /// What a token of the project reaches [default: report]
    #[arg(long)]
    pub(crate) role: Option<Role>,

    #[command(flatten)]
    pub(crate) text: NewText,
}

/// Give a token a new text, and show it once; the old text is refused at once
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook tokens rotate ed93c125-301b-4ac6-a9ee-d12f9e525607 --to token")]
pub(crate) struct RotateToken {
    /// The id of the token
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) text: NewText,
}

// The text of a token, which is shown once.
#[derive(Debug, Args)]
pub(crate) struct NewText {
    /// When it expires, such as 2027-02-28T00:00:00Z [default: in 90 days]
    #[arg(long, value_name = "TIME")]
    pub(crate) expires_at: Option<String>,

    /// Write the token to this file, which only you can read, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) again: LoginAgain,
}

// How to log in for one command.
#[derive(Debug, Args)]
pub(crate) struct LoginAgain {
    /// Log in with this e-mail address [default: that of the login]
    #[arg(long)]
    pub(crate) email: Option<String>,

    /// Read the password from this file instead of the terminal; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// All of the project
    All,
    /// Claims actions and reports on them: for workers
    Report,
}

impl Role {
    /// As `role_id` of the API.
    pub(crate) const fn id(self) -> u8 {
        match self {
            Self::All => 1,
            Self::Report => 2,
        }
    }
}
