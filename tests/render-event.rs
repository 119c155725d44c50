//! Prints a sample event as it can be sent: with what cannot stand in its file filled in.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use clap::Parser;
use harness::events::{EventError, Samples};
use shared::telemetry::Chain;

/// Where `cargo run` serves DynamoDB and Secrets Manager, unless its ports are taken.
const USUAL: [(&str, &str); 2] = [
    ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:3001"),
    ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:3003"),
];

const HELP: &str = "\
Environment:
  AWS_ENDPOINT_URL_DYNAMODB         [default: http://127.0.0.1:3001]
  AWS_ENDPOINT_URL_SECRETS_MANAGER  [default: http://127.0.0.1:3003]
  `cargo run` prints them: paste its lines into your shell when its ports are others.

Example:
  cargo run -qp tests --bin render-event -- events/hook-trigger/github-push.json";

/// Prints an event of events/ with a fresh access token or signature where its file has a placeholder.
///
/// `cargo run` must be running: this makes the user and the hooks of events/seed.json in its stack where they are
/// missing.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo run -p tests --bin render-event --", after_help = HELP)]
struct Arguments {
    /// The event, such as events/hook-trigger/github-push.json
    event: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "error: {}", Chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), EventError> {
    let event = fs::read_to_string(&arguments.event);
    let event = event.map_err(|error| format!("cannot read {}: {error}", arguments.event.display()))?;
    let [dynamodb, secrets_manager] =
        USUAL.map(|(variable, usual)| env::var(variable).unwrap_or_else(|_| usual.to_owned()));
    let samples = Samples::seed(&dynamodb, &secrets_manager).await?;
    stdout().write_all(samples.render(&event)?.as_bytes())?;
    Ok(())
}
