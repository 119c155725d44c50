//! Whose turn is next in a lane.

use super::Action;
use super::end::Ending;
use super::lane::{LaneState, Waiter};
use super::status::Status;
use crate::domain::pipeline::{Label, PipelineRelation};

/// What to do about a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// Nothing, for now.
    Stop,
    /// Take the turn for the first waiter, whose workers ask for this label.
    Take(Label),
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
pub fn decide_advance(lane: &LaneState, action: Option<&Action>, pipeline: Option<&PipelineRelation>) -> Advance {
    let (Some(next), Some(action)) = (lane.next(), action) else { return Advance::Stop };
    if action.id != next.action || action.status != Status::Waiting {
        // Another function has moved it since.
        return Advance::Stop;
    }
    match pipeline {
        Some(pipeline) => Advance::Take(pipeline.label.clone()),
        None => Advance::End(Ending::pipeline_gone()),
    }
}
