//! An action that Step Functions runs: the execution of a state machine, and how it ends.

use std::fmt;
use std::str::FromStr;

use super::text::{ReasonText, RunUrl};
use crate::domain::Invalid;
use crate::domain::id::{ActionId, RequestId};
use crate::domain::machine::MachineArn;

/// What the names of all executions of ours begin with. The rule of `action-finish` and the policies name it too.
const PREFIX: &str = "pipehook-";

/// What an execution is called: by its action and its job, of which each has one. So a second start is no start, and the
/// name says which action has ended. The job's id is a UUID, so two deployments never have the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutionName {
    /// The action that it runs.
    pub action: ActionId,
    /// The action's job.
    pub job: RequestId,
}

impl fmt::Display for ExecutionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}-{}", self.action, self.job)
    }
}

impl FromStr for ExecutionName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let other = || Invalid::new("must be the name of an execution of ours");
        let (action, job) = text.strip_prefix(PREFIX).and_then(|text| text.split_once('-')).ok_or_else(other)?;
        Ok(Self { action: action.parse()?, job: job.parse()? })
    }
}

/// The execution that runs an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// What it executes.
    pub machine: MachineArn,
    /// What it is called.
    pub name: ExecutionName,
}

impl Execution {
    /// Where people see it: its page in the console of AWS. `None` in a partition whose console is not known.
    pub fn url(&self) -> Option<RunUrl> {
        let mut parts = self.machine.as_str().split(':').skip(1);
        let (partition, region) = (parts.next()?, parts.nth(1)?);
        let host = match partition {
            "aws" => format!("{region}.console.aws.amazon.com"),
            "aws-cn" => "console.amazonaws.cn".to_owned(),
            "aws-us-gov" => "console.amazonaws-us-gov.com".to_owned(),
            _ => return None,
        };
        format!("https://{host}/states/home?region={region}#/v2/executions/details/{self}").parse().ok()
    }
}

/// Its ARN.
impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.machine.as_str().replacen(":stateMachine:", ":execution:", 1), self.name)
    }
}

impl FromStr for Execution {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (machine, name) = text.rsplit_once(':').ok_or_else(|| Invalid::new("must be the ARN of an execution"))?;
        let execution =
            Self { machine: machine.replacen(":execution:", ":stateMachine:", 1).parse()?, name: name.parse()? };
        // The ARN of a machine with a name behind it is none of an execution.
        (execution.to_string() == text)
            .then_some(execution)
            .ok_or_else(|| Invalid::new("must be the ARN of an execution"))
    }
}

/// How far an execution has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionState {
    /// It runs.
    Running,
    /// It has ended.
    Ended(Outcome),
}

/// How an execution has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which end it is.
    pub end: ExecutionEnd,
    /// JSON, if it succeeded. `None` if Step Functions does not say it.
    pub output: Option<String>,
    /// The name of what went wrong, if it says one.
    pub error: Option<String>,
    /// What went wrong, if it says so.
    pub cause: Option<String>,
}

/// The ends of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionEnd {
    /// Its last state was reached.
    Succeeded,
    /// A state failed.
    Failed,
    /// It took longer than the machine allows.
    TimedOut,
    /// Someone has stopped it.
    Aborted,
}

impl ExecutionEnd {
    /// The end that Step Functions calls so; `None` if it is no end.
    pub fn of_status(status: &str) -> Option<Self> {
        match status {
            "SUCCEEDED" => Some(Self::Succeeded),
            "FAILED" => Some(Self::Failed),
            "TIMED_OUT" => Some(Self::TimedOut),
            "ABORTED" => Some(Self::Aborted),
            _ => None,
        }
    }
}

impl Outcome {
    /// Why the action failed. Cut off where it gets too long: the step's log has all of it. `None` if it did not fail.
    pub fn reason(&self) -> Option<ReasonText> {
        let what = match self.end {
            ExecutionEnd::Succeeded => return None,
            ExecutionEnd::Failed => "the execution failed",
            ExecutionEnd::TimedOut => "the execution timed out",
            ExecutionEnd::Aborted => "the execution was stopped",
        };
        Some(ReasonText::of_ours(&format!("{what}{}", self.details(": "))))
    }

