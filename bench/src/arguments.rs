//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::warm::Effort;

const HELP: &str = "\
Examples:
  cargo run --release -p bench                          all of it, some 20 minutes; rewrites docs/performance.md
  cargo run --release -p bench -- --quick               a first look, in two minutes; rewrites nothing
  cargo run --release -p bench -- --topic warm --json after.json
  cargo run --release -p bench -- compare before.json after.json
  cargo bench -p bench                                  single steps, such as one signature";

/// Measures the release binaries on the stack of `local`, behind TLS as on AWS, each figure beside its floor in the same
/// run. Prints one table for each topic.
///
/// Without --binaries it builds them first. What the figures mean stands in docs/performance.md.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo run --release -p bench --", after_help = HELP, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Measures less, within two minutes
    #[arg(long)]
    pub(crate) quick: bool,

    /// Starts of each function [default: 20, or 5 with --quick]
    #[arg(long)]
    starts: Option<usize>,

    /// Only this topic; may be given several times
    #[arg(long, value_enum)]
    topic: Vec<Topic>,

    /// Takes the functions' binaries from here, as cargo or cargo lambda lays them out, instead of building them
    #[arg(long, value_name = "DIR")]
    pub(crate) binaries: Option<PathBuf>,

    /// Writes every figure to this file, for `compare`
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Rewrites performance.md and performance.svg here [default: docs, or nowhere with --quick or --topic]
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Prints two runs figure by figure and marks what moved by more than the noise
    Compare {
        /// What --json wrote before
        #[arg(value_name = "A.json")]
        before: PathBuf,
        /// What --json wrote after
        #[arg(value_name = "B.json")]
        after: PathBuf,
    },
}

/// What is measured, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Topic {
    /// Starts of every function
    Cold,
    /// The same with a quarter of a core; needs root
    Throttled,
    /// Latency and processor time of a call
    Warm,
    /// A call at ever higher rates
    Ramp,
    /// Memory under load
    Memory,
    /// Requests to AWS, bytes, allocations
    Work,
    /// What is ours alone, without AWS
    Own,
    /// Binaries and zips
    Size,
}

impl Arguments {
    pub(crate) fn topics(&self) -> Vec<Topic> {
        let all = Topic::value_variants().iter().copied();
        all.filter(|topic| self.topic.is_empty() || self.topic.contains(topic)).collect()
    }

    pub(crate) fn starts(&self) -> usize {
        self.starts.unwrap_or(if self.quick { 5 } else { 20 }).max(1)
    }

    /// Each of them takes ten times as long.
    pub(crate) fn throttled_starts(&self) -> usize {
        if self.quick { 1 } else { self.starts() }
    }

    pub(crate) fn effort(&self) -> Effort {
        if self.quick { Effort { rounds: 3, round_seconds: 0.25 } } else { Effort { rounds: 7, round_seconds: 2.0 } }
    }

    /// Of each step of `own`.
    pub(crate) fn samples(&self) -> usize {
        if self.quick { 9 } else { 51 }
    }

    pub(crate) fn docs(&self) -> Option<PathBuf> {
        let is_whole = !self.quick && self.topic.is_empty();
        self.docs.clone().or_else(|| is_whole.then(|| PathBuf::from(crate::binaries::ROOT).join("docs")))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_document_is_rewritten_only_by_a_whole_run_unless_asked_for() {
        let docs = |line: &str| Arguments::parse_from(line.split(' ')).docs();
        assert!(docs("bench").is_some());
        assert!(docs("bench --starts 30").is_some());
        assert_eq!(docs("bench --quick"), None);
        assert_eq!(docs("bench --topic warm"), None);
        assert_eq!(docs("bench --quick --docs x"), Some(PathBuf::from("x")));
    }
}
