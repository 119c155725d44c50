//! What the sweep does with an action that nothing has happened to for a while.

use std::time::Duration;

use super::claim::may_be_taken_over;
use super::end::Ending;
use super::execution::{Execution, ExecutionState, Outcome};
use super::lease::Lease;
use super::status::Status;
use super::{Action, NEVER_ARRIVED};
use crate::domain::timestamp::Timestamp;

/// When the sweep looks again at what it can do no more about.
pub const NEXT_LOOK: Duration = Duration::from_mins(15);

/// How long after its lease is over the sweep looks at an action. Workers that ask find it before.
const AFTER_LEASE: Duration = Duration::from_mins(5);

/// How long an action that may begin again waits for a worker to take it over.
const TAKEN_OVER_WITHIN: Duration = Duration::from_hours(1);

/// How long an action waits for its turn: five days less than its job is kept.
const WAITS_AT_MOST: Duration = Duration::from_hours(40 * 24);

/// How long an action may wait for its turn before someone should look why.
const WAITS_LONG: Duration = Duration::from_hours(1);

/// Whether the action has waited for its turn for so long that someone should look why.
pub fn waits_long(action: &Action, now: Timestamp) -> bool {
    action.status == Status::Waiting && now.distance(action.new.created_at.min(now)) >= WAITS_LONG
}

/// What the sweep does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// Nothing: it has ended.
    Leave,
    /// Wake its lane if `wake`, and look again then.
    LookAgain {
        /// When.
        at: Timestamp,
        /// Whether something may have been forgotten.
        wake: bool,
    },
    /// Ask how its execution is, and look again then if that goes on.
    Ask {
        /// Which one.
        execution: Box<Execution>,
        /// When.
        at: Timestamp,
    },
    /// End it, as it has no turn; wake its lane.
    EndUnrun(Ending),
    /// End it, as it has its turn; wake its lane and those at the gate.
    Finish(Ending),
}

/// When the sweep looks at an action of this lease.
pub(super) fn look_at_lease(lease: &Lease) -> Timestamp {
    lease.until.plus(AFTER_LEASE)
}

/// What the sweep does at `now` with an action that is due. `claim_within` is that of its pipeline, `None` if the
/// pipeline was deleted; only a pending action needs it.
pub fn decide_sweep(action: &Action, claim_within: Option<Duration>, now: Timestamp) -> Sweep {
    let age = now.distance(action.new.created_at.min(now));
    let later = now.plus(NEXT_LOOK);
    match action.status {
        Status::Queued if age < NEVER_ARRIVED => {
            Sweep::LookAgain { at: action.new.created_at.plus(NEVER_ARRIVED), wake: false }
        }
        Status::Queued => Sweep::EndUnrun(Ending::failed("its job never arrived")),
        Status::Waiting if age < WAITS_AT_MOST => Sweep::LookAgain { at: later, wake: true },
        Status::Waiting => Sweep::EndUnrun(Ending::failed("its turn did not come within 40 days")),
        Status::Pending => {
            let Some(claim_within) = claim_within else { return Sweep::Finish(Ending::pipeline_gone()) };
            let until = action.claim_at.unwrap_or(action.updated_at).plus(claim_within);
            if now < until {
                Sweep::LookAgain { at: later.min(until), wake: false }
            } else {
                Sweep::Finish(Ending::failed("no worker asked for it"))
            }
        }
        Status::InProgress => of_running(action, now),
        Status::Completed | Status::Failed | Status::Skipped => Sweep::Leave,
    }
}

fn of_running(action: &Action, now: Timestamp) -> Sweep {
    if let Some(execution) = &action.execution {
        return Sweep::Ask { execution: Box::new(execution.clone()), at: now.plus(NEXT_LOOK) };
    }
    // Only damage makes an action run without a lease or an execution.
    let Some(lease) = &action.lease else { return Sweep::LookAgain { at: now.plus(NEXT_LOOK), wake: false } };
    if !lease.is_over(now) {
        return Sweep::LookAgain { at: look_at_lease(lease), wake: false };
    }
    let given_up = lease.until.plus(TAKEN_OVER_WITHIN);
    if may_be_taken_over(action) && now < given_up {
        return Sweep::LookAgain { at: given_up, wake: false };
    }
    Sweep::Finish(Ending::lost(action))
}

/// How long an execution can be started. A function that was about to start it when it died, or was frozen, has long
/// stopped to live then. Much later, Step Functions forgets what it has executed, and would start it once more.
const STARTED_AT_LAST: Duration = Duration::from_hours(24);

/// What the sweep does with an action that Step Functions runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExecutionSweep {
    /// Start it: the function that was to do so has not. Then stop it, if it is not wanted any more: before, a function that
    /// is late could still start it.
    Start {
        /// Whether a user has cancelled it.
        then_stop: bool,
    },
    /// Stop it: a user has cancelled it.
    Stop,
    /// Leave it: it runs.
    Leave,
    /// End the action: the execution has ended so.
    End(Outcome),
    /// End the action: its execution was never there.
    GiveUp(Ending),
}

/// What the sweep does at `now` with the action, whose execution is so; `None` if it does not exist.
pub fn decide_execution(action: &Action, state: Option<ExecutionState>, now: Timestamp) -> ExecutionSweep {
    let is_cancelled = action.cancel.is_some();
    match state {
        Some(ExecutionState::Ended(outcome)) => ExecutionSweep::End(outcome),
        Some(ExecutionState::Running) if is_cancelled => ExecutionSweep::Stop,
        Some(ExecutionState::Running) => ExecutionSweep::Leave,
        None if now < action.started_at.unwrap_or(action.updated_at).plus(STARTED_AT_LAST) => {
            ExecutionSweep::Start { then_stop: is_cancelled }
        }
        None => ExecutionSweep::GiveUp(Ending::failed("the execution could not be started within a day")),
    }
}
