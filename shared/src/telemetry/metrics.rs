//! What is measured, and how CloudWatch is told: the line of a call is a document of its embedded metric format.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use serde::Serialize;

/// A metric. Each pair of a metric and the values of its dimensions is billed by itself, in each hour that sees it. So
/// the values are few and ours: text that a caller chooses is never one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// From the moment at which the function got the call until it had the answer.
    HandlerTime,
    /// From the start of the process until it could take calls. Its samples count the cold starts.
    InitTime,
    /// From handing a job to SQS until SQS had answered, retries included.
    QueueTime,
    /// Calls that were not authentic.
    SignatureFailures,
    /// Calls that could not be written to the log of calls.
    LogWriteFailures,
    /// Actions that could not be written to the ledger when their job was sent.
    ActionWriteFailures,
    /// Webhook calls.
    Triggers,
    /// Actions that ended as completed.
    ActionsCompleted,
    /// Actions that ended as failed. Those of the next metric and those that a user has cancelled do not count.
    ActionsFailed,
    /// Actions that ended because their worker was lost.
    ActionsLost,
    /// Looks of the sweep at an action that has waited for a worker for a quarter of an hour, and then for another one.
    ActionsUnclaimed,
    /// Looks of the sweep at an action whose execution Step Functions does not start, stop or tell of.
    ActionsStuck,
    /// Looks of the sweep at an action that has waited for its turn for an hour, and then for a quarter of an hour more.
    ActionsWaiting,
}

impl Metric {
    /// All that there are.
    pub const ALL: [Self; 13] = [
        Self::HandlerTime,
        Self::InitTime,
        Self::QueueTime,
        Self::SignatureFailures,
        Self::LogWriteFailures,
        Self::ActionWriteFailures,
        Self::Triggers,
        Self::ActionsCompleted,
        Self::ActionsFailed,
        Self::ActionsLost,
        Self::ActionsUnclaimed,
        Self::ActionsStuck,
        Self::ActionsWaiting,
    ];

    /// As CloudWatch calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HandlerTime => "HandlerTime",
            Self::InitTime => "InitTime",
            Self::QueueTime => "QueueTime",
            Self::SignatureFailures => "SignatureFailures",
            Self::LogWriteFailures => "LogWriteFailures",
            Self::ActionWriteFailures => "ActionWriteFailures",
            Self::Triggers => "Triggers",
            Self::ActionsCompleted => "ActionsCompleted",
            Self::ActionsFailed => "ActionsFailed",
            Self::ActionsLost => "ActionsLost",
            Self::ActionsUnclaimed => "ActionsUnclaimed",
            Self::ActionsStuck => "ActionsStuck",
            Self::ActionsWaiting => "ActionsWaiting",
        }
    }

    /// One of CloudWatch's units.
    pub fn unit(self) -> &'static str {
        match self {
            Self::HandlerTime | Self::InitTime | Self::QueueTime => "Milliseconds",
            Self::SignatureFailures
            | Self::LogWriteFailures
            | Self::ActionWriteFailures
            | Self::Triggers
            | Self::ActionsCompleted
            | Self::ActionsFailed
            | Self::ActionsLost
            | Self::ActionsUnclaimed
            | Self::ActionsStuck
            | Self::ActionsWaiting => "Count",
        }
    }

    /// What it is told apart by. Actions end in several functions, and an alarm watches the sum.
    pub fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::HandlerTime
            | Self::InitTime
            | Self::QueueTime
            | Self::SignatureFailures
            | Self::LogWriteFailures
            | Self::ActionWriteFailures => &["Function"],
            Self::Triggers => &["Outcome", "Provider"],
            Self::ActionsCompleted
            | Self::ActionsFailed
            | Self::ActionsLost
            | Self::ActionsUnclaimed
            | Self::ActionsStuck
            | Self::ActionsWaiting => &[],
        }
    }
}

/// What makes a line of the log a document of metrics: the member `_aws`. The values and the dimensions are beside it,
/// under their names.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata<'a> {
    /// In milliseconds since the epoch.
    timestamp: u128,
    #[serde(rename = "CloudWatchMetrics")]
    directives: Vec<Directive<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive<'a> {
    namespace: &'a str,
    /// One set.
    dimensions: [&'static [&'static str]; 1],
    metrics: Vec<Definition>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

impl<'a> Metadata<'a> {
    /// Tells of these metrics, in a directive for each set of dimensions.
    pub(super) fn new(namespace: &'a str, timestamp: u128, metrics: impl Iterator<Item = Metric>) -> Self {
        let mut directives: Vec<Directive<'a>> = Vec::new();
        for metric in metrics {
            let (dimensions, definition) =
                ([metric.dimensions()], Definition { name: metric.name(), unit: metric.unit() });
            match directives.iter_mut().find(|directive| directive.dimensions == dimensions) {
                Some(directive) => directive.metrics.push(definition),
                None => directives.push(Directive { namespace, dimensions, metrics: vec![definition] }),
            }
        }
        Self { timestamp, directives }
    }
}
