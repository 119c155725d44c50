//! The action: one run of a pipeline of ours, from the job that asks for it to its end.
//!
//! What is decided of an action is decided here, by pure functions over what was read. What keeps two functions from
//! deciding differently at once is the condition of each write ([`ports`](crate::ports)).

mod advance;
mod cancel;
mod claim;
mod end;
mod execution;
mod lane;
mod lease;
mod new;
#[cfg(test)]
mod properties;
mod report;
mod status;
mod step;
mod succession;
mod superseded;
mod sweep;
mod text;
mod turn;

use std::time::Duration;

pub use self::advance::{Advance, decide_advance};
pub use self::cancel::{CancelDecision, decide_cancel};
pub use self::claim::{Claim, ClaimDecision, MOST_ATTEMPTS, decide_claim};
pub use self::end::Ending;
pub use self::execution::{Execution, ExecutionEnd, ExecutionName, ExecutionState, Outcome};
pub use self::lane::{Gate, GateWaiter, Lane, LaneState, Sequence, Waiter};
pub use self::lease::{Lease, LeaseHash, LeaseSeconds, LeaseToken};
pub use self::new::{NewAction, TriggeredFrom};
pub use self::report::{Report, ReportRefused, Reported, StepReport};
pub use self::status::{Reason, Status};
pub use self::step::ActionStep;
pub use self::succession::Succession;
pub use self::superseded::Superseded;
pub use self::sweep::{ExecutionSweep, NEXT_LOOK, Sweep, decide_execution, decide_sweep, waits_long};
pub use self::text::{Comment, ReasonText, RunUrl, WorkerName};
pub use self::turn::Turn;
use super::id::{ActionId, UserId};
use super::pipeline::Label;
use super::timestamp::Timestamp;

/// How long after its end an action is kept.
pub const KEPT_AFTER_END: Duration = Duration::from_hours(30 * 24);

/// How long the job and the output of an action are kept after they were written.
pub const JOB_KEPT: Duration = Duration::from_hours(45 * 24);

/// An action as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What the API calls it.
    pub id: ActionId,
    /// What was known of it when its job was made. It never changes.
    pub new: NewAction,
    /// How far it has come.
    pub status: Status,
    /// What it waits for, as far as it waits.
    pub waiting_for: Reason,
    /// Why it ended as it did, where there is more to say than its status.
    pub reason: Option<ReasonText>,
    /// Its place among the waiting actions of its resource. It has one once its job has arrived.
    pub sequence: Option<Sequence>,
    /// Who may report on it. It stays when its holder has ended the action, who may then report the end once more; it
    /// goes when the action is ended as lost.
    pub lease: Option<Lease>,
    /// What runs it, if Step Functions does. From its turn on.
    pub execution: Option<Execution>,
    /// How often a worker has claimed it. 1 for an execution, which is started once.
    pub attempt: u32,
    /// Whether a step has started since the last claim.
    pub started: bool,
    /// Whether it may begin again after a worker was lost that had started a step: so its pipeline said when it was
    /// claimed.
    pub run_again: bool,
    /// The steps of its pipeline when it was claimed, in their order.
    pub steps: Vec<ActionStep>,
    /// The user who asked to cancel it while it was in progress.
    pub cancel: Option<UserId>,
    /// The action that ran in the place of this one.
    pub superseded_by: Option<ActionId>,
    /// Where the run can be seen, if its worker said so or Step Functions runs it.
    pub url: Option<RunUrl>,
    /// When its worker began with it, or Step Functions got it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the sweep looks at it next, until it has ended.
    pub due: Option<Timestamp>,
    /// Which workers may claim it: those that ask for this label. From its turn to its end, if a worker runs it.
    pub label: Option<Label>,
    /// When they may: from its turn on, or when its lease is over.
    pub claim_at: Option<Timestamp>,
}

/// How long after its job was made an action ends whose job never arrives: a day longer than the queue keeps a job.
pub const NEVER_ARRIVED: Duration = Duration::from_hours(15 * 24);

/// How long after a user has cancelled an execution the sweep looks whether it has ended.
const STOPPED_WITHIN: Duration = Duration::from_mins(2);

impl Action {
    /// The action of a job that was just made.
    pub fn queued(id: ActionId, new: NewAction) -> Self {
        let created_at = new.created_at;
        Self {
            id,
            new,
            status: Status::Queued,
            waiting_for: Reason::Target,
            reason: None,
            sequence: None,
            lease: None,
            execution: None,
            attempt: 0,
            started: false,
            run_again: false,
            steps: Vec::new(),
            cancel: None,
            superseded_by: None,
            url: None,
            started_at: None,
            completed_at: None,
            updated_at: created_at,
            due: Some(created_at.plus(NEVER_ARRIVED)),
            label: None,
            claim_at: None,
        }
    }

    /// Where it waits for its turn.
    pub fn lane(&self) -> Lane {
        self.new.lane()
    }

    /// The action once the user wants it to end that is in progress. The first wish stays. An execution is stopped now; if
    /// that fails, the sweep soon tries it again.
    #[must_use]
    pub fn cancel_asked(&self, user: UserId, now: Timestamp) -> Self {
        Self {
            cancel: Some(self.cancel.unwrap_or(user)),
            updated_at: self.changed_at(now),
            due: if self.execution.is_some() { Some(now.plus(STOPPED_WITHIN)) } else { self.due },
            ..self.clone()
        }
    }

    /// When a change that is made at `now` happens: after the last one, also within its millisecond and on a machine
    /// whose clock is behind, so that this instant tells two states of the action apart.
    pub fn changed_at(&self, now: Timestamp) -> Timestamp {
        now.max(self.updated_at.plus(Duration::from_millis(1)))
    }
}
