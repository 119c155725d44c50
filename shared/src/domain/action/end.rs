//! How actions end.

use super::Action;
use super::execution::{ExecutionEnd, Outcome};
use super::status::Status;
use super::step::ActionStep;
use super::text::ReasonText;
use crate::domain::id::{ActionId, UserId};
use crate::domain::timestamp::Timestamp;

/// How an action ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// An end.
    status: Status,
    reason: Option<ReasonText>,
    superseded_by: Option<ActionId>,
    /// What its worker says of its steps.
    steps: Option<Vec<ActionStep>>,
    /// Only if its lease is over.
    lost: bool,
}

impl Ending {
    fn new(status: Status, reason: Option<ReasonText>) -> Self {
        Self { status, reason, superseded_by: None, steps: None, lost: false }
    }

    /// As its worker reports. `reported` is what the rest of the report makes of the action.
    pub fn reported(reported: &Action, completed: bool, reason: Option<ReasonText>) -> Self {
        let (status, reason) = match reported.cancel {
            _ if completed => (Status::Completed, reason),
            Some(user) => (Status::Failed, Some(ReasonText::of_ours(&cancelled_by(user)))),
            None => (Status::Failed, reason),
        };
        Self { steps: Some(reported.steps.clone()), ..Self::new(status, reason) }
    }

    /// As its execution has ended. A user who cancelled it is the reason, unless it succeeded before it could be stopped.
    pub fn executed(action: &Action, outcome: &Outcome) -> Self {
        match (outcome.end, action.cancel) {
            (ExecutionEnd::Succeeded, _) => Self::new(Status::Completed, None),
            (ExecutionEnd::Failed | ExecutionEnd::TimedOut | ExecutionEnd::Aborted, Some(user)) => {
                Self::failed(&cancelled_by(user))
            }
            (ExecutionEnd::Failed | ExecutionEnd::TimedOut | ExecutionEnd::Aborted, None) => {
                Self::new(Status::Failed, outcome.reason())
            }
        }
    }

    /// It failed for a reason of ours.
    pub fn failed(reason: &str) -> Self {
        Self::new(Status::Failed, Some(ReasonText::of_ours(reason)))
    }

    /// Its job could not be sent.
    pub fn unsent() -> Self {
        Self::failed("the queue was unavailable")
    }

    /// Its worker was lost. The write must find the same lease, and find it over.
    pub fn lost(action: &Action) -> Self {
        let reason = match (action.cancel, &action.lease) {
            (Some(user), _) => cancelled_by(user),
            (None, Some(lease)) => format!("the worker {} was lost", lease.worker.as_str()),
            (None, None) => "the worker was lost".to_owned(),
        };
        Self { lost: true, ..Self::failed(&reason) }
    }

    /// A user cancelled it before it began.
    pub fn cancelled(user: UserId) -> Self {
        Self::new(Status::Skipped, Some(ReasonText::of_ours(&cancelled_by(user))))
    }

    /// The provider sent the same delivery again; `first` runs it.
    pub fn duplicate(first: ActionId) -> Self {
        let reason = ReasonText::of_ours("the provider had sent this delivery before");
        Self { superseded_by: Some(first), ..Self::new(Status::Skipped, Some(reason)) }
    }

    /// A newer call of its hook waits, which takes its place.
    pub fn superseded(by: ActionId) -> Self {
        let reason = ReasonText::of_ours("a newer call of the hook took its place");
        Self { superseded_by: Some(by), ..Self::new(Status::Skipped, Some(reason)) }
    }

    /// The pipeline was deleted before the action began.
    pub fn pipeline_gone() -> Self {
        Self::failed("the pipeline was deleted")
    }

    /// The pipeline was changed while the action waited for a worker: it runs a state machine now.
    pub fn no_workers_any_more() -> Self {
        Self::failed("the pipeline runs a state machine now: run the action again")
    }

    /// The action's status from now on.
    pub fn status(&self) -> Status {
        self.status
    }

    /// Whether the action ends only if its lease is over.
    pub fn is_of_lost(&self) -> bool {
        self.lost
    }

    /// The action that ended so at `now`. Steps that had begun failed with it, and the others are skipped.
    pub fn of(&self, action: &Action, now: Timestamp) -> Action {
        let now = action.changed_at(now);
        let mut steps = self.steps.clone().unwrap_or_else(|| action.steps.clone());
        for step in &mut steps {
            let end =
                if step.status == Status::InProgress { end_of_running_step(self.status) } else { Status::Skipped };
            step.advance(end, None, now);
        }
        Action {
            status: self.status,
            reason: self.reason.clone(),
            superseded_by: self.superseded_by,
            lease: action.lease.clone().filter(|_| !self.lost),
            steps,
            completed_at: Some(now),
            updated_at: now,
            due: None,
            label: None,
            claim_at: None,
            ..action.clone()
        }
    }
}

/// How a step ends that was running when its action ended so.
fn end_of_running_step(status: Status) -> Status {
    if status == Status::Completed { Status::Completed } else { Status::Failed }
}

/// Why an action ended that a user did not want any more.
fn cancelled_by(user: UserId) -> String {
    format!("cancelled by user {user}")
}
