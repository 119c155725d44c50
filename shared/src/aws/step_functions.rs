//! AWS Step Functions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::ProvideErrorMetadata;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::types::{IncludedData, StateMachineType};
use aws_types::SdkConfig;

use super::source;
use crate::domain::action::{Execution, ExecutionEnd, ExecutionState, Outcome};
use crate::domain::machine::{MachineArn, PROJECT_TAG, StateMachine};
use crate::domain::timestamp::Timestamp;
use crate::ports::{DescribeExecution, ExecutionsError, FindStateMachine, StartExecution, Started, StopExecution};

/// How long what is known of a machine is used. AWS answers a question for tags once a second, of all functions together.
const KNOWN_FOR: Duration = Duration::from_mins(1);

/// The state machines and executions of the account, in this region.
#[derive(Debug, Clone)]
pub struct StepFunctions {
    client: Client,
    /// Machines, and when they were looked at.
    known: Arc<Mutex<HashMap<MachineArn, (Timestamp, StateMachine)>>>,
}

impl StepFunctions {
    /// Connects lazily.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config), known: Arc::default() }
    }

    fn known(&self, machine: &MachineArn, now: Timestamp) -> Option<StateMachine> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, found) = known.get(machine)?;
        (*since <= now && now < since.plus(KNOWN_FOR)).then(|| found.clone())
    }

    /// Only a machine that has the tag is remembered: the owner of another one may be about to tag it.
    fn remember(&self, machine: &MachineArn, found: &StateMachine, now: Timestamp) {
        if found.projects.is_some() {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|_, (since, _)| now < since.plus(KNOWN_FOR));
            known.insert(machine.clone(), (now, found.clone()));
        }
    }

    async fn read(&self, machine: &MachineArn) -> Result<Option<StateMachine>, ExecutionsError> {
        // Without its definition, which this function has no use for.
        let describe = self.client.describe_state_machine().state_machine_arn(machine.as_str());
        let described = match describe.included_data(IncludedData::MetadataOnly).send().await {
            Ok(described) => described,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(unavailable(error)),
        };
        let tags = match self.client.list_tags_for_resource().resource_arn(machine.as_str()).send().await {
            Ok(listed) => listed.tags.unwrap_or_default(),
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(unavailable(error)),
        };
        let tag = tags.into_iter().find(|tag| tag.key() == Some(PROJECT_TAG));
        Ok(Some(StateMachine {
            is_standard: described.r#type == StateMachineType::Standard,
            projects: tag.and_then(|tag| tag.value),
        }))
    }
}

impl FindStateMachine for StepFunctions {
    async fn find_state_machine(
        &self,
        machine: &MachineArn,
        now: Timestamp,
    ) -> Result<Option<StateMachine>, ExecutionsError> {
        if let Some(known) = self.known(machine, now) {
            return Ok(Some(known));
        }
        let found = self.read(machine).await?;
        if let Some(found) = &found {
            self.remember(machine, found, now);
        }
        Ok(found)
    }
}

impl StartExecution for StepFunctions {
    async fn start_execution(&self, execution: &Execution, input: &str) -> Result<Started, ExecutionsError> {
        let start = self.client.start_execution().state_machine_arn(execution.machine.as_str());
        match start.name(execution.name.to_string()).input(input).send().await {
            Ok(_) => Ok(Started::Started),
            Err(error) => match error.code().and_then(refusal) {
                None if error.code() == Some("ExecutionAlreadyExists") => Ok(Started::Started),
                None => Err(unavailable(error)),
                Some(reason) => Ok(Started::Refused(format!("{} {reason}", execution.machine))),
            },
        }
    }
}

impl StopExecution for StepFunctions {
    async fn stop_execution(&self, execution: &Execution) -> Result<(), ExecutionsError> {
        let stop = self.client.stop_execution().execution_arn(execution.to_string());
        match stop.error("Pipehook.Cancelled").cause("A user has cancelled the action.").send().await {
            Err(error) if error.code() != Some("ExecutionDoesNotExist") => Err(unavailable(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl DescribeExecution for StepFunctions {
    async fn describe_execution(&self, execution: &Execution) -> Result<Option<ExecutionState>, ExecutionsError> {
        match self.client.describe_execution().execution_arn(execution.to_string()).send().await {
            Ok(described) => Ok(Some(state(described))),
            Err(error) if error.code() == Some("ExecutionDoesNotExist") => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }
}

fn state(described: DescribeExecutionOutput) -> ExecutionState {
    match ExecutionEnd::of_status(described.status.as_str()) {
        None => ExecutionState::Running,
        Some(end) => ExecutionState::Ended(Outcome {
            end,
            output: described.output,
            error: described.error,
            cause: described.cause,
        }),
    }
}

/// Whether the machine does not exist, or is one that the function may not look at: one of another account.
fn is_missing(error: &impl ProvideErrorMetadata) -> bool {
    let codes = ["StateMachineDoesNotExist", "ResourceNotFound", "InvalidArn", "AccessDeniedException"];
    error.code().is_some_and(|code| codes.contains(&code))
}

/// Why a machine can never execute what it was asked to, behind its name. The messages of AWS are for the operator.
fn refusal(code: &str) -> Option<&'static str> {
    Some(match code {
        "StateMachineDoesNotExist" | "StateMachineDeleting" => "does not exist any more",
        "AccessDeniedException" => "may not be started by this deployment",
        "KmsAccessDeniedException" | "KmsInvalidStateException" => {
            "has a key that does not let this deployment start it"
        }
        "InvalidArn" | "InvalidName" | "InvalidExecutionInput" | "ValidationException" => {
            "does not take what it is started with"
        }
        _ => return None,
    })
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ExecutionsError {
    ExecutionsError(source(error))
}
