//! What a worker reports of its action.

use super::Action;
use super::lease::LeaseHash;
use super::status::Status;
use super::text::{ReasonText, RunUrl};
use crate::domain::timestamp::Timestamp;

/// What a worker reports of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// Its place, counted from 1.
    pub order: usize,
    /// [`Status::InProgress`], before it begins, or an end.
    pub status: Status,
    /// Why it ended so.
    pub reason: Option<ReasonText>,
}

/// What a worker reports of an action, besides output and its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Proves that the action is the worker's.
    pub lease: LeaseHash,
    /// In the order in which it came to them.
    pub steps: Vec<StepReport>,
    /// Where the run can be seen.
    pub url: Option<RunUrl>,
}

/// What becomes of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// It changes the action to this one.
    Changed(Box<Action>),
    /// It says nothing new, and the lease is long enough.
    Unchanged,
    /// This lease has ended the action: the report comes once more.
    EndedBefore,
}

/// Why a report is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportRefused {
    /// The action is not, or not any more, the worker's; or it ended in another way.
    NotYours,
    /// The action has no step of this order.
    NoStep(usize),
}

impl Report {
    /// What this report, received at `now`, makes of the action. A lease that is over counts as long as no one has taken
    /// the action over.
    pub fn of(&self, action: &Action, now: Timestamp) -> Result<Reported, ReportRefused> {
        let lease = action.lease.as_ref().filter(|lease| lease.hash == self.lease).ok_or(ReportRefused::NotYours)?;
        match action.status {
            Status::InProgress => {}
            // Only an action that its worker ended keeps the lease.
            Status::Completed | Status::Failed => return Ok(Reported::EndedBefore),
            Status::Queued | Status::Waiting | Status::Pending | Status::Skipped => {
                return Err(ReportRefused::NotYours);
            }
        }
        let at = action.changed_at(now);
        let mut reported = action.clone();
        for StepReport { order, status, reason } in &self.steps {
            let step = order.checked_sub(1).and_then(|place| reported.steps.get_mut(place));
            step.ok_or(ReportRefused::NoStep(*order))?.advance(*status, reason.as_ref(), at);
        }
        reported.started |= reported.steps.iter().any(|step| step.started_at.is_some());
        reported.url = self.url.clone().or(reported.url);
        let until = lease.renewed(now);
        if let Some(lease) = &mut reported.lease {
            lease.until = until;
        }
        reported.claim_at = Some(until);
        if reported == *action {
            return Ok(Reported::Unchanged);
        }
        reported.updated_at = at;
        Ok(Reported::Changed(Box::new(reported)))
    }
}
