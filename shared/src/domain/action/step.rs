//! A step of an action.

use super::status::Status;
use super::text::ReasonText;
use crate::domain::timestamp::Timestamp;

/// A step of an action: what became of a step of its pipeline. Its order is its place, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionStep {
    /// What the pipeline called it.
    pub name: Option<String>,
    /// How far it has come: [`Status::Pending`], [`Status::InProgress`] or an end.
    pub status: Status,
    /// Why it ended as it did, if its worker said so.
    pub reason: Option<ReasonText>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

impl ActionStep {
    /// A step that has not begun.
    pub fn pending(name: Option<String>) -> Self {
        Self { name, status: Status::Pending, reason: None, started_at: None, completed_at: None }
    }

    /// Moves the step to `status` at `now`. A step only moves forward, so a report that comes late changes nothing.
    pub(super) fn advance(&mut self, status: Status, reason: Option<&ReasonText>, now: Timestamp) {
        if !self.status.may_become(status) {
            return;
        }
        self.status = status;
        self.reason = reason.cloned();
        if status != Status::Skipped {
            self.started_at = self.started_at.or(Some(now));
        }
        if status.is_ended() {
            self.completed_at = Some(now);
        }
    }
}
