//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Runs Pipehook on this machine: the real functions, with DynamoDB, SQS and Secrets Manager built in.
///
/// Everything is made from template.yaml and listens on 127.0.0.1 only. A demo user is made at each start, and the
/// commands to try are printed.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo run --", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Port of the API, 0 for a free one
    ///
    /// DynamoDB, SQS, Secrets Manager and Lambda answer on the four next ports, or on free ones when those are taken.
    #[arg(long, default_value_t = 3000)]
    pub(crate) port: u16,

    /// Keep users, hooks, keys and jobs in this directory [default: keep nothing]
    ///
    /// Kept are the tables, the generated keys, and the messages that no consumer has deleted. A message comes back
    /// as one that was never received, in the queue it was sent to, and deduplication starts anew. The directory
    /// holds secrets: only you can read it.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// Write the addresses and the demo user to this file as JSON, once the stack serves
    ///
    /// For programs that start the stack. The file appears whole, only you can read it, and it is removed when the
    /// stack stops.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,

    /// Build the functions with optimisation
    #[arg(long)]
    pub(crate) release: bool,

    /// Do not show the jobs that land on the queue
    #[arg(long)]
    pub(crate) no_tail: bool,

    /// Show every line that the functions log, not only warnings and errors
    #[arg(long)]
    pub(crate) logs: bool,
}
