//! The protocol of the ledger as a pure state machine: what each write of `docs/ledger.md` does, and when it does
//! nothing. Three actions of one pipeline; the first two work on the same resource.

use std::collections::BTreeSet;

use shared::domain::action::{MOST_ATTEMPTS, Status};
use shared::ports::Taken;

/// Where each action waits.
pub(super) const LANE: [usize; 3] = [0, 0, 1];

/// How long each lease is, in seconds.
pub(super) const LEASE: i64 = 300;

/// An action.
#[expect(clippy::struct_excessive_bools, reason = "so the protocol has them")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Head {
    pub(super) status: Status,
    pub(super) registered: bool,
    pub(super) at_gate: bool,
    /// Its number, and when it is over.
    pub(super) lease: Option<(u8, i64)>,
    /// Whether Step Functions runs it.
    pub(super) executed: bool,
    pub(super) started: bool,
    pub(super) run_again: bool,
    pub(super) cancelled: bool,
    /// The action that it gave way to.
    pub(super) superseded_by: Option<usize>,
    pub(super) attempt: u32,
    /// How often it has changed: who has seen an older one has seen another action.
    pub(super) version: u32,
}

/// Everything that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Model {
    /// Where each action waits, and behind which others.
    pub(super) lanes: [usize; 3],
    pub(super) places: [usize; 3],
    pub(super) heads: [Option<Head>; 3],
    pub(super) holders: [Option<usize>; 2],
    /// In the order of their places.
    pub(super) waiters: [Vec<usize>; 2],
    pub(super) gate_waiters: BTreeSet<usize>,
    pub(super) max: i64,
    pub(super) running: i64,
    pub(super) deleted: bool,
    /// The action that runs for the delivery, which the first two have in common if they are retries of each other.
    pub(super) mark: Option<usize>,
    pub(super) retries: bool,
}

/// How a registration ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrived {
    Waiting,
    Before,
    Duplicate(usize),
}

impl Model {
    pub(super) fn new(max: i64, retries: bool) -> Self {
        Self {
            lanes: LANE,
            places: [0, 1, 2],
            heads: [None; 3],
            holders: [None; 2],
            waiters: [Vec::new(), Vec::new()],
            gate_waiters: BTreeSet::new(),
            max,
            running: 0,
            deleted: false,
            mark: None,
            retries,
        }
    }

    pub(super) fn write(&mut self, action: usize) {
        self.heads[action].get_or_insert(queued());
    }

    pub(super) fn end_unsent(&mut self, action: usize) {
        if self.heads[action].is_none_or(|head| head.status == Status::Queued) {
            self.end(action, Status::Failed);
        }
    }

    pub(super) fn register(&mut self, action: usize) -> Arrived {
        if self.heads[action].is_some_and(|head| head.status != Status::Queued) {
            return Arrived::Before;
        }
        if action < 2 {
            if let Some(first) = self.mark.filter(|first| *first > action || self.retries && *first != action) {
                return Arrived::Duplicate(first);
            }
            self.mark = Some(action);
        }
        let head = self.heads[action].get_or_insert(queued());
        *head = Head { status: Status::Waiting, registered: true, version: head.version + 1, ..*head };
        self.waiters[self.lanes[action]].push(action);
        let places = self.places;
        self.waiters[self.lanes[action]].sort_unstable_by_key(|waiter| places[*waiter]);
        Arrived::Waiting
    }

    /// Takes the turn, for Step Functions if the action is `executed` then.
    pub(super) fn take(&mut self, action: usize, seen: Head, executed: bool) -> Taken {
        let lane = self.lanes[action];
        if seen.status != Status::Waiting || self.heads[action] != Some(seen) {
            return Taken::NotWaiting;
        }
        if self.holders[lane].is_some() {
            return Taken::LaneHeld;
        }
        if self.deleted {
            return Taken::PipelineGone;
        }
        if self.is_full() {
            return Taken::PipelineFull;
        }
        let taken = Head { status: Status::Pending, at_gate: false, ..seen };
        let running = Head { status: Status::InProgress, executed, started: true, attempt: 1, ..taken };
        self.put(action, if executed { running } else { taken });
        self.holders[lane] = Some(action);
        self.forget(action);
        self.running += 1;
        Taken::Taken
    }

    pub(super) fn full(&mut self, action: usize, seen: Head) -> bool {
        let may = seen.status == Status::Waiting && self.heads[action] == Some(seen);
        if !may || self.deleted || !self.is_full() {
            return false;
        }
        self.put(action, Head { at_gate: true, ..seen });
        self.gate_waiters.insert(action);
        true
    }

