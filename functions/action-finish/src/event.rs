//! What EventBridge tells of an execution: "Step Functions Execution Status Change".
//! <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>

use serde::Deserialize;
use serde_json::value::RawValue;
use shared::domain::action::{Execution, ExecutionEnd, Outcome};

/// The end of an execution of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) execution: Execution,
    pub(crate) outcome: Outcome,
}

/// What of an event cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("The input must be an event of EventBridge about the end of an execution of Pipehook's: {0}.")]
pub struct Unreadable(&'static str);

#[derive(Deserialize)]
struct Event {
    source: String,
    #[serde(rename = "detail-type")]
    kind: String,
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    execution_arn: String,
    status: String,
    output: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

impl End {
    pub(crate) fn read(input: &RawValue) -> Result<Self, Unreadable> {
        let Event { source, kind, detail } =
            serde_json::from_str(input.get()).map_err(|_| Unreadable("a field is missing, or of another type"))?;
        if (source.as_str(), kind.as_str()) != ("aws.states", "Step Functions Execution Status Change") {
            return Err(Unreadable("its source or its detail-type"));
        }
        let end = ExecutionEnd::of_status(&detail.status).ok_or(Unreadable("its status is no end"))?;
        let execution =
            detail.execution_arn.parse().map_err(|_| Unreadable("its execution has no name that Pipehook gives"))?;
        let Detail { output, error, cause, .. } = detail;
        Ok(Self { execution, outcome: Outcome { end, output, error, cause } })
    }
}
