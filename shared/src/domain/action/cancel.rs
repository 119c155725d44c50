//! What becomes of an action that a user cancels.

use super::status::Status;

/// What to do with an action that a user does not want any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelDecision {
    /// It has no turn: end it.
    EndUnrun,
    /// It has its turn, but no worker: end it, and give the turn back.
    Finish,
    /// A worker runs it: ask the worker to stop. It cannot be ended without the worker, because its step still runs.
    Ask,
    /// It has ended.
    Ended,
}

/// What to do with an action of this status that a user cancels.
pub fn decide_cancel(status: Status) -> CancelDecision {
    match status {
        Status::Queued | Status::Waiting => CancelDecision::EndUnrun,
        Status::Pending => CancelDecision::Finish,
        Status::InProgress => CancelDecision::Ask,
        Status::Completed | Status::Failed | Status::Skipped => CancelDecision::Ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_its_turn_gives_it_back_and_what_runs_is_only_asked() {
        for status in Status::ALL {
            let decision = decide_cancel(status);
            assert_eq!(decision == CancelDecision::Ended, status.is_ended(), "{status}");
            assert_eq!(decision == CancelDecision::EndUnrun, !status.is_ended() && !status.has_turn(), "{status}");
            assert_eq!(decision == CancelDecision::Ask, status == Status::InProgress, "{status}");
        }
    }
}
