//! Looks every five minutes at the actions that are due: those to which nothing has happened for a while. It ends what
//! can come to nothing, wakes what may have been forgotten, and asks Step Functions how executions are, because events,
//! wake-ups and functions may be lost. It has no route: a schedule invokes it.

mod execution;

use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use shared::domain::action::{Action, Ending, Lane, Status, Sweep, decide_sweep, waits_long};
use shared::domain::id::ActionId;
use shared::domain::timestamp::Timestamp;
use shared::ledger;
use shared::ports::{
    Change, Consistency, DescribeExecution, EndUnrun, FindAction, FindJob, FindPipeline, FinishAction, ListDue,
    PostponeLook, PutLog, ReadGate, SHARDS, SendWake, StartExecution, StopExecution, StoreError,
};
use shared::start::{Command, CommandError, UnexpectedInput, expect_no_input};
use shared::telemetry::{self, Chain, Metric};

use crate::execution::LookError;

/// How many actions of a shard one run looks at: about a thousand of all shards.
const MOST_OF_SHARD: usize = 62;

/// How long before its deadline a run begins with no other action.
const RESERVE: Duration = Duration::from_secs(15);

/// The function and what it needs.
pub struct ActionSweep<Actions, Pipelines, Queue, Executions> {
    /// The ledger.
    pub actions: Actions,
    /// Where pipelines are.
    pub pipelines: Pipelines,
    /// Where wake-ups go.
    pub queue: Queue,
    /// Step Functions.
    pub executions: Executions,
}

/// What a run has done.
#[derive(Debug, Default, Serialize)]
pub struct Swept {
    /// Actions that were due.
    pub looked_at: u32,
    /// Those of them that it has ended.
    pub ended: u32,
    /// Those whose lane it has woken.
    pub woken: u32,
    /// Those whose execution it has started, because the function that was to do so had not.
    pub started: u32,
    /// Those that it could not deal with. The log says why.
    pub failed: u32,
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The input is at fault.
    #[error(transparent)]
    Input(#[from] UnexpectedInput),
    /// What is due could not be listed.
    #[error("what is due could not be listed")]
    Store(#[from] StoreError),
    /// The answer could not be written.
    #[error("the answer could not be written")]
    Answer(#[from] serde_json::Error),
}

impl<Actions, Pipelines, Queue, Executions> Command for ActionSweep<Actions, Pipelines, Queue, Executions>
where
    Actions: EndUnrun + FindAction + FindJob + FinishAction + ListDue + PostponeLook + PutLog + ReadGate,
    Pipelines: FindPipeline,
    Queue: SendWake,
    Executions: DescribeExecution + StartExecution + StopExecution,
{
    type Answer = Swept;
    type Error = SweepError;

    /// An action that cannot be dealt with keeps no other one waiting.
    async fn run(&self, input: &RawValue, clock: fn() -> Timestamp, deadline: Timestamp) -> Result<Swept, SweepError> {
        expect_no_input(input)?;
        let (mut swept, mut woken) = (Swept::default(), Vec::new());
        for shard in 0..SHARDS {
            for id in self.actions.list_due(shard, clock(), MOST_OF_SHARD).await? {
                if clock() > deadline.minus(RESERVE) {
                    return Ok(swept);
                }
                swept.looked_at += 1;
                if let Err(error) = self.look_at(id, clock(), &mut swept, &mut woken).await {
                    swept.failed += 1;
                    tracing::error!(cause = %Chain(&error), action_id = id.get(), "An action was not dealt with");
                }
            }
        }
        Ok(swept)
    }
}

impl<Actions, Pipelines, Queue, Executions> ActionSweep<Actions, Pipelines, Queue, Executions>
where
    Actions: EndUnrun + FindAction + FindJob + FinishAction + PostponeLook + PutLog + ReadGate,
    Pipelines: FindPipeline,
    Queue: SendWake,
    Executions: DescribeExecution + StartExecution + StopExecution,
{
    async fn look_at(
        &self,
        id: ActionId,
        now: Timestamp,
        swept: &mut Swept,
        woken: &mut Vec<Lane>,
    ) -> Result<(), LookError> {
        let Some(action) = self.actions.find_action(id, Consistency::Strong).await? else { return Ok(()) };
        match decide_sweep(&action, self.claim_within(&action).await?, now) {
            Sweep::Leave => {}
            Sweep::LookAgain { at, wake } => {
                count_wait(&action, now);
                if wake {
                    swept.woken += 1;
                    self.wake_once(action.lane(), woken).await;
                }
                self.actions.postpone_look(&action, at).await?;
            }
            Sweep::Ask { execution, at } => self.ask(&action, &execution, (now, at), swept).await?,
            Sweep::EndUnrun(ending) => {
                let change = self.actions.end_unrun(&action, &ending, now).await?;
                self.ended(change, &ending, swept).await;
            }
            Sweep::Finish(ending) => {
                let change = self.actions.finish_action(&action, &ending, now).await?;
                self.ended(change, &ending, swept).await;
            }
        }
        Ok(())
    }

    /// Only a pending action is looked at by its pipeline.
    async fn claim_within(&self, action: &Action) -> Result<Option<Duration>, StoreError> {
        if action.status != Status::Pending {
            return Ok(None);
        }
        let (project, id) = (action.new.project_id, action.new.pipeline_id);
        let pipeline = self.pipelines.find_pipeline(project, id, Consistency::Strong).await?;
        Ok(pipeline.map(|pipeline| pipeline.relation.claim_within.duration()))
    }

    /// One wake-up of a lane is enough for all that wait in it.
    async fn wake_once(&self, lane: Lane, woken: &mut Vec<Lane>) {
        if !woken.contains(&lane) {
            ledger::wake(&self.queue, &[lane]).await;
            woken.push(lane);
        }
    }
}

impl<Actions: ReadGate, Pipelines, Queue: SendWake, Executions> ActionSweep<Actions, Pipelines, Queue, Executions> {
    /// An action that has changed meanwhile is left: it is looked at when it is due again.
    async fn ended(&self, change: Change, ending: &Ending, swept: &mut Swept) {
        match change {
            Change::Refused(_) => {}
            Change::Made(action) => {
                swept.ended += 1;
                tracing::warn!(action_id = action.id.get(), status = %ending.status(), "An action was ended");
                ledger::wake_after(&self.actions, &self.queue, &action).await;
            }
        }
    }
}

/// Counts an action that should not have to wait any more.
fn count_wait(action: &Action, now: Timestamp) {
    if action.status == Status::Pending {
        telemetry::count(Metric::ActionsUnclaimed);
    }
    if waits_long(action, now) {
        telemetry::count(Metric::ActionsWaiting);
    }
}

impl CommandError for SweepError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Input(_) => "InvalidInput",
            Self::Store(StoreError::Corrupt { .. }) | Self::Answer(_) => "Internal",
            Self::Store(StoreError::Unavailable(_) | StoreError::Conflict | StoreError::Full { .. }) => "Unavailable",
        }
    }
}
