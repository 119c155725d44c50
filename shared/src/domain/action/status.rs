//! How far an action has come, and why it is there.

use std::fmt;
use std::str::FromStr;

use crate::domain::Invalid;

/// How far an action, or a step of one, has come. It only moves forward, and never again once it has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Its job was made.
    Queued,
    /// Its job arrived, and its turn has not come.
    Waiting,
    /// It has its turn, and waits for a worker.
    Pending,
    /// It runs.
    InProgress,
    /// It ended well.
    Completed,
    /// It ended, and not well.
    Failed,
    /// It ended before it began.
    Skipped,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 7] =
        [Self::Queued, Self::Waiting, Self::Pending, Self::InProgress, Self::Completed, Self::Failed, Self::Skipped];

    /// The name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Pending => "pending",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// The name as people read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Waiting => "Waiting",
            Self::Pending => "Pending",
            Self::InProgress => "In progress",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Skipped => "Skipped",
        }
    }

    /// Whether nothing happens any more.
    pub fn is_ended(self) -> bool {
        match self {
            Self::Queued | Self::Waiting | Self::Pending | Self::InProgress => false,
            Self::Completed | Self::Failed | Self::Skipped => true,
        }
    }

    /// Whether the action has the turn of its resource, and one of its pipeline's.
    pub fn has_turn(self) -> bool {
        match self {
            Self::Pending | Self::InProgress => true,
            Self::Queued | Self::Waiting | Self::Completed | Self::Failed | Self::Skipped => false,
        }
    }

    /// Whether an action of this status may get that one next.
    pub fn may_become(self, next: Self) -> bool {
        !self.is_ended() && self.rank() < next.rank()
    }

    fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Waiting => 1,
            Self::Pending => 2,
            Self::InProgress => 3,
            Self::Completed | Self::Failed | Self::Skipped => 4,
        }
    }
}

impl FromStr for Status {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|status| status.as_str() == text);
        known.ok_or_else(|| {
            Invalid::new("must be one of queued, waiting, pending, in-progress, completed, failed, skipped")
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an action that waits is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// For the actions before it on the same resource.
    Target,
    /// For its pipeline, which runs as many actions as it may.
    Pipeline,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_only_moves_forward_and_an_end_is_final() {
        for from in Status::ALL {
            assert_eq!(from.as_str().parse(), Ok(from));
            assert!(!from.may_become(from), "{from}");
            for to in Status::ALL {
                assert!(!(from.may_become(to) && to.may_become(from)), "{from}, {to}");
                assert!(!(from.is_ended() && from.may_become(to)), "{from}, {to}");
                assert_eq!(!from.is_ended() && to.is_ended(), from.may_become(to) && to.is_ended(), "{from}, {to}");
            }
        }
    }
}
