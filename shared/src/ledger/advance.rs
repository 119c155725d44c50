//! Giving out the turns of a lane.

use super::supersede::skip_superseded;
use crate::domain::action::{Advance, Lane, LaneState, decide_advance};
use crate::domain::timestamp::Timestamp;
use crate::ports::{
    Consistency, EndUnrun, FindAction, FindPipeline, ReadGate, ReadLane, SendWake, StoreError, SupersedeAction,
    TakeTurn, Taken, WaitAtGate,
};

/// How many waiters of a lane one wake-up deals with. The rest waits for the next one.
const ROUNDS: usize = 10;

/// The turns of a lane could not be given out.
#[derive(Debug, thiserror::Error)]
#[error("the turns of {lane} were not given out")]
pub struct AdvanceError {
    lane: Lane,
    #[source]
    source: StoreError,
}

/// Skips what waits in the lane and gives way to newer actions; then gives its turn to its first waiter, if it is free.
pub async fn advance<Actions>(
    actions: &Actions,
    pipelines: &impl FindPipeline,
    queue: &impl SendWake,
    lane: Lane,
    clock: impl Fn() -> Timestamp + Send + Sync,
) -> Result<(), AdvanceError>
where
    Actions: EndUnrun + FindAction + ReadGate + ReadLane + SupersedeAction + TakeTurn + WaitAtGate,
{
    for _ in 0..ROUNDS {
        let round = round(actions, pipelines, queue, &lane, clock()).await;
        if round.map_err(|source| AdvanceError { lane, source })? == Next::Stop {
            break;
        }
    }
    Ok(())
}

/// What comes after a round.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Nothing is left to do.
    Stop,
    /// Another waiter may be the first now.
    Round,
}

async fn round<Actions>(
    actions: &Actions,
    pipelines: &impl FindPipeline,
    queue: &impl SendWake,
    lane: &Lane,
    now: Timestamp,
) -> Result<Next, StoreError>
where
    Actions: EndUnrun + FindAction + ReadGate + ReadLane + SupersedeAction + TakeTurn + WaitAtGate,
{
    let state: LaneState = actions.read_lane(lane).await?;
    if skip_superseded(actions, queue, &state, now).await? {
        return Ok(Next::Round);
    }
    let Some(next) = state.next() else { return Ok(Next::Stop) };
    let Some(action) = actions.find_action(next.action, Consistency::Strong).await? else { return Ok(Next::Stop) };
    let (project, pipeline) = (action.new.project_id, action.new.pipeline_id);
    let pipeline = pipelines.find_pipeline(project, pipeline, Consistency::Strong).await?;
    let label = match decide_advance(&state, Some(&action), pipeline.as_ref().map(|pipeline| &pipeline.relation)) {
        Advance::Stop => return Ok(Next::Stop),
        Advance::Take(label) => label,
        Advance::End(ending) => {
            actions.end_unrun(&action, &ending, now).await?;
            return Ok(Next::Round);
        }
    };
    Ok(match actions.take_turn(&action, &label, now).await? {
        Taken::Taken | Taken::NotWaiting | Taken::LaneHeld => Next::Stop,
        // Read again: the pipeline is gone for sure now.
        Taken::PipelineGone => {
            actions.end_unrun(&action, &crate::domain::action::Ending::pipeline_gone(), now).await?;
            Next::Round
        }
        Taken::PipelineFull => {
            if actions.wait_at_gate(&action, now).await? {
                Next::Stop
            } else {
                Next::Round
            }
        }
    })
}
