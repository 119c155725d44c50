//! What clients of Step Functions send.

use std::collections::BTreeMap;

use rustack_stepfunctions_core::{
    CallbackCommand, CallbackToken, ExecutionArn, ExecutionName, Payload, PreparedDefinition, RegistryCommand, RoleArn,
    StateMachineArn, StateMachineName, Tags,
};
use serde::{Deserialize, Serialize};

use super::engine;
use crate::aws::emulator::Refusal;

/// Of `CreateStateMachine`; also what is kept of a state machine.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    pub(super) name: String,
    pub(super) definition: String,
    pub(super) role_arn: String,
    #[serde(default)]
    pub(super) tags: Vec<Named>,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
}

/// A tag.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Named {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    #[serde(flatten)]
    machine: OnMachine,
    pub(super) definition: Option<String>,
    role_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OnMachine {
    state_machine_arn: String,
}

/// About the tags of a resource.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OnResource<T> {
    resource_arn: String,
    #[serde(alias = "tagKeys", default = "Option::default")]
    tags: Option<T>,
}

pub(super) type TagNames = Vec<String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start {
    #[serde(flatten)]
    machine: OnMachine,
    name: Option<String>,
    input: Option<String>,
    trace_header: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OnExecution {
    execution_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListExecutions {
    #[serde(flatten)]
    machine: OnMachine,
    status_filter: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Stop {
    #[serde(flatten)]
    pub(super) execution: OnExecution,
    pub(super) error: Option<String>,
    pub(super) cause: Option<String>,
}

/// The answer of what a task waits for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Callback {
    task_token: String,
    output: Option<String>,
    error: Option<String>,
    cause: Option<String>,
}

impl Create {
    pub(super) fn command(&self, definition: PreparedDefinition) -> Result<RegistryCommand, Refusal> {
        if self.kind.as_deref().is_some_and(|kind| kind != "STANDARD") {
            let message = "only Standard state machines are served here";
            return Err(Refusal::new("StateMachineTypeNotSupported", message));
        }
        let name: StateMachineName =
            self.name.parse().map_err(|_| Refusal::new("InvalidName", format!("Invalid Name: '{}'", self.name)))?;
        Ok(RegistryCommand::Create(name, definition, role(&self.role_arn)?, tags(&self.tags)?))
    }
}

impl Update {
    pub(super) fn command(&self, definition: Option<PreparedDefinition>) -> Result<RegistryCommand, Refusal> {
        let role = self.role_arn.as_deref().map(role).transpose()?;
        Ok(RegistryCommand::Update(self.machine.arn()?, definition, role))
    }
}

impl OnMachine {
    pub(super) fn arn(&self) -> Result<StateMachineArn, Refusal> {
        machine_arn(&self.state_machine_arn)
    }
}

impl<T> OnResource<T> {
    pub(super) fn arn(&self) -> Result<StateMachineArn, Refusal> {
        machine_arn(&self.resource_arn)
    }
}

impl OnResource<Vec<Named>> {
    pub(super) fn tags(&self) -> Result<(StateMachineArn, Tags), Refusal> {
        Ok((self.arn()?, tags(self.tags.as_deref().unwrap_or_default())?))
    }
}

impl OnResource<TagNames> {
    pub(super) fn names(self) -> Result<(StateMachineArn, Tags), Refusal> {
        let arn = self.arn()?;
        let names = self.tags.unwrap_or_default().into_iter().map(|key| Named { key, value: String::new() });
        Ok((arn, tags(&names.collect::<Vec<_>>())?))
    }
}

impl Start {
    pub(super) fn command(&self) -> Result<RegistryCommand, Refusal> {
        let name = |name: &str| {
            let invalid = || Refusal::new("InvalidName", format!("Invalid Name: '{name}'"));
            name.parse::<ExecutionName>().map_err(|_| invalid())
        };
        let name = self.name.as_deref().map(name).transpose()?;
        let input = Payload::parse(self.input.as_deref().unwrap_or("{}").as_bytes());
        let input = input.map_err(|error| Refusal::new("InvalidExecutionInput", error.to_string()))?;
        Ok(RegistryCommand::Start(self.machine.arn()?, name, input, self.trace_header.clone()))
    }
}

impl OnExecution {
    pub(super) fn arn(&self) -> Result<ExecutionArn, Refusal> {
        self.execution_arn.parse().map_err(|_| invalid_arn(&self.execution_arn))
    }
}

impl ListExecutions {
    pub(super) fn arn(&self) -> Result<StateMachineArn, Refusal> {
        self.machine.arn()
    }

    pub(super) fn wants(&self, status: &str) -> bool {
        self.status_filter.as_deref().is_none_or(|wanted| wanted == status)
    }
}

impl Callback {
    pub(super) fn command(self, operation: &str) -> Result<CallbackCommand, Refusal> {
        let token: CallbackToken = self.task_token.parse().map_err(|error| engine::refusal_of_callback(&error))?;
        let command = match operation {
            "SendTaskSuccess" => CallbackCommand::success(token, self.output.unwrap_or_default().as_bytes()),
            "SendTaskFailure" => CallbackCommand::failure(token, self.error, self.cause),
            _ => Ok(CallbackCommand::heartbeat(token)),
        };
        command.map_err(|error| engine::refusal_of_callback(&error))
    }
}

impl From<(&String, &String)> for Named {
    fn from((key, value): (&String, &String)) -> Self {
        Self { key: key.clone(), value: value.clone() }
    }
}

fn machine_arn(text: &str) -> Result<StateMachineArn, Refusal> {
    text.parse().map_err(|_| invalid_arn(text))
}

fn invalid_arn(text: &str) -> Refusal {
    Refusal::new("InvalidArn", format!("Invalid Arn: '{text}'"))
}

fn role(text: &str) -> Result<RoleArn, Refusal> {
    text.parse().map_err(|_| invalid_arn(text))
}

fn tags(tags: &[Named]) -> Result<Tags, Refusal> {
    let unique: BTreeMap<_, _> = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    Tags::new(unique.into_iter().collect()).map_err(|error| engine::refusal(&error))
}
