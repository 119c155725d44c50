//! The worker.

use std::{path::PathBuf, time::Duration};

use clap::Args;

use crate::api::Address;

/// Asks Pipehook's API for actions and runs their steps on this machine, one action after the other.
///
/// A worker needs no AWS credentials, only the address of the API and a project token of the scope `report`. The token
/// is read from PIPEHOOK_TOKEN or from a file, never from the command line, which everyone on the machine can read.
///
/// A step gets the job on its standard input and the job's variables as `PIPEHOOK_<NAME>`. Of the worker's environment
/// it gets nothing but PATH, HOME and what --pass-env names. All that a step starts is killed when the step ends, when it
/// takes too long, when the action is cancelled, and when the worker dies.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct WorkerArguments {
    /// Address of the API
    #[arg(long, env = "PIPEHOOK_URL", value_name = "URL")]
    pub(crate) url: Address,

    /// Read the token from this file instead of PIPEHOOK_TOKEN
    ///
    /// If the API refuses the token, the file is read again, so that a token can be replaced without a restart.
    #[arg(long, env = "PIPEHOOK_TOKEN_FILE", value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// What the worker is called in an action [default: the name of this machine]
    #[arg(long, value_parser = parse_name)]
    pub(crate) name: Option<String>,

    /// Take actions of pipelines with this label; up to five times [default: those without a label]
    #[arg(long = "label", value_name = "LABEL", value_parser = parse_label)]
    label: Vec<String>,

    /// How many actions run at the same time
    #[arg(long, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) concurrency: u8,

    /// How long one action may take: 90s, 15m, 2h
    #[arg(long, default_value = "1h", value_name = "TIME", value_parser = parse_time)]
    pub(crate) timeout: Duration,

    /// How long to wait for running actions after the first SIGTERM or Ctrl-C [default: until they end]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) drain_timeout: Option<Duration>,

    /// Stop when the standard input ends too, as at the first SIGTERM
    ///
    /// For a program that starts a worker and holds the other end of a pipe: if that program is killed, the worker
    /// stops as well.
    #[arg(long)]
    pub(crate) stop_at_end_of_input: bool,

    /// Seconds for which an action stays this worker's after its last report: 30 to 3600
    ///
    /// A worker that cannot reach the API for so long kills the action, and a worker that died is noticed after so
    /// long.
    #[arg(long, default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(30..=3600))]
    pub(crate) lease: u32,

    /// Pass this variable of the worker's environment to the steps; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) pass_env: Vec<String>,

    /// Run only this program, without a shell; may be repeated
    ///
    /// The first word of a step's command must be exactly this. A program without a slash is looked for in PATH. Its
    /// arguments are the author's to choose, so a program that runs others, such as a shell or env, allows everything.
    #[arg(long, value_name = "PROGRAM", conflicts_with = "command")]
    pub(crate) allow: Vec<String>,

    /// Run the steps as this user; the worker has to be started as root
    #[arg(long, value_name = "USER")]
    pub(crate) run_as: Option<String>,

    /// Make the working directories of actions here [default: the directory for temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,

    /// Do not repeat here what the steps print
    #[arg(long)]
    pub(crate) quiet: bool,

    /// Run this command for every action, instead of the steps of its pipeline
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  Run the steps of the project's pipelines:
    export PIPEHOOK_URL=https://hooks.example.com
    export PIPEHOOK_TOKEN_FILE=/etc/pipehook/token
    pipehook worker

  Run four actions at a time, as the user deploy, two programs and nothing else:
    pipehook worker --concurrency 4 --run-as deploy \\
      --allow /opt/deploy --allow npm

  Run one command for every job, whatever the steps say:
    pipehook worker -- ./deploy.sh --verbose

Exit status:
  0  stopped by a signal; what ran has ended
  1  could not start
  2  wrong arguments, or no token
  3  the API does not accept the token or the request
  4  stopped by a signal; what ran was killed";

impl WorkerArguments {
    /// What the API is asked for.
    pub(crate) fn labels(&self) -> Vec<String> {
        if self.label.is_empty() { vec![String::new()] } else { self.label.clone() }
    }

