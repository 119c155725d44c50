//! What is measured of a call, and when its line is printed.

mod line;

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tracing::Span;

use self::line::Line;
use super::metrics::Metric;
use crate::config;

/// What all lines of this process have in common.
static PROCESS: OnceLock<Process> = OnceLock::new();

#[derive(Debug)]
struct Process {
    /// As its directory in `functions/` is called.
    function: String,
    /// Where CloudWatch keeps the metrics of this stack; without it the lines hold values and no metrics.
    namespace: Option<String>,
    started: Instant,
    /// How long the start took, until a line has told it.
    init_time: Mutex<Option<Duration>>,
    /// What was counted outside of any call, until a line has told it.
    counted: Mutex<Vec<Metric>>,
}

/// Notes which function this is, and that its process has started.
pub(super) fn process_started(function: &str) {
    let process = Process {
        function: function.replace('_', "-"),
        namespace: config::optional("METRICS_NAMESPACE"),
        started: config::monotonic(),
        init_time: Mutex::default(),
        counted: Mutex::default(),
    };
    // A second start, which does not happen, would change nothing.
    let _ = PROCESS.set(process);
}

/// Notes that this process can take calls from now on.
pub fn ready() {
    if let Some(process) = PROCESS.get() {
        let mut init_time = process.init_time.lock().unwrap_or_else(PoisonError::into_inner);
        *init_time = Some(since(process.started));
    }
}

/// Counts one for the next line of this process. A process of Lambda serves one call at a time, so that is the line of
/// the call which this belongs to.
pub fn count(metric: Metric) {
    if let Some(process) = PROCESS.get() {
        process.counted.lock().unwrap_or_else(PoisonError::into_inner).push(metric);
    }
}

/// What is measured of one call while it is served. Whatever is noted here can neither fail nor delay the call.
#[derive(Debug)]
pub struct Measurements {
    started: Instant,
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    hook_id: Option<String>,
    action_id: Option<String>,
    provider: Option<&'static str>,
    outcome: Option<&'static str>,
    queue_time: Option<Duration>,
    /// Why the call is not authentic.
    refusal: Option<String>,
    log_write_failures: u32,
    action_write_failures: u32,
}

/// What a line says of a call besides its measurements.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The id of the call.
    pub request_id: &'a str,
    /// The id under which API Gateway logs it.
    pub gateway_request_id: Option<&'a str>,
    /// The route that API Gateway chose.
    pub route: Option<&'a str>,
    /// What the caller was told: a status, or the kind of an error.
    pub status: Status,
    /// For a webhook call, the outcome to count it under when none was noted.
    pub webhook: Option<&'static str>,
}

/// How a call was answered.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum Status {
    /// Over HTTP.
    Http(u16),
    /// To the caller that invoked the function directly.
    Invocation(&'static str),
}

impl Measurements {
    /// The call has arrived.
    pub fn begin() -> Self {
        Self { started: config::monotonic(), noted: Mutex::default() }
    }

    /// How long the call has been served.
    pub fn elapsed(&self) -> Duration {
        since(self.started)
    }

    /// The call is one of this hook. Its provider is a name from our table, never one that a caller chose.
    pub fn hook(&self, id: &impl Display, provider: &'static str) {
        Span::current().record("hook_id", tracing::field::display(id));
        self.note(|noted| (noted.hook_id, noted.provider) = (Some(id.to_string()), Some(provider)));
    }

    /// The call has started this action.
    pub fn action(&self, id: &impl Display) {
        Span::current().record("action_id", tracing::field::display(id));
        self.note(|noted| noted.action_id = Some(id.to_string()));
    }

    /// What became of the call. The last word counts.
    pub fn outcome(&self, outcome: &'static str) {
        Span::current().record("outcome", outcome);
        self.note(|noted| noted.outcome = Some(outcome));
    }

    /// The call was not authentic, for this reason.
    pub fn signature_failed(&self, reason: &str) {
        self.note(|noted| noted.refusal = Some(reason.to_owned()));
    }

    /// The call could not be written to the log of calls.
    pub fn log_write_failed(&self) {
        self.note(|noted| noted.log_write_failures += 1);
    }

    /// The action of the call could not be written to the ledger.
    pub fn action_write_failed(&self) {
        self.note(|noted| noted.action_write_failures += 1);
    }

