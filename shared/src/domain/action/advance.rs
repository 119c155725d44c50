//! Whose turn is next in a lane.

use super::Action;
use super::end::Ending;
use super::lane::{LaneState, Waiter};
use super::status::Status;
use super::turn::Turn;
use crate::domain::machine::MachineRules;
use crate::domain::pipeline::Pipeline;

/// What to do about a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// Nothing, for now.
    Stop,
    /// Take this turn for the first waiter. The machine of an execution must be looked at before.
    Take(Turn),
    /// End the first waiter; then look again.
    End(Ending),
}

impl LaneState {
    /// The waiter whose turn it is, if the turn is free.
    pub fn next(&self) -> Option<&Waiter> {
        self.waiters.first().filter(|_| self.holder.is_none())
    }
}

/// What to do about a lane, whose next waiter is `action`, of this pipeline.
pub fn decide_advance(
    lane: &LaneState,
    action: Option<&Action>,
    pipeline: Option<&Pipeline>,
    rules: &MachineRules,
) -> Advance {
    let (Some(next), Some(action)) = (lane.next(), action) else { return Advance::Stop };
    if action.id != next.action || action.status != Status::Waiting {
        // Another function has moved it since.
        return Advance::Stop;
    }
    let Some(pipeline) = pipeline else { return Advance::End(Ending::pipeline_gone()) };
    let Some(step) = pipeline.steps.machine() else {
        return Advance::Take(Turn::Worker(pipeline.relation.label.clone()));
    };
    match rules.choose(step.draft.command.as_str()) {
        Ok(machine) => Advance::Take(Turn::Execution {
            machine,
            step: step.draft.name.as_ref().map(|name| name.as_str().to_owned()),
        }),
        Err(refused) => Advance::End(Ending::failed(&refused.to_string())),
    }
}
