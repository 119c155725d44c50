//! Ends the action whose execution has ended, so that the next one gets its turn. It has no route: EventBridge invokes it
//! with what Step Functions says of an execution. Such an event may come late, twice or never, and may be of another
//! deployment of the same account; `action-sweep` is enough without any.

mod event;

use serde::Serialize;
use serde_json::value::RawValue;
use shared::domain::action::Action;
use shared::domain::timestamp::Timestamp;
use shared::ledger::{ExecutionEnded, end_execution};
use shared::ports::{Consistency, FindAction, FinishAction, PutLog, ReadGate, SendWake, StoreError};
use shared::start::{Command, CommandError};

use crate::event::{End, Unreadable};

/// The function and what it needs.
pub struct ActionFinish<Actions, Queue> {
    /// The ledger.
    pub actions: Actions,
    /// Where wake-ups go.
    pub queue: Queue,
}

/// What became of the action.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Finished {
    /// It has ended.
    Ended,
    /// It had ended before.
    EndedBefore,
    /// No action of this deployment has this execution.
    NotOurs,
}

/// Why an event was not dealt with. EventBridge sends it again.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// It is no end of an execution of ours.
    #[error(transparent)]
    Input(#[from] Unreadable),
    /// The action could not be ended.
    #[error("the action was not ended")]
    Store(#[from] StoreError),
    /// Other requests changed the action all the time.
    #[error("the action changed at the same time")]
    Busy,
}

impl<Actions, Queue> Command for ActionFinish<Actions, Queue>
where
    Actions: FindAction + FinishAction + PutLog + ReadGate,
    Queue: SendWake,
{
    type Answer = Finished;
    type Error = FinishError;

    async fn run(&self, input: &RawValue, clock: fn() -> Timestamp, _: Timestamp) -> Result<Finished, FinishError> {
        let end = End::read(input)?;
        let found = self.actions.find_action(end.execution.name.action, Consistency::Strong).await?;
        let Some(action) = found.filter(|action| is_run_by(action, &end)) else { return Ok(Finished::NotOurs) };
        match end_execution(&self.actions, &self.queue, &action, &end.outcome, clock()).await? {
            ExecutionEnded::Now => Ok(Finished::Ended),
            ExecutionEnded::Before => Ok(Finished::EndedBefore),
            ExecutionEnded::Later => Err(FinishError::Busy),
        }
    }
}

/// Whether this execution runs the action. The name alone is no proof: who may start executions in the account can give
/// any name to one of another machine.
fn is_run_by(action: &Action, end: &End) -> bool {
    action.execution.as_ref() == Some(&end.execution)
}

impl CommandError for FinishError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Input(_) => "InvalidInput",
            Self::Store(StoreError::Corrupt { .. }) => "Internal",
            Self::Store(StoreError::Unavailable(_) | StoreError::Conflict | StoreError::Full { .. }) | Self::Busy => {
                "Unavailable"
            }
        }
    }
}
