//! What a worker gets that asks for an action.

use super::Action;
use super::lease::Lease;
use super::status::Status;
use super::step::ActionStep;
use crate::domain::timestamp::Timestamp;

/// How often an action is handed out. One that loses its worker each time may be the cause.
pub const MOST_ATTEMPTS: u32 = 5;

/// What a worker that asks for an action makes of this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimDecision {
    /// It waits for a worker.
    Claim,
    /// Its worker was lost, and it may begin again.
    TakeOver,
    /// Its worker was lost, and it ends.
    Lost,
    /// The worker cannot have it: it waits for its turn, has a worker, or has ended.
    Leave,
}

/// What a worker that asks at `now` makes of the action. A lease that is over takes nothing away as long as no one asks;
/// a step that has started does not start again unless the pipeline said so; and what was cancelled is not handed out.
pub fn decide_claim(action: &Action, now: Timestamp) -> ClaimDecision {
    match action.status {
        Status::Pending => ClaimDecision::Claim,
        Status::InProgress => match &action.lease {
            Some(lease) if lease.is_over(now) => {
                if may_be_taken_over(action) {
                    ClaimDecision::TakeOver
                } else {
                    ClaimDecision::Lost
                }
            }
            Some(_) | None => ClaimDecision::Leave,
        },
        Status::Queued | Status::Waiting | Status::Completed | Status::Failed | Status::Skipped => ClaimDecision::Leave,
    }
}

/// Whether it may begin again once its lease is over.
pub(super) fn may_be_taken_over(action: &Action) -> bool {
    action.cancel.is_none() && (!action.started || action.run_again) && action.attempt < MOST_ATTEMPTS
}

/// A worker's claim of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What the worker gets.
    pub lease: Lease,
    /// The steps of the pipeline.
    pub steps: Vec<ActionStep>,
    /// Whether the action may begin again if this worker is lost as well. See [`Action::run_again`].
    pub run_again: bool,
}

impl Claim {
    /// The action that was claimed at `now`.
    pub fn of(&self, action: &Action, now: Timestamp) -> Action {
        let taken_over = action.status == Status::InProgress;
        // Those of the pipeline as it is now, also in the place of a lost worker's: they are what this worker runs.
        let mut steps = self.steps.clone();
        if steps.is_empty() {
            // What a worker runs for a pipeline without steps is one too: whether it has started must be known.
            steps.push(ActionStep::pending(None));
        }
        let now = action.changed_at(now);
        Action {
            status: Status::InProgress,
            lease: Some(self.lease.clone()),
            attempt: action.attempt + 1,
            started: false,
            run_again: if taken_over { action.run_again } else { self.run_again },
            steps,
            started_at: action.started_at.or(Some(now)),
            updated_at: now,
            due: Some(super::sweep::look_at_lease(&self.lease)),
            claim_at: Some(self.lease.until),
            ..action.clone()
        }
    }
}