    /// What the step's log shows: the output, or all that is known of what went wrong.
    pub fn log(&self) -> String {
        match (self.end, &self.output) {
            (ExecutionEnd::Succeeded, Some(output)) => output.clone(),
            (ExecutionEnd::Succeeded, None) => {
                "The output is not here, because it is too large for an event: see the execution.\n".to_owned()
            }
            (ExecutionEnd::Failed | ExecutionEnd::TimedOut | ExecutionEnd::Aborted, _) => self.details(""),
        }
    }

    fn details(&self, before: &str) -> String {
        let given = [&self.error, &self.cause].into_iter().flatten().map(|text| text.trim());
        let given: Vec<&str> = given.filter(|text| !text.is_empty()).collect();
        if given.is_empty() { String::new() } else { format!("{before}{}", given.join(": ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;

    fn execution() -> Execution {
        let job = RequestId::at(Timestamp::from_unix_seconds(1_800_000_000), [7; 10]);
        let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy".parse().unwrap();
        Execution { machine, name: ExecutionName { action: ActionId::of_job(job, 0), job } }
    }

    #[test]
    fn an_execution_is_named_by_its_action_and_its_job() {
        let (execution, text) = (execution(), execution().to_string());
        let ExecutionName { action, job } = execution.name;
        let name = format!("pipehook-{action}-{job}");
        assert_eq!(text, format!("arn:aws:states:eu-west-1:123456789012:execution:deploy:{name}"));
        assert!(name.len() <= 80, "Step Functions takes no longer name");
        assert_eq!(text.parse(), Ok(execution.clone()));
        for other in [
            text.replace(":execution:", ":stateMachine:"),
            text.replace("pipehook-", "pipehook"),
            text.replace("pipehook-", ""),
            format!("{text}0"),
            text.replace(&job.to_string(), ""),
            text.replace(":deploy:", ":"),
        ] {
            assert!(other.parse::<Execution>().is_err(), "{other}");
        }
    }

    #[test]
    fn an_execution_is_shown_in_the_console_of_its_partition() {
        let of = |partition: &str, region: &str| {
            let machine = format!("arn:{partition}:states:{region}:123456789012:stateMachine:deploy").parse().unwrap();
            Execution { machine, ..execution() }
        };
        for (partition, region, host) in [
            ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
            ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
            ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
        ] {
            let (execution, path) = (of(partition, region), "#/v2/executions/details");
            let expected = format!("https://{host}/states/home?region={region}{path}/{execution}");
            assert_eq!(execution.url().unwrap().as_str(), expected);
        }
        assert_eq!(of("aws-iso", "us-iso-east-1").url(), None);
    }

    #[test]
    fn a_reason_is_short_and_the_log_has_all_of_it() {
        let failed = Outcome {
            end: ExecutionEnd::of_status("FAILED").unwrap(),
            output: None,
            error: Some("States.TaskFailed".to_owned()),
            cause: Some(format!("line 1\nline 2 {}", "x".repeat(40_000))),
        };
        let reason = failed.reason().unwrap();
        assert!(reason.as_str().starts_with("the execution failed: States.TaskFailed: line 1 line 2 x"), "{reason:?}");
        assert_eq!(reason.as_str().chars().count(), 255);
        assert_eq!(failed.log().len(), 40_000 + "States.TaskFailed: line 1\nline 2 ".len());

        let nothing = Outcome { end: ExecutionEnd::TimedOut, output: None, error: None, cause: Some(String::new()) };
        assert_eq!(nothing.reason().unwrap().as_str(), "the execution timed out");
        assert_eq!(nothing.log(), "");
        let output = Some("{\"a\": 1}".to_owned());
        let succeeded = Outcome { end: ExecutionEnd::Succeeded, output, error: None, cause: None };
        assert_eq!((succeeded.reason(), succeeded.log()), (None, "{\"a\": 1}".to_owned()));
        let too_large = Outcome { output: None, ..succeeded };
        assert!(too_large.log().contains("too large"));
        for running in ["RUNNING", "PENDING_REDRIVE", ""] {
            assert_eq!(ExecutionEnd::of_status(running), None);
        }
    }
}
