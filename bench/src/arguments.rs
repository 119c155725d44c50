//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sample::Failure;

use crate::load::Kind;
use crate::report::Report;
use crate::warm::Effort;

const HELP: &str = "\
Examples:
  cargo run --release -p bench                          all of it, half an hour; rewrites docs/performance.md
  cargo run --release -p bench -- --quick               a first look, within two minutes; rewrites nothing
  cargo run --release -p bench -- --topic warm --json after.json
  cargo run --release -p bench -- compare before.json after.json
  cargo run --release -p bench -- peers                 beside other receivers; needs Node.js and Debian's `webhook`
  cargo run --release -p bench -- growth                what ten times as much of everything makes
  cargo bench -p bench                                  single steps, such as one signature";

/// Measures the release binaries on the stack of `local`, behind TLS as on AWS, each figure beside its floor in the same
/// run. Prints one table for each topic.
///
/// Without --binaries it builds them first. docs/performance.md explains the figures.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo run --release -p bench --", after_help = HELP, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) measure: Measure,

    /// Only this topic; can be repeated, like the next two
    #[arg(long, value_enum)]
    topic: Vec<Topic>,

    /// Starts and weighs only this function, such as hook-trigger
    #[arg(long, value_name = "NAME")]
    pub(crate) function: Vec<String>,

    /// Makes only calls whose name contains this, such as "8 KB, accepted" or ignored
    #[arg(long, value_name = "TEXT")]
    call: Option<String>,

    /// Sets this variable for the functions, instead of the template's value, such as `LOG_LEVEL=error`
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) set: Vec<(String, String)>,
}

/// How much is measured, of what, and where it is written.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    /// Measures less, within two minutes
    #[arg(long)]
    pub(crate) quick: bool,

    /// Starts of each function [default: 20, or 5 with --quick]
    #[arg(long)]
    starts: Option<usize>,

    /// Turns that each function has with each kind of call [default: 7, or 3 with --quick]
    #[arg(long)]
    rounds: Option<usize>,

    /// Takes the functions' binaries from here, as cargo or cargo lambda lays them out, instead of building them
    #[arg(long, value_name = "DIR")]
    pub(crate) binaries: Option<PathBuf>,

    /// Writes every figure to this file, for `compare`
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Rewrites performance.md and its drawing here [default: docs, or nowhere when less is measured]
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes the same calls to Pipehook, to a function in Node, and to the server `webhook`
    ///
    /// It bundles what is in bench/peers with the packages of its lock file, and needs node, npm, and the program
    /// `webhook` (`apt-get install webhook`).
    Peers(Measure),
    /// Measures what more variables, conditions, bytes, hooks, logged calls and waiting actions make, up to ten times
    /// their documented limits where the product takes so many
    Growth {
        #[command(flatten)]
        measure: Measure,
        /// Measures only curves whose title contains this, such as Variables
        #[arg(long, value_name = "TEXT")]
        curve: Option<String>,
    },
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

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Arguments {
    pub(crate) fn topics(&self) -> Vec<Topic> {
        let all = Topic::value_variants().iter().copied();
        all.filter(|topic| self.topic.is_empty() || self.topic.contains(topic)).collect()
    }

    /// The kinds of calls that are wanted.
    pub(crate) fn kinds(&self) -> Result<Vec<Kind>, Failure> {
        let mut kinds = Kind::all()?;
        kinds.retain(|kind| self.call.as_ref().is_none_or(|wanted| kind.name().contains(wanted)));
        if kinds.is_empty() { Err("this kind of call is unknown".into()) } else { Ok(kinds) }
    }

    pub(crate) fn docs(&self) -> Option<PathBuf> {
        let is_whole = self.topic.is_empty() && self.function.is_empty() && self.call.is_none() && self.set.is_empty();
        self.measure.docs_of(is_whole)
    }
}

impl Measure {
    pub(crate) fn starts(&self) -> usize {
        self.starts.unwrap_or(if self.quick { 5 } else { 20 }).max(1)
    }

    /// Each of them takes ten times as long.
    pub(crate) fn throttled_starts(&self) -> usize {
        self.starts.unwrap_or(if self.quick { 1 } else { 20 }).max(1)
    }

    pub(crate) fn effort(&self) -> Effort {
        let (rounds, round_seconds) = if self.quick { (3, 0.25) } else { (7, 2.0) };
        Effort { rounds: self.rounds.unwrap_or(rounds).max(1), round_seconds }
    }

    /// Of each step of `own`.
    pub(crate) fn samples(&self) -> usize {
        if self.quick { 9 } else { 51 }
    }

    /// Writes every figure to a file, if that was asked for.
    pub(crate) fn write(&self, report: &Report) -> Result<(), Failure> {
        let Some(path) = &self.json else { return Ok(()) };
        Ok(std::fs::write(path, serde_json::to_vec_pretty(&report.record())?)?)
    }

    /// Where a run is written down: a whole one in the documents of the project.
    pub(crate) fn docs_of(&self, is_whole: bool) -> Option<PathBuf> {
        let default = || (is_whole && !self.quick).then(|| PathBuf::from(crate::binaries::ROOT).join("docs"));
        self.docs.clone().or_else(default)
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
    fn calls_are_chosen_by_a_part_of_their_name() {
        let kinds = |text| Arguments::parse_from(["bench", "--call", text]).kinds().map(|kinds| kinds.len());
        assert_eq!(kinds("8 KB, accepted").unwrap(), 2);
        assert_eq!(kinds("ignored").unwrap(), 5);
        assert!(kinds("3 KB").is_err());
    }

    #[test]
    fn a_part_of_the_curves_rewrites_nothing() {
        let docs = |line: &str| match Arguments::parse_from(line.split(' ')).command {
            Some(Command::Growth { measure, curve }) => measure.docs_of(curve.is_none()),
            other => panic!("{other:?}"),
        };
        assert!(docs("bench growth").is_some());
        assert_eq!(docs("bench growth --curve Variables"), None);
        assert_eq!(docs("bench growth --curve Variables --docs x"), Some(PathBuf::from("x")));
    }

    #[test]
    fn the_document_is_rewritten_only_by_a_whole_run_unless_asked_for() {
        let docs = |line: &str| Arguments::parse_from(line.split(' ')).docs();
        assert!(docs("bench").is_some());
        assert!(docs("bench --starts 30").is_some());
        assert_eq!(docs("bench --quick"), None);
        assert_eq!(docs("bench --topic warm"), None);
        assert_eq!(docs("bench --function hook-trigger"), None);
        assert_eq!(docs("bench --call ignored"), None);
        assert_eq!(docs("bench --quick --docs x"), Some(PathBuf::from("x")));
        let of_peers = |line: &str| match Arguments::parse_from(line.split(' ')).command {
            Some(Command::Peers(measure)) => measure.docs_of(true),
            other => panic!("{other:?}"),
        };
        assert!(of_peers("bench peers").is_some());
        assert_eq!(of_peers("bench peers --quick"), None);
    }
}