    pub(super) fn end_unrun(&mut self, action: usize, seen: Head) -> bool {
        let there = self.heads[action];
        let may = match seen.status {
            Status::Queued => there.is_none_or(|head| head.status == Status::Queued),
            Status::Waiting => there == Some(seen),
            Status::Pending | Status::InProgress | Status::Completed | Status::Failed | Status::Skipped => false,
        };
        if may {
            self.end(action, Status::Skipped);
            self.forget(action);
        }
        may
    }

    pub(super) fn claim(&mut self, action: usize, seen: Head, lease: u8, run_again: bool, now: i64) -> bool {
        if seen.status != Status::Pending || self.heads[action] != Some(seen) {
            return false;
        }
        let lease = Some((lease, now + LEASE));
        self.put(action, Head { status: Status::InProgress, lease, run_again, attempt: 1, ..seen });
        true
    }

    pub(super) fn take_over(&mut self, action: usize, seen: Head, lease: u8, now: i64) -> bool {
        let may = seen.status == Status::InProgress
            && self.heads[action] == Some(seen)
            && is_over(seen, now)
            && !seen.cancelled
            && (!seen.started || seen.run_again)
            && seen.attempt < MOST_ATTEMPTS;
        if may {
            let (lease, attempt) = (Some((lease, now + LEASE)), seen.attempt + 1);
            self.put(action, Head { lease, attempt, started: false, ..seen });
        }
        may
    }

    /// A step starts.
    pub(super) fn report(&mut self, action: usize, seen: Head, now: i64) -> bool {
        if seen.status != Status::InProgress || seen.executed || self.heads[action] != Some(seen) {
            return false;
        }
        let lease = seen.lease.map(|(lease, until)| {
            let two_thirds_are_left = until >= now + LEASE * 2 / 3;
            (lease, if two_thirds_are_left { until } else { now + LEASE })
        });
        self.put(action, Head { started: true, lease, ..seen });
        true
    }

    pub(super) fn ask_cancel(&mut self, action: usize, seen: Head) -> bool {
        let may = seen.status == Status::InProgress && self.heads[action] == Some(seen);
        if may {
            self.put(action, Head { cancelled: true, ..seen });
        }
        may
    }

    pub(super) fn finish(&mut self, action: usize, seen: Head, lost: bool, now: i64) -> bool {
        let may = seen.status.has_turn() && self.heads[action] == Some(seen) && (!lost || is_over(seen, now));
        if may {
            self.end(action, Status::Failed);
            if lost {
                self.put(action, Head { lease: None, ..self.heads[action].unwrap() });
            }
            self.holders[self.lanes[action]] = None;
            self.running -= 1;
        }
        may
    }

    /// Gives way to `by`, which waits too.
    pub(super) fn supersede(&mut self, action: usize, seen: Head, by: usize) -> bool {
        let waits = |head: Head| matches!(head.status, Status::Waiting | Status::Pending);
        let may = waits(seen) && self.heads[action] == Some(seen) && self.heads[by].is_some_and(waits);
        if may {
            self.put(action, Head { status: Status::Skipped, superseded_by: Some(by), ..seen });
            self.forget(action);
            if seen.status == Status::Pending {
                self.holders[self.lanes[action]] = None;
                self.running -= 1;
            }
        }
        may
    }

    fn is_full(&self) -> bool {
        self.max > 0 && self.running >= self.max
    }

    fn put(&mut self, action: usize, head: Head) {
        self.heads[action] = Some(Head { version: head.version + 1, ..head });
    }

    fn end(&mut self, action: usize, status: Status) {
        let head = self.heads[action].unwrap_or(queued());
        self.put(action, Head { status, ..head });
    }

    fn forget(&mut self, action: usize) {
        self.waiters[self.lanes[action]].retain(|waiter| *waiter != action);
        self.gate_waiters.remove(&action);
    }

    /// What holds in every state.
    pub(super) fn check(&self) {
        let has_turn = |action: &usize| self.heads[*action].is_some_and(|head| head.status.has_turn());
        assert_eq!(self.running, i64::try_from((0..3).filter(has_turn).count()).unwrap());
        for lane in 0..2 {
            let holders: Vec<_> = (0..3).filter(|action| self.lanes[*action] == lane && has_turn(action)).collect();
            assert_eq!(holders, self.holders[lane].into_iter().collect::<Vec<_>>());
        }
    }
}

/// An action whose job is being sent, as it is before it is there.
pub(super) fn queued() -> Head {
    Head {
        status: Status::Queued,
        registered: false,
        at_gate: false,
        lease: None,
        executed: false,
        started: false,
        run_again: false,
        cancelled: false,
        superseded_by: None,
        attempt: 0,
        version: 0,
    }
}

fn is_over(head: Head, now: i64) -> bool {
    head.lease.is_some_and(|(_, until)| until < now)
}
