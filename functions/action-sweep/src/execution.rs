//! The actions that Step Functions runs: what becomes of one whose start, end or stop may have been forgotten.

use shared::domain::action::{Action, Execution, ExecutionSweep, decide_execution};
use shared::domain::timestamp::Timestamp;
use shared::ledger::{BeginError, Begun, ExecutionEnded, begin_execution, end_execution};
use shared::ports::{
    DescribeExecution, ExecutionsError, FindJob, FinishAction, PostponeLook, PutLog, ReadGate, SendWake,
    StartExecution, StopExecution, StoreError,
};
use shared::telemetry::{self, Metric};

use crate::{ActionSweep, Swept};

/// Why an action was not dealt with. It stays due, so the next run looks at it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Executions(#[from] ExecutionsError),
}

impl From<BeginError> for LookError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Store(error) => Self::Store(error),
            BeginError::Executions(error) => Self::Executions(error),
        }
    }
}

impl<Actions, Pipelines, Queue, Executions> ActionSweep<Actions, Pipelines, Queue, Executions>
where
    Actions: FindJob + FinishAction + PostponeLook + PutLog + ReadGate,
    Queue: SendWake,
    Executions: DescribeExecution + StartExecution + StopExecution,
{
    /// Asks how the execution is, and does what was forgotten. An action that has not ended is looked at again then.
    pub(crate) async fn ask(
        &self,
        action: &Action,
        execution: &Execution,
        (now, again): (Timestamp, Timestamp),
        swept: &mut Swept,
    ) -> Result<(), LookError> {
        let asked = self.deal_with(action, execution, now, swept).await;
        match asked {
            Ok(false) => self.actions.postpone_look(action, again).await?,
            Err(LookError::Executions(_)) => telemetry::count(Metric::ActionsStuck),
            Ok(true) | Err(LookError::Store(_)) => {}
        }
        asked.map(drop)
    }

    /// Whether the action has ended.
    async fn deal_with(
        &self,
        action: &Action,
        execution: &Execution,
        now: Timestamp,
        swept: &mut Swept,
    ) -> Result<bool, LookError> {
        let state = self.executions.describe_execution(execution).await?;
        match decide_execution(action, state, now) {
            ExecutionSweep::Leave => Ok(false),
            ExecutionSweep::Stop => {
                self.executions.stop_execution(execution).await?;
                Ok(false)
            }
            ExecutionSweep::Start { then_stop } => {
                let begun =
                    begin_execution(&self.actions, &self.queue, &self.executions, (action, execution), now).await?;
                if begun == Begun::Ended {
                    swept.ended += 1;
                    return Ok(true);
                }
                swept.started += 1;
                if then_stop {
                    self.executions.stop_execution(execution).await?;
                }
                Ok(false)
            }
            ExecutionSweep::End(outcome) => {
                let ended = end_execution(&self.actions, &self.queue, action, &outcome, now).await?;
                swept.ended += u32::from(ended == ExecutionEnded::Now);
                Ok(ended != ExecutionEnded::Later)
            }
            ExecutionSweep::GiveUp(ending) => {
                let change = self.actions.finish_action(action, &ending, now).await?;
                self.ended(change, &ending, swept).await;
                Ok(true)
            }
        }
    }
}
