//! Giving out the turns of a lane.

use super::execution::{BeginError, Begun, begin_execution};
use super::supersede::skip_superseded;
use crate::domain::action::{Action, Advance, Ending, Lane, LaneState, Turn, decide_advance};
use crate::domain::machine::{MachineArn, MachineRefused, MachineRules};
use crate::domain::timestamp::Timestamp;
use crate::ports::{
    Consistency, EndUnrun, ExecutionsError, FindAction, FindJob, FindPipeline, FindStateMachine, FinishAction,
    ReadGate, ReadLane, SendWake, StartExecution, StoreError, SupersedeAction, TakeTurn, Taken, WaitAtGate,
};

/// How many waiters of a lane one wake-up deals with. The rest waits for the next one.
const ROUNDS: usize = 10;

/// The turns of a lane could not be given out.
#[derive(Debug, thiserror::Error)]
#[error("the turns of {lane} were not given out")]
pub struct AdvanceError {
    lane: Lane,
    #[source]
    source: RoundError,
}

/// What kept a turn from being given out.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Executions(#[from] ExecutionsError),
}

impl From<BeginError> for RoundError {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Store(error) => Self::Store(error),
            BeginError::Executions(error) => Self::Executions(error),
        }
    }
}

/// What gives out turns, and what it needs.
#[derive(Debug)]
pub struct Turns<'a, Actions, Pipelines, Queue, Executions> {
    /// The ledger.
    pub actions: &'a Actions,
    /// Where pipelines are.
    pub pipelines: &'a Pipelines,
    /// Where wake-ups go.
    pub queue: &'a Queue,
    /// Step Functions.
    pub executions: &'a Executions,
    /// Which state machines may be started.
    pub rules: &'a MachineRules,
}

/// What comes after a round.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Nothing is left to do.
    Stop,
    /// Another waiter may be the first now.
    Round,
}

impl<Actions, Pipelines, Queue, Executions> Turns<'_, Actions, Pipelines, Queue, Executions>
where
    Actions:
        EndUnrun + FindAction + FindJob + FinishAction + ReadGate + ReadLane + SupersedeAction + TakeTurn + WaitAtGate,
    Pipelines: FindPipeline,
    Queue: SendWake,
    Executions: FindStateMachine + StartExecution,
{
    /// Skips what waits in the lane and gives way to newer actions; then gives its turn to its first waiter, if it is free.
    pub async fn advance(&self, lane: Lane, clock: impl Fn() -> Timestamp + Send + Sync) -> Result<(), AdvanceError> {
        for _ in 0..ROUNDS {
            let round = self.round(&lane, clock()).await;
            if round.map_err(|source| AdvanceError { lane, source })? == Next::Stop {
                break;
            }
        }
        Ok(())
    }

    async fn round(&self, lane: &Lane, now: Timestamp) -> Result<Next, RoundError> {
        let state: LaneState = self.actions.read_lane(lane).await?;
        if skip_superseded(self.actions, self.queue, &state, now).await? {
            return Ok(Next::Round);
        }
        let Some(next) = state.next() else { return Ok(Next::Stop) };
        let Some(action) = self.actions.find_action(next.action, Consistency::Strong).await? else {
            return Ok(Next::Stop);
        };
        let (project, pipeline) = (action.new.project_id, action.new.pipeline_id);
        let pipeline = self.pipelines.find_pipeline(project, pipeline, Consistency::Strong).await?;
        match decide_advance(&state, Some(&action), pipeline.as_ref(), self.rules) {
            Advance::Stop => Ok(Next::Stop),
            Advance::End(ending) => self.end(&action, &ending, now).await,
            Advance::Take(turn) => {
                if let Turn::Execution { machine, step: _ } = &turn
                    && let Err(refused) = self.check(&action, machine, now).await?
                {
                    return self.end(&action, &Ending::failed(&refused.to_string()), now).await;
                }
                self.take(&action, &turn, now).await
            }
        }
    }

    /// Whether the action's project may start the machine.
    async fn check(
        &self,
        action: &Action,
        machine: &MachineArn,
        now: Timestamp,
    ) -> Result<Result<(), MachineRefused>, ExecutionsError> {
        Ok(match self.executions.find_state_machine(machine, now).await? {
            Some(found) => found.check(machine, action.new.project_id),
            None => Err(MachineRefused::Missing(machine.clone())),
        })
    }

    async fn end(&self, action: &Action, ending: &Ending, now: Timestamp) -> Result<Next, RoundError> {
        self.actions.end_unrun(action, ending, now).await?;
        Ok(Next::Round)
    }

    async fn take(&self, action: &Action, turn: &Turn, now: Timestamp) -> Result<Next, RoundError> {
        let with_turn = turn.of(action, now);
        match self.actions.take_turn(action, &with_turn).await? {
            Taken::Taken => self.begin(&with_turn, now).await,
            Taken::NotWaiting | Taken::LaneHeld => Ok(Next::Stop),
            // Read again: the pipeline is gone for sure now.
            Taken::PipelineGone => self.end(action, &Ending::pipeline_gone(), now).await,
            Taken::PipelineFull if self.actions.wait_at_gate(action, now).await? => Ok(Next::Stop),
            Taken::PipelineFull => Ok(Next::Round),
        }
    }

    /// Starts what no worker runs. If that fails, the action has its turn all the same, and the sweep starts it.
    async fn begin(&self, action: &Action, now: Timestamp) -> Result<Next, RoundError> {
        let Some(execution) = &action.execution else { return Ok(Next::Stop) };
        Ok(match begin_execution(self.actions, self.queue, self.executions, (action, execution), now).await? {
            Begun::Started => Next::Stop,
            Begun::Ended => Next::Round,
        })
    }
}
