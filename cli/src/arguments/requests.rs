//! `pipehook requests …`

use clap::{Args, Subcommand, ValueEnum};

use super::{Common, when::When};

#[derive(Debug, Args)]
pub(crate) struct RequestsArguments {
    #[command(subcommand)]
    pub(crate) command: RequestsCommand,

    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RequestsCommand {
    /// List calls, the newest first
    List(Box<ListRequests>),
    /// Show a call: its headers, its body, its answer, and what the hook makes of it now
    Show(ShowRequest),
    /// Run a call again, or many
    Retry(Box<RetryRequests>),
}

/// Which calls.
#[derive(Debug, Args)]
pub(crate) struct Filters {
    /// Only calls of this hook: its id or its name
    #[arg(long, value_name = "HOOK")]
    pub(crate) hook: Option<String>,

    /// Only calls with this outcome, or with one of several, separated by commas
    #[arg(long, value_name = "OUTCOME", value_delimiter = ',')]
    pub(crate) outcome: Vec<Outcome>,

    /// Only calls that were answered with this status, or with one of several, separated by commas
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(200..=599))]
    pub(crate) status: Vec<u16>,

    /// Only calls of this event, such as `push`
    #[arg(long, value_name = "EVENT")]
    pub(crate) event: Option<String>,

    /// Only calls that came at this time or later: 2026-11-23T08:00:00Z, 2026-11-23, or how long ago: 15m, 2h, 3d
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<When>,

    /// Only calls that came before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<When>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Outcome {
    /// The queue has its job
    Queued,
    /// Authentic, but not run: an inactive hook, a condition, a handshake or a test
    Ignored,
    /// Not authentic
    Rejected,
    /// Authentic, but not usable
    Failed,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ignored => "ignored",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

impl Filters {
    /// Whether they mean what is meant only if the clock of this machine is right.
    pub(crate) fn need_the_clock(&self) -> bool {
        [&self.from, &self.to].into_iter().flatten().any(|when| when.is_counted)
    }

    /// As parameters of the query, for the hook with this id.
    pub(crate) fn parameters(&self, hook: Option<&str>) -> Vec<(&'static str, String)> {
        let joined = |all: Vec<String>| Some(all.join(",")).filter(|text| !text.is_empty());
        let outcomes = self.outcome.iter().map(|outcome| outcome.as_str().to_owned()).collect();
        let statuses = self.status.iter().map(u16::to_string).collect();
        let all = [
            ("filter[hook_id]", hook.map(str::to_owned)),
            ("filter[outcome]", joined(outcomes)),
            ("filter[status]", joined(statuses)),
            ("filter[event]", self.event.clone()),
            ("filter[from]", self.from.as_ref().map(ToString::to_string)),
            ("filter[to]", self.to.as_ref().map(ToString::to_string)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Lists calls, the newest first. Of refused calls, only the newest ten are among them, unless --outcome or --status asks
/// for them.
#[derive(Debug, Args)]
#[command(after_long_help = LIST_EXAMPLES)]
pub(crate) struct ListRequests {
    #[command(flatten)]
    pub(crate) filters: Filters,

    /// At most so many calls; 0 shows all
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub(crate) limit: usize,

    /// Then show calls as they come, until Ctrl-C
    #[arg(long, conflicts_with = "to")]
    pub(crate) follow: bool,

    /// Only calls that are newer than the one with this id
    #[arg(long, value_name = "REQUEST")]
    pub(crate) after: Option<String>,
}

const LIST_EXAMPLES: &str = "\
Examples:
  What went wrong today:
    pipehook requests list --outcome failed,rejected --from 24h

  Watch the calls of a hook as they come:
    pipehook requests list --hook shop --follow

  The ids of all pushes since Monday:
    pipehook requests list --event push --from 2026-11-23 --limit 0 --json |
      jq -r '.[].id'";

#[derive(Debug, Args)]
#[command(after_long_help = SHOW_EXAMPLES)]
pub(crate) struct ShowRequest {
    /// The id of the call
    #[arg(value_name = "REQUEST")]
    pub(crate) id: String,

    /// Print the body as it came, byte for byte, and nothing else
    #[arg(long)]
    pub(crate) raw: bool,
}

const SHOW_EXAMPLES: &str = "\
Examples:
  A call, as people read it:
    pipehook requests show 01a209f7-0f9d-79ba-9712-2b2164476eb4

  Its body as it came, into a file:
    pipehook requests show 01a209f7-0f9d-79ba-9712-2b2164476eb4 --raw >body";

/// Runs a call again, or all calls that the filters choose: at most 1,000, the oldest first. Refused calls are never run
/// again.
///
/// Of many, it first says how many they are, and asks. If it is interrupted, it says how to go on; no call runs twice.
#[derive(Debug, Args)]
#[command(after_long_help = RETRY_EXAMPLES)]
pub(crate) struct RetryRequests {
    /// The id of one call
    #[arg(value_name = "REQUEST", conflicts_with_all = ["hook", "outcome", "status", "event", "from", "to"])]
    pub(crate) id: Option<String>,

    #[command(flatten)]
    pub(crate) filters: Filters,

    /// Run them again without asking
    #[arg(long)]
    pub(crate) yes: bool,

    /// Go on with a retry of many that was interrupted, with the same filters
    #[arg(long, value_name = "POINT", conflicts_with = "id")]
    pub(crate) resume: Option<ResumePoint>,
}

const RETRY_EXAMPLES: &str = "\
Examples:
  One call:
    pipehook requests retry 01a209f7-0f9d-79ba-9712-2b2164476eb4

  All that failed within the last two hours, once you have read how many:
    pipehook requests retry --outcome failed --from 2h

  The same in a script:
    pipehook requests retry --outcome failed --from 2h --yes --json";

/// Where a retry of many stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResumePoint {
    pub(crate) operation: String,
    pub(crate) count: u64,
    /// Of the step that is next; none for the first.
    pub(crate) cursor: Option<String>,
}

impl std::fmt::Display for ResumePoint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}:{}", self.operation, self.count, self.cursor.as_deref().unwrap_or_default())
    }
}

impl std::str::FromStr for ResumePoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let mut next = || parts.next().ok_or_else(|| "must be what the interrupted retry has printed".to_owned());
        let operation = next()?.to_owned();
        let count = next()?.parse().map_err(|_| "must be what the interrupted retry has printed".to_owned())?;
        let cursor = Some(next()?.to_owned()).filter(|cursor| !cursor.is_empty());
        Ok(Self { operation, count, cursor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_it_is_printed() {
        for text in ["7b0f2a64-58f1-4c6f-9d0e-2f6f6f0a3c11:214:", "7b0f2a64-58f1-4c6f-9d0e-2f6f6f0a3c11:214:100:a"] {
            assert_eq!(text.parse::<ResumePoint>().unwrap().to_string(), text);
        }
        for text in ["", "7b0f2a64", "7b0f2a64:214", "7b0f2a64:many:1"] {
            text.parse::<ResumePoint>().unwrap_err();
        }
    }
}
