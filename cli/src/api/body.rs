//! The bodies of the two calls, as docs/openapi.yaml has them.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Asks for an action.
#[derive(Debug, Serialize)]
pub(crate) struct Claim<'a> {
    pub(crate) worker: &'a str,
    pub(crate) labels: &'a [String],
    pub(crate) lease_seconds: u32,
}

/// An action that is this worker's for as long as the lease lasts.
#[derive(Debug, Deserialize)]
pub(crate) struct Claimed {
    pub(crate) action: Action,
    /// In their order.
    pub(crate) steps: Vec<Step>,
    /// As it stands: what a step reads on its standard input.
    pub(crate) job: Box<RawValue>,
    pub(crate) lease_token: LeaseToken,
    pub(crate) lease_seconds: u32,
    /// From 1.
    pub(crate) attempt: u32,
}

/// What is shown of an action.
#[derive(Debug, Deserialize)]
pub(crate) struct Action {
    pub(crate) id: u64,
    pub(crate) pipeline_id: Option<u64>,
    #[serde(rename = "type")]
    pub(crate) operation: String,
    pub(crate) resource: Resource,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Resource {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) id: u64,
}

/// What the pipeline's author wants to be run.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Step {
    /// From 1.
    pub(crate) order: u32,
    pub(crate) name: Option<String>,
    /// Text, so that an action with a runner of a later version fails with that reason.
    pub(crate) runner: String,
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) run_as_user: String,
}

/// Proves that the action is this worker's.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LeaseToken(String);

impl fmt::Debug for LeaseToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LeaseToken(…)")
    }
}

/// What has happened since the last report; nothing at all renews the lease.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Report {
    pub(crate) lease_token: LeaseToken,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<StepReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<OutputPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<End>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// What has become of a step.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StepReport {
    pub(crate) order: u32,
    pub(crate) status: StepStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StepStatus {
    InProgress,
    Completed,
    Failed,
    Skipped,
}

/// A part of a step's output, from its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OutputPart {
    pub(crate) order: u32,
    /// From 0, without gaps.
    pub(crate) part: u64,
    pub(crate) text: String,
}

/// How an action ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum End {
    Completed,
    Failed,
}

/// What the worker hears for its report.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Granted {
    /// Whether the action is to be stopped.
    pub(crate) cancel: bool,
    /// From the moment at which the report arrived.
    pub(crate) lease_seconds: u32,
}

/// What every error of the API looks like.
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    message: String,
    errors: Option<BTreeMap<String, Vec<String>>>,
}

impl Refusal {
    /// A line for each field that is at fault.
    pub(super) fn into_lines(self) -> String {
        let faults = self
            .errors
            .into_iter()
            .flatten()
            .flat_map(|(field, reasons)| reasons.into_iter().map(move |reason| format!("\n  {field}: {reason}")));
        faults.fold(self.message, |text, fault| text + &fault)
    }

    pub(super) fn into_text(self) -> String {
        let faults =
            self.errors.into_iter().flatten().map(|(field, reasons)| format!(" {field}: {}", reasons.join("; ")));
        faults.fold(self.message, |text, fault| text + &fault)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token() -> LeaseToken {
        serde_json::from_value(json!("lease-secret")).unwrap()
    }

    #[test]
    fn a_report_that_says_nothing_holds_the_lease_alone() {
        let report = Report { lease_token: token(), steps: vec![], output: None, status: None, reason: None };

        assert_eq!(serde_json::to_value(&report).unwrap(), json!({"lease_token": "lease-secret"}));
        assert!(!format!("{report:?}").contains("secret"));
    }

    #[test]
    fn a_full_report_is_spelt_as_documented() {
        let steps = vec![
            StepReport { order: 1, status: StepStatus::Completed, reason: None },
            StepReport { order: 2, status: StepStatus::InProgress, reason: None },
            StepReport { order: 3, status: StepStatus::Skipped, reason: Some("why".into()) },
        ];
        let output = Some(OutputPart { order: 1, part: 0, text: "x".into() });
        let (status, reason) = (Some(End::Failed), Some("because".into()));
        let report = Report { lease_token: token(), steps, output, status, reason };

        let expected = json!({
            "lease_token": "lease-secret",
            "steps": [
                {"order": 1, "status": "completed"},
                {"order": 2, "status": "in-progress"},
                {"order": 3, "status": "skipped", "reason": "why"},
            ],
            "output": {"order": 1, "part": 0, "text": "x"},
            "status": "failed",
            "reason": "because",
        });
        assert_eq!(serde_json::to_value(&report).unwrap(), expected);
    }

    #[test]
    fn a_claimed_action_keeps_its_job_to_the_letter() {
        let body = r#"{"action": {"id": 7, "pipeline_id": null, "type": "deploy", "status": "in-progress",
            "resource": {"type": "application", "id": 42, "data": null}},
            "steps": [{"order": 1, "name": null, "runner": "custom", "command": "true", "run_as_user": ""}],
            "job": {"variables": {"n": 1.10,  "s": "\u00e9"}}, "lease_token": "t", "lease_seconds": 300, "attempt": 1}"#;

        let claimed: Claimed = serde_json::from_str(body).unwrap();

        assert_eq!(claimed.job.get(), r#"{"variables": {"n": 1.10,  "s": "\u00e9"}}"#);
        assert_eq!(claimed.action.resource.id, 42);
    }
}
