//! The interpreter of state machines: `rustack-stepfunctions-core`, put together.

use std::{sync::Arc, time::Duration};

use rustack_stepfunctions_core::{
    AslCompiler, CallbackCommand, CallbackError, CallbackLimits, CallbackRegistry, CallbackSupervisor, ExecutionLimits,
    ExecutionSnapshot, ExecutionSupervisor, HistoryLimits, MachineSnapshot, MachineStatus, PreparedDefinition,
    Registry, RegistryCommand, RegistryError, RegistryLimits, RegistryResult, RegistrySupervisor, RuntimeLimits,
    StateMachineArn, StateSupport, TaskSupport, TenantScope,
};
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{requests::Stop, tasks::LambdaTasks};
use crate::{
    aws::emulator::Refusal,
    template::{ACCOUNT, REGION},
};

/// As long as a Standard execution may run.
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// Executions and tasks at the same time, and threads that work on them.
const EXECUTIONS: usize = 4_096;
const TASKS: usize = 1_024;
const THREADS: usize = 4;

/// What the histories of all executions together may take.
const HISTORY_BYTES: usize = 256 * 1024 * 1024;

/// After which a request is told that the service is unavailable.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Engine {
    compiler: AslCompiler,
    registry: Registry,
    /// The executions and callbacks end when these are dropped.
    _owners: (RegistrySupervisor, CallbackSupervisor),
}

impl Engine {
    /// The error is a line of text.
    pub(super) fn start(lambda: Arc<LambdaTasks>) -> Result<Self, String> {
        let text = |error: &dyn std::error::Error| error.to_string();
        let scope = TenantScope::new("aws", REGION, ACCOUNT).map_err(|error| text(&error))?;
        let (callbacks, callback_owner) =
            CallbackRegistry::new(scope.clone(), CallbackLimits::default()).map_err(|error| text(&error))?;
        let (registry, owner) = Self::registry(scope.clone(), callbacks, lambda)?;
        let compiler = AslCompiler::new(scope, TaskSupport::Lambda)
            .with_state_support(StateSupport::Structured)
            .with_callback_support(true);
        Ok(Self { compiler, registry, _owners: (owner, callback_owner) })
    }

    fn registry(
        scope: TenantScope,
        callbacks: CallbackRegistry,
        lambda: Arc<LambdaTasks>,
    ) -> Result<(Registry, RegistrySupervisor), String> {
        let limits = RuntimeLimits::new(EXECUTIONS, TASKS, THREADS).map_err(|error| error.to_string())?;
        let mut executions = ExecutionSupervisor::new(limits, HistoryLimits::default(), HISTORY_BYTES, Some(lambda))
            .map_err(|error| error.to_string())?;
        executions.install_callbacks(callbacks).map_err(|error| error.to_string())?;
        let each = ExecutionLimits::new(LONGEST, 1_000_000).map_err(|error| error.to_string())?;
        let support = StateSupport::Structured;
        Registry::new_with_state_support(scope, RegistryLimits::default(), executions, each, support)
            .map_err(|error| error.to_string())
    }

    pub(super) fn compile(&self, definition: &str) -> Result<PreparedDefinition, Refusal> {
        let compiled = self.compiler.compile(definition.as_bytes());
        let compiled = compiled.map_err(|error| {
            let found = error.diagnostic();
            let message = format!("Invalid State Machine Definition: {} at {:?}", found.message(), found.location());
            Refusal::new("InvalidDefinition", message)
        })?;
        Ok(PreparedDefinition::new(Arc::clone(compiled.machine())))
    }

    pub(super) async fn ask(&self, command: RegistryCommand) -> Result<RegistryResult, RegistryError> {
        self.registry.submit(command)?.wait(Instant::now() + PATIENCE).await
    }

    pub(super) async fn ask_for_machine(&self, command: RegistryCommand) -> Result<MachineSnapshot, Refusal> {
        self.ask(command).await.and_then(machine).map_err(|error| refusal(&error))
    }

