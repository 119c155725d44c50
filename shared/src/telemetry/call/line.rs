//! The line of a call: what became of it, for people and for CloudWatch's metrics.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::PoisonError;
use std::time::{Duration, UNIX_EPOCH};

use serde::Serialize;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};

use super::{Answered, Noted, Process, Status};
use crate::config;
use crate::telemetry::metrics::{Metadata, Metric};

/// The line, as it is printed. What people look for is in the same place as in the lines of `tracing`.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    timestamp: String,
    level: &'static str,
    message: &'static str,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    span: SpanFields<'a>,
    #[serde(rename = "Function")]
    function: &'a str,
    #[serde(flatten)]
    trigger: Option<Trigger>,
    #[serde(flatten)]
    values: BTreeMap<&'static str, f64>,
    #[serde(rename = "_aws", skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata<'a>>,
}

#[derive(Serialize)]
struct SpanFields<'a> {
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Trigger {
    outcome: &'static str,
    provider: &'static str,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        process: &'a Process,
        answered: &Answered<'a>,
        noted: &'a Noted,
        handler_time: Duration,
        init_time: Option<Duration>,
    ) -> Self {
        let trigger = answered.webhook.map(|otherwise| Trigger {
            outcome: noted.outcome.unwrap_or(otherwise),
            provider: noted.provider.unwrap_or(NO_PROVIDER),
        });
        let values = values(process, noted, trigger.is_some(), handler_time, init_time);
        let metrics = || values.iter().map(|(metric, _)| *metric);
        let now = config::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self {
            timestamp: timestamp(),
            level: "INFO",
            message: "Answered",
            status: answered.status,
            reason: noted.refusal.as_deref(),
            span: SpanFields {
                request_id: answered.request_id,
                gateway_request_id: answered.gateway_request_id,
                route: answered.route,
                hook_id: noted.hook_id.as_deref(),
                action_id: noted.action_id.as_deref(),
                outcome: trigger.as_ref().map(|trigger| trigger.outcome).or(noted.outcome),
                name: "call",
            },
            function: &process.function,
            trigger,
            values: values.iter().map(|(metric, value)| (metric.name(), *value)).collect(),
            metadata: process.namespace.as_deref().map(|namespace| Metadata::new(namespace, now, metrics())),
        }
    }

    /// In one write, so that no other line can come between.
    pub(super) fn print(&self, out: &mut impl Write) {
        if let Ok(mut line) = serde_json::to_vec(self) {
            line.push(b'\n');
            let _ = out.write_all(&line);
        }
    }
}

/// All that was measured of the call, and what was counted since the line before.
fn values(
    process: &Process,
    noted: &Noted,
    is_trigger: bool,
    handler_time: Duration,
    init_time: Option<Duration>,
) -> Vec<(Metric, f64)> {
    let milliseconds = |metric, time: Option<Duration>| Some((metric, millis(time?)));
    let count = |metric, count: u32| (count > 0).then(|| (metric, f64::from(count)));
    let values = [
        milliseconds(Metric::HandlerTime, Some(handler_time)),
        milliseconds(Metric::InitTime, init_time),
        milliseconds(Metric::QueueTime, noted.queue_time),
        count(Metric::SignatureFailures, u32::from(noted.refusal.is_some())),
        count(Metric::LogWriteFailures, noted.log_write_failures),
        count(Metric::ActionWriteFailures, noted.action_write_failures),
        count(Metric::Triggers, u32::from(is_trigger)),
    ];
    let mut values: Vec<_> = values.into_iter().flatten().collect();
    for counted in process.counted.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        match values.iter_mut().find(|(metric, _)| *metric == counted) {
            Some((_, value)) => *value += 1.0,
            None => values.push((counted, 1.0)),
        }
    }
    values
}

/// The provider of a call whose hook is not known.
const NO_PROVIDER: &str = "none";

/// To the microsecond.
fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// As `tracing` writes it.
fn timestamp() -> String {
    let mut text = String::new();
    // Writing to a text does not fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut text));
    text
}
