//! AWS Step Functions: the state machines of the account, and their executions.

use std::future::Future;

use super::Source;
use crate::domain::action::{Execution, ExecutionState};
use crate::domain::machine::{MachineArn, StateMachine};
use crate::domain::timestamp::Timestamp;

/// Step Functions cannot be reached, has too much to do, or does not let us ask. The same call may succeed later.
#[derive(Debug, thiserror::Error)]
#[error("Step Functions is unavailable")]
pub struct ExecutionsError(#[source] pub Source);

/// Finds a state machine.
pub trait FindStateMachine: Send + Sync {
    /// The machine as it was within the last minute, because AWS lets its tags be read only now and then. `None` if it
    /// does not exist.
    fn find_state_machine(
        &self,
        machine: &MachineArn,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<StateMachine>, ExecutionsError>> + Send;
}

/// What became of a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// The execution is there: this start has made it, or one before.
    Started,
    /// It can never start, for this reason.
    Refused(String),
}

/// Starts executions.
pub trait StartExecution: Send + Sync {
    /// Starts the execution with this input, JSON, unless one of its name has started before.
    fn start_execution(
        &self,
        execution: &Execution,
        input: &str,
    ) -> impl Future<Output = Result<Started, ExecutionsError>> + Send;
}

/// Stops executions.
pub trait StopExecution: Send + Sync {
    /// Stops the execution, if it runs. It may end in another way before.
    fn stop_execution(&self, execution: &Execution) -> impl Future<Output = Result<(), ExecutionsError>> + Send;
}

/// Asks how executions are.
pub trait DescribeExecution: Send + Sync {
    /// How far the execution has come. `None` if it does not exist.
    fn describe_execution(
        &self,
        execution: &Execution,
    ) -> impl Future<Output = Result<Option<ExecutionState>, ExecutionsError>> + Send;
}