    pub(super) async fn ask_for_execution(&self, command: RegistryCommand) -> Result<ExecutionSnapshot, Refusal> {
        let answer = self.ask(command).await.map_err(|error| refusal(&error))?;
        let RegistryResult::Execution(execution) = answer else { return Err(refusal(&RegistryError::Unavailable)) };
        Ok(execution)
    }

    pub(super) async fn ask_about_tags(&self, command: RegistryCommand) -> Result<Json, Refusal> {
        self.ask(command).await.map(|_| json!({})).map_err(|error| refusal_about_tags(&error))
    }

    pub(super) async fn machines(&self) -> Result<Vec<MachineSnapshot>, Refusal> {
        let answer = self.ask(RegistryCommand::Machines).await.map_err(|error| refusal(&error))?;
        let RegistryResult::Machines(machines) = answer else { return Err(refusal(&RegistryError::Unavailable)) };
        Ok(machines)
    }

    pub(super) async fn executions(&self, arn: StateMachineArn) -> Result<Vec<ExecutionSnapshot>, Refusal> {
        let answer = self.ask(RegistryCommand::Executions(arn)).await.map_err(|error| refusal(&error))?;
        let RegistryResult::Executions(executions) = answer else { return Err(refusal(&RegistryError::Unavailable)) };
        Ok(executions)
    }

    pub(super) async fn stop(&self, request: Stop) -> Result<ExecutionSnapshot, Refusal> {
        let arn = request.execution.arn()?;
        let stopped = self.registry.stop(arn, request.error, request.cause, Instant::now() + PATIENCE).await;
        stopped.map_err(|error| refusal(&error))
    }

    pub(super) async fn call_back(&self, command: CallbackCommand) -> Result<(), Refusal> {
        let answered = match self.registry.submit_callback(command) {
            Ok(mut answer) => answer.wait(Instant::now() + PATIENCE).await,
            Err(error) => Err(error),
        };
        answered.map_err(|error| refusal_of_callback(&error))
    }
}

pub(super) fn machine(result: RegistryResult) -> Result<MachineSnapshot, RegistryError> {
    let RegistryResult::Machine(machine) = result else { return Err(RegistryError::Unavailable) };
    Ok(machine)
}

pub(super) fn status(machine: &MachineSnapshot) -> &'static str {
    if matches!(machine.status(), MachineStatus::Active) { "ACTIVE" } else { "DELETING" }
}

/// When no execution runs any more.
pub(super) fn far_future() -> Instant {
    Instant::now() + LONGEST + LONGEST
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what else goes wrong in the engine is not the sender's fault")]
pub(super) fn refusal(error: &RegistryError) -> Refusal {
    let code = match error {
        RegistryError::MachineMissing => "StateMachineDoesNotExist",
        RegistryError::MachineExists => "StateMachineAlreadyExists",
        RegistryError::Deleting => "StateMachineDeleting",
        RegistryError::ExecutionMissing => "ExecutionDoesNotExist",
        RegistryError::ExecutionExists => "ExecutionAlreadyExists",
        RegistryError::TagLimit => "TooManyTags",
        RegistryError::Capacity => "ExecutionLimitExceeded",
        RegistryError::Validation => "ValidationException",
        error => return Refusal::unavailable(error.to_string()),
    };
    Refusal::new(code, error.to_string())
}

/// A resource with tags has another error when it is missing.
pub(super) fn refusal_about_tags(error: &RegistryError) -> Refusal {
    if matches!(error, RegistryError::MachineMissing) {
        return Refusal::new("ResourceNotFound", error.to_string());
    }
    refusal(error)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "what else goes wrong in the engine is not the sender's fault")]
pub(super) fn refusal_of_callback(error: &CallbackError) -> Refusal {
    let code = match error {
        CallbackError::InvalidToken => "InvalidToken",
        CallbackError::TaskTimedOut => "TaskTimedOut",
        CallbackError::Data(_) => "InvalidOutput",
        CallbackError::Validation => "ValidationException",
        CallbackError::Cached(error) => return refusal_of_callback(error),
        error => return Refusal::unavailable(error.to_string()),
    };
    Refusal::new(code, error.to_string())
}
