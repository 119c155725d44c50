//! Which waiting actions give way to newer ones of their succession.

use super::Action;
use super::lane::{LaneState, Sequence};
use super::status::Status;
use super::succession::Succession;
use crate::domain::id::ActionId;

/// An action that gives way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded {
    /// Which one.
    pub action: ActionId,
    /// The newest one, which takes its place.
    pub by: ActionId,
}

/// An action that waits, and when it was called: jobs that come back from the dead letters have later places than those
/// that were called after them. The place counts within a millisecond.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate<'a> {
    moment: i64,
    place: &'a Sequence,
    action: ActionId,
}

impl LaneState {
    /// The action that has the turn, if what becomes of the lane depends on more of it than its id: it may have to give way
    /// while no worker has it.
    pub fn holder_to_look_at(&self) -> Option<ActionId> {
        self.holder.filter(|_| self.waiters.iter().any(|waiter| waiter.succession.is_some()))
    }

    /// The waiting actions of the lane that give way to newer ones that wait too, in the order of their places. `holder` is
    /// the action that has the turn, as it was read: it still waits if it is pending.
    pub fn superseded(&self, holder: Option<&Action>) -> Vec<Superseded> {
        let waiters = self.waiters.iter().map(|waiter| (waiter.succession, waiter.action, &waiter.sequence));
        let pending = holder.filter(|action| self.holder == Some(action.id) && action.status == Status::Pending);
        let pending = pending.and_then(|action| Some((action.new.succession(), action.id, action.sequence.as_ref()?)));
        let candidates: Vec<(Succession, Candidate<'_>)> = pending
            .into_iter()
            .chain(waiters)
            .filter_map(|(of, action, place)| Some((of?, Candidate { moment: action.moment(), place, action })))
            .collect();
        let newest =
            |succession: Succession| candidates.iter().filter(|(of, _)| *of == succession).map(|(_, it)| it).max();
        let superseded = candidates.iter().filter_map(|(of, it)| {
            let newest = newest(*of).filter(|newest| newest.action != it.action)?;
            Some(Superseded { action: it.action, by: newest.action })
        });
        superseded.collect()
    }
}

#[cfg(test)]
mod tests;