    /// With the program as it is found from here: steps run elsewhere.
    pub(crate) fn command(&self) -> Result<Option<Vec<String>>, String> {
        let [program, arguments @ ..] = &*self.command else { return Ok(None) };
        let mut program = program.clone();
        if program.contains('/') {
            let path = std::path::absolute(&program).map_err(|error| format!("{program}: {error}"))?;
            if !path.is_file() {
                return Err(format!("{}: is not a program", path.display()));
            }
            program = path.to_string_lossy().into_owned();
        }
        Ok(Some([&[program], arguments].concat()))
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    parse_text(text, 100).and_then(|text| if text.is_empty() { Err("must not be empty".into()) } else { Ok(text) })
}

fn parse_label(text: &str) -> Result<String, String> {
    parse_text(text, 60)
}

fn parse_text(text: &str, longest: usize) -> Result<String, String> {
    if text.chars().count() > longest || text.chars().any(char::is_control) || text.trim() != text {
        return Err(format!(
            "must have at most {longest} characters, no control characters, and no spaces at its ends"
        ));
    }
    Ok(text.to_owned())
}

/// A number of seconds, minutes or hours, such as `90`, `90s`, `15m`, `2h`.
fn parse_time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("must be a number with s, m or h, such as 90s, 15m or 2h".to_owned()),
    };
    let number = digits.parse::<u32>().ok().filter(|number| *number > 0);
    let number = number.ok_or("must be a number above zero with s, m or h, such as 90s, 15m or 2h")?;
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn worker(arguments: &[&str]) -> Result<WorkerArguments, String> {
        let arguments = ["pipehook", "worker", "--url", "https://hooks.example.com"].iter().chain(arguments);
        match Arguments::try_parse_from(arguments).map_err(|error| error.to_string())?.command {
            Command::Worker(worker) => Ok(*worker),
            Command::Client(_)
            | Command::Completions(_)
            | Command::Reference
            | Command::Supervise
            | Command::Step(_) => panic!("another command"),
        }
    }

    #[test]
    fn a_worker_needs_nothing_but_an_address() {
        let worker = worker(&[]).unwrap();

        assert_eq!((worker.concurrency, worker.lease, worker.timeout), (1, 300, Duration::from_hours(1)));
        assert_eq!(worker.labels(), [""]);
        assert_eq!(worker.command().unwrap(), None);
    }

    #[test]
    fn the_token_is_no_argument() {
        let help = Arguments::command().render_long_help().to_string();

        assert!(worker(&["--token", "secret"]).is_err());
        assert!(!help.contains("--token "), "{help}");
    }

    #[test]
    fn a_command_is_found_from_where_the_worker_was_started() {
        let command = worker(&["--", "./Cargo.toml", "--now", "a b"]).unwrap().command().unwrap().unwrap();

        let here = std::env::current_dir().unwrap().join("Cargo.toml");
        assert_eq!(command, [here.to_str().unwrap(), "--now", "a b"]);
        assert_eq!(worker(&["--", "deploy"]).unwrap().command().unwrap().unwrap(), ["deploy"]);
        assert!(worker(&["--", "./missing"]).unwrap().command().unwrap_err().ends_with("missing: is not a program"));
    }

    #[test]
    fn times_are_numbers_with_a_unit() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("15m", 900), ("2h", 7200)] {
            assert_eq!(parse_time(text), Ok(Duration::from_secs(seconds)));
        }
        for text in ["", "s", "0", "0m", "-1", "1.5h", "1d", "1 h", "99999999999"] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_the_api_would_refuse_is_refused_here() {
        for arguments in [
            ["--lease", "29"],
            ["--lease", "3601"],
            ["--concurrency", "0"],
            ["--concurrency", "65"],
            ["--name", ""],
            ["--label", "a\nb"],
            ["--name", " a"],
            ["--url", "http://hooks.example.com"],
        ] {
            assert!(worker(&arguments).is_err(), "{arguments:?}");
        }
        assert!(worker(&["--allow", "npm", "--", "./deploy.sh"]).unwrap_err().contains("cannot be used with"));
    }
}
