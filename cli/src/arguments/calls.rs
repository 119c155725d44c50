//! Calls that go out from this machine: those that are forwarded, and samples.

use std::path::PathBuf;

use clap::Args;

use super::Common;
use crate::calls::Target;

/// Shows the calls of a hook as they come, and sends each one to a server of yours.
///
/// The server gets a POST with the headers and the bytes of the body as they came, the parameters of the query that the
/// hook looks at, and X-Pipehook-Request-Id in addition. It does not get what the log never keeps: other parameters, and
/// the values of headers that hold a credential, among them the signature. So the server cannot check the signature,
/// unless --sign makes a new one with the hook's secret.
///
/// Calls that Pipehook has refused are shown and never forwarded. While the server is down, the calls wait for it.
#[derive(Debug, Args)]
#[command(after_long_help = LISTEN_EXAMPLES)]
pub(crate) struct ListenArguments {
    /// The hook: its id or its name
    pub(crate) hook: String,

    /// Send the calls here: a port of this machine, `http://localhost:3000/webhooks`, or any `https://` URL
    #[arg(long, value_name = "URL")]
    pub(crate) forward_to: Option<Target>,

    /// Sign each call anew, with the secret of PIPEHOOK_SECRET or --secret-file, or ask for it
    #[arg(long, requires = "forward_to")]
    pub(crate) sign: bool,

    /// Read the secret of the hook from this file
    #[arg(long, value_name = "FILE", requires = "sign")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Begin after the call with this id, instead of with the next call
    #[arg(long, value_name = "REQUEST")]
    pub(crate) after: Option<String>,

    #[command(flatten)]
    pub(crate) common: Common,
}

const LISTEN_EXAMPLES: &str = "\
Examples:
  Show calls as they come:
    pipehook listen shop

  Forward them to port 3000 of this machine:
    pipehook listen shop --forward-to http://localhost:3000/webhooks

  Forward them with a signature that the server can check:
    PIPEHOOK_SECRET=$(cat secret) pipehook listen shop --forward-to 3000 --sign

Ctrl-C ends it, and it says how to go on from there.";

/// Sends a hook a call as its provider makes it, signed now with the hook's secret, and says what became of it.
///
/// The secret is read from PIPEHOOK_SECRET or from a file, or asked for; never from the command line, which everyone
/// on the machine can read. Where the provider signs with a private key, the secret is that key as PKCS #8 in PEM, and the
/// hook has the public key that belongs to it.
#[derive(Debug, Args)]
#[command(after_long_help = SEND_EXAMPLES)]
pub(crate) struct SendArguments {
    /// The hook: its id or its name
    pub(crate) hook: String,

    /// Whose call to send [default: the hook's own provider]
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Option<String>,

    /// The event, such as `push` [default: the event of the sample]
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,

    /// Change the call after it was signed: it must be refused
    #[arg(long)]
    pub(crate) tamper: bool,

    /// Send this body instead of the sample's; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,

    /// Read the secret of the hook from this file
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) common: Common,
}

const SEND_EXAMPLES: &str = "\
Examples:
  Send the hook what its provider sends:
    pipehook send shop

  A ping of GitHub, with the secret of a file:
    pipehook send shop --event ping --secret-file secret

  Show that a forged call is refused:
    pipehook send shop --tamper

Exit status:
  0  accepted; with --tamper: refused
  1  refused; with --tamper: accepted";
