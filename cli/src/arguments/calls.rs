//! Calls that go out from this machine: those that are forwarded, and samples.

use clap::Args;

use super::Common;

#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook listen \"deploy the shop\" --forward-to http://127.0.0.1:8080/hook")]
pub(crate) struct ListenArguments {
    /// The name or the id of the hook
    pub(crate) hook: String,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  pipehook send \"deploy the shop\" --provider github")]
pub(crate) struct SendArguments {
    /// The name or the id of the hook
    pub(crate) hook: String,

    #[command(flatten)]
    pub(crate) common: Common,
}