    /// Measures how long it takes to hand a job to the queue.
    pub async fn queueing<T>(&self, sending: impl Future<Output = T>) -> T {
        let started = config::monotonic();
        let sent = sending.await;
        self.note(|noted| noted.queue_time = Some(since(started)));
        sent
    }

    /// The call is answered: prints its line. A line that cannot be written is lost, and nothing else.
    pub fn finish(&self, answered: &Answered<'_>) {
        let Some(process) = PROCESS.get() else { return };
        let init_time = process.init_time.lock().unwrap_or_else(PoisonError::into_inner).take();
        let handler_time = since(self.started);
        self.note(|noted| {
            Line::new(process, answered, noted, handler_time, init_time).print(&mut io::stdout().lock());
        });
    }

    fn note(&self, note: impl FnOnce(&mut Noted)) {
        note(&mut self.noted.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn since(start: Instant) -> Duration {
    config::monotonic().duration_since(start)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde_json::{Value as Json, json};

    use super::*;

    fn process(namespace: Option<&str>) -> Process {
        Process {
            function: "hook-trigger".to_owned(),
            namespace: namespace.map(str::to_owned),
            started: config::monotonic(),
            init_time: Mutex::default(),
            counted: Mutex::default(),
        }
    }

    fn answered(webhook: Option<&'static str>) -> Answered<'static> {
        Answered { request_id: "r", gateway_request_id: None, route: None, status: Status::Http(200), webhook }
    }

    fn printed(namespace: Option<&str>, webhook: Option<&'static str>, noted: &Noted) -> Json {
        let (process, answered) = (process(namespace), answered(webhook));
        let mut out = Vec::new();
        Line::new(&process, &answered, noted, Duration::from_micros(1_500), None).print(&mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.find('\n'), Some(text.len() - 1), "one line");
        serde_json::from_str(&text).unwrap()
    }

    /// Where nothing can be written, such as a pipe whose reader has gone.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_line_that_cannot_be_written_is_lost_and_nothing_else() {
        let (process, noted) = (process(Some("Pipehook/a")), Noted::default());
        Line::new(&process, &answered(None), &noted, Duration::ZERO, None).print(&mut Closed);
        Measurements::begin().finish(&answered(None));
    }

    #[test]
    fn without_a_namespace_there_are_figures_and_no_metrics() {
        let line = printed(None, Some("unknown"), &Noted::default());
        assert_eq!(line.get("_aws"), None);
        assert_eq!((&line["HandlerTime"], &line["Triggers"]), (&json!(1.5), &json!(1.0)));
    }

    #[test]
    fn the_outcome_that_was_noted_counts_before_the_other() {
        let noted = Noted { outcome: Some("queued"), provider: Some("github"), ..Noted::default() };
        let line = printed(Some("Pipehook/a"), Some("unknown"), &noted);
        assert_eq!((&line["Outcome"], &line["Provider"]), (&json!("queued"), &json!("github")));
        let line = printed(Some("Pipehook/a"), Some("unknown"), &Noted::default());
        assert_eq!((&line["Outcome"], &line["Provider"]), (&json!("unknown"), &json!("none")));
    }

    #[test]
    fn what_was_counted_is_summed_up_in_one_line_and_told_once() {
        let (process, noted) = (process(Some("Pipehook/a")), Noted::default());
        process.counted.lock().unwrap().extend([Metric::ActionsFailed, Metric::ActionsLost, Metric::ActionsFailed]);

        let lines = [(); 2].map(|()| {
            let line = Line::new(&process, &answered(None), &noted, Duration::ZERO, None);
            serde_json::to_value(line).unwrap()
        });

        assert_eq!((&lines[0]["ActionsFailed"], &lines[0]["ActionsLost"]), (&json!(2.0), &json!(1.0)));
        let directives = lines[0]["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert_eq!((directives.len(), &directives[1]["Dimensions"]), (2, &json!([[]])), "no dimension, so one sum");
        assert_eq!(lines[1].get("ActionsFailed"), None);
    }

    #[test]
    fn metrics_with_the_same_dimensions_share_a_directive() {
        let noted = Noted { refusal: Some("No header.".to_owned()), ..Noted::default() };
        let line = printed(Some("Pipehook/a"), Some("rejected"), &noted);
        assert_eq!(line["reason"], "No header.");
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        assert_eq!(directives.len(), 2, "{line}");
        assert_eq!(directives[0]["Metrics"].as_array().unwrap().len(), 2);
        assert_eq!(directives[1]["Dimensions"], json!([["Outcome", "Provider"]]));
    }
}
