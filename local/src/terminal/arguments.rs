//! The command line.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{CommandFactory, FromArgMatches, Parser};

const SCHEME: &str = "https://";

/// Runs Pipehook on this machine: the real functions, with DynamoDB, SQS, Secrets Manager and Step Functions built in.
///
/// Everything is made from template.yaml and listens on 127.0.0.1 only. Each start makes a demo user with a pipeline,
/// starts a worker that runs the pipeline on this machine, and prints commands to try.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Arguments {
    /// Port of the API, 0 for a free one
    ///
    /// DynamoDB, SQS, Secrets Manager, Lambda and Step Functions answer on the five next ports, or on free ones when
    /// those are taken.
    #[arg(long, default_value_t = 3000)]
    pub(crate) port: u16,

    /// Keep users, hooks, keys and jobs in this directory [default: keep nothing]
    ///
    /// This keeps the tables, the generated keys, the state machines, and the messages that no consumer has deleted. An
    /// execution that runs when the stack stops does not exist after the next start. A message comes back as if it had
    /// never been received, in the queue that it was sent to, and deduplication starts again. Nothing is acknowledged
    /// before it is on the disk. The directory contains secrets, so only you can read it.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// Write the addresses and the demo user to this file as JSON, once the stack serves
    ///
    /// For programs that start the stack. The file appears complete, only you can read it, and it is removed when
    /// the stack stops.
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,

    /// Begin the URLs of hooks with this address, such as that of a tunnel, and take calls for its name
    ///
    /// Calls for any other name than those of this machine are refused: a page in a browser may have sent them.
    #[arg(long, value_name = "URL", value_parser = parse_public_url)]
    pub(crate) public_url: Option<String>,

    /// Give a parameter of template.yaml this value, such as `AllowedStateMachines=*`; may be used several times
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(crate) set: Vec<(String, String)>,

    /// Give a variable of all functions this value, such as `HOOK_COPY_MILLISECONDS=0`; may be used several times
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = parse_pair)]
    pub(crate) variables: Vec<(String, String)>,

    /// Build the functions with optimisation
    #[arg(long)]
    pub(crate) release: bool,

    /// Start no worker: actions wait until you start one yourself
    #[arg(long)]
    pub(crate) no_worker: bool,

    /// Show neither calls nor jobs, nor what the worker does
    #[arg(long)]
    pub(crate) no_tail: bool,

    /// Show every line that the functions log, not only warnings and errors
    ///
    /// Calls are always shown: one line for each call of a hook, and for each other request that is refused or
    /// fails.
    #[arg(long)]
    pub(crate) logs: bool,
}

impl Arguments {
    /// Ends the program if they are wrong, or ask for help. `command` is what somebody types to start it.
    pub(crate) fn read(command: &str) -> Self {
        let arguments = Self::command().bin_name(command).get_matches();
        Self::from_arg_matches(&arguments).unwrap_or_else(|error| error.exit())
    }

    /// The host of the public URL.
    pub(crate) fn public_host(&self) -> Option<String> {
        Some(self.public_url.as_ref()?.strip_prefix(SCHEME)?.to_owned())
    }

    /// Parameters of the template that differ from their defaults.
    pub(crate) fn parameters(&self) -> BTreeMap<String, String> {
        let url = self.public_url.iter().map(|url| ("PublicUrl".to_owned(), url.clone()));
        self.set.iter().cloned().chain(url).collect()
    }
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be a name, = and a value")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What the template allows for its parameter `PublicUrl`.
fn parse_public_url(text: &str) -> Result<String, String> {
    let host = text.strip_prefix(SCHEME).unwrap_or_default();
    if host.is_empty() || host.contains(['/', '?', '#']) {
        return Err("must be https:// and a host, without a path or a slash at the end".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_becomes_the_parameter_of_the_template() {
        let arguments = Arguments::try_parse_from(["local", "--public-url", "https://a.example.com"]).unwrap();

        assert_eq!(arguments.parameters(), BTreeMap::from([("PublicUrl".into(), "https://a.example.com".into())]));
        assert_eq!(arguments.public_host().as_deref(), Some("a.example.com"));
        assert!(Arguments::try_parse_from(["local"]).unwrap().parameters().is_empty());
    }

    #[test]
    fn a_parameter_and_a_variable_have_a_name_and_a_value() {
        let arguments = Arguments::try_parse_from(["local", "--parameter", "A=b=c", "--parameter", "B="]).unwrap();

        let expected = [("A", "b=c"), ("B", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(arguments.parameters(), BTreeMap::from(expected));
        let arguments = Arguments::try_parse_from(["local", "--variable", "A=b"]).unwrap();
        assert_eq!(arguments.variables, [("A".to_owned(), "b".to_owned())]);
        let error = Arguments::try_parse_from(["local", "--parameter", "A"]).unwrap_err().to_string();
        assert!(error.contains("must be a name, = and a value"), "{error}");
    }

    #[test]
    fn a_public_url_that_makes_no_hook_urls_is_refused() {
        for url in ["", "https://", "http://a.example.com", "a.example.com", "https://a.example.com/", "https://a/b"] {
            let error = Arguments::try_parse_from(["local", "--public-url", url]).unwrap_err().to_string();
            assert!(error.contains("must be https:// and a host"), "{url}: {error}");
        }
    }
}
