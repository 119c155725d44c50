//! An execution as Step Functions shows it, and as EventBridge tells of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rustack_stepfunctions_core::{ExecutionOutcome, ExecutionSnapshot, Payload};
use serde_json::{Value as Json, json};

use crate::{
    host,
    template::{ACCOUNT, REGION},
};

/// In UTF-8, escaped: beyond it, an event has no input, or neither input nor output.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
const LARGEST: usize = 248 * 1024;

pub(super) struct Execution<'a>(pub(super) &'a ExecutionSnapshot);

impl Execution<'_> {
    pub(super) fn status(&self) -> &'static str {
        match self.outcome() {
            None => "RUNNING",
            Some(ExecutionOutcome::Succeeded(_)) => "SUCCEEDED",
            Some(ExecutionOutcome::TimedOut) => "TIMED_OUT",
            Some(ExecutionOutcome::Aborted(_)) => "ABORTED",
            Some(_) => "FAILED",
        }
    }

    /// Of `DescribeExecution`.
    pub(super) fn described(&self) -> Json {
        let mut described = self.listed();
        described["input"] = text(self.0.input()).into();
        described["inputDetails"] = json!({ "included": true });
        if let Some(output) = self.output() {
            described["output"] = output.into();
            described["outputDetails"] = json!({ "included": true });
        }
        let (error, cause) = self.failure();
        for (name, value) in [("error", error), ("cause", cause)] {
            if let Some(value) = value {
                described[name] = value.into();
            }
        }
        described
    }

    /// Of `ListExecutions`.
    pub(super) fn listed(&self) -> Json {
        let arn = self.0.arn();
        let mut listed = json!({
            "executionArn": arn.as_str(), "stateMachineArn": arn.machine().as_str(), "name": arn.name().as_str(),
            "status": self.status(), "startDate": seconds(self.0.start_date()), "redriveCount": 0,
        });
        if let Some(date) = self.0.view().stop_date() {
            listed["stopDate"] = seconds(date).into();
        }
        listed
    }

    /// The event of its start, whatever became of it since.
    pub(super) fn began(&self) -> Json {
        self.event("RUNNING", None, (None, None), None)
    }

    /// The event of what it is now.
    pub(super) fn changed(&self) -> Json {
        self.event(self.status(), self.output(), self.failure(), self.0.view().stop_date())
    }

    /// "Step Functions Execution Status Change".
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>
    fn event(
        &self,
        status: &str,
        output: Option<String>,
        (error, cause): (Option<String>, Option<String>),
        stopped: Option<DateTime<Utc>>,
    ) -> Json {
        let arn = self.0.arn();
        let output = output.filter(|output| escaped(output) <= LARGEST);
        let room = LARGEST - output.as_deref().map_or(0, escaped);
        let input = Some(text(self.0.input())).filter(|input| escaped(input) <= room);
        let has_output = matches!(self.outcome(), Some(ExecutionOutcome::Succeeded(_))) && status == "SUCCEEDED";
        json!({
            "version": "0", "id": host::new_uuid().to_string(), "detail-type": "Step Functions Execution Status Change",
            "source": "aws.states", "account": ACCOUNT, "region": REGION, "resources": [arn.as_str()],
            "time": stopped.unwrap_or(self.0.start_date()).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "detail": {
                "executionArn": arn.as_str(), "stateMachineArn": arn.machine().as_str(), "name": arn.name().as_str(),
                "status": status, "startDate": self.0.start_date().timestamp_millis(),
                "stopDate": stopped.map(|date| date.timestamp_millis()),
                "input": input, "inputDetails": { "included": input.is_some() },
                "output": output, "outputDetails": has_output.then(|| json!({ "included": output.is_some() })),
                "error": error, "cause": cause,
                "stateMachineVersionArn": null, "stateMachineAliasArn": null, "redriveCount": 0, "redriveDate": null,
            },
        })
    }

    fn outcome(&self) -> Option<&ExecutionOutcome> {
        self.0.view().outcome().map(Arc::as_ref)
    }

    fn output(&self) -> Option<String> {
        match self.outcome() {
            Some(ExecutionOutcome::Succeeded(output)) => Some(text(output)),
            _ => None,
        }
    }

    /// Error and cause.
    fn failure(&self) -> (Option<String>, Option<String>) {
        let failure = match self.outcome() {
            Some(ExecutionOutcome::Failed(failure)) => failure,
            Some(ExecutionOutcome::Aborted(reason)) => reason.details(),
            _ => return (None, None),
        };
        (failure.error().map(str::to_owned), failure.cause().map(str::to_owned))
    }
}

/// A date in AWS's JSON protocol: seconds since 1970, with milliseconds.
pub(super) fn seconds(date: DateTime<Utc>) -> f64 {
    let whole = u32::try_from(date.timestamp()).unwrap_or(u32::MAX);
    f64::from(whole) + f64::from(date.timestamp_subsec_millis()) / 1_000.0
}

fn text(payload: &Payload) -> String {
    String::from_utf8_lossy(payload.original_bytes()).into_owned()
}

/// Its size as a text within JSON.
fn escaped(text: &str) -> usize {
    Json::from(text).to_string().len()
}
