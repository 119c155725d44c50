//! A bulk retry: many calls of a project that a user has run again, step by step. docs/adr/0055-bulk-retries.md says why
//! no step that is tried again runs a call twice.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::id::{BulkRetryId, ProjectId, RequestId};
use super::timestamp::Timestamp;

/// How many calls one bulk retry has at most.
pub const MOST_CALLS: usize = 1_000;

/// How many of them one step runs at most.
pub const MOST_OF_A_STEP: usize = 100;

/// How long what is known of a bulk retry is kept: as long as calls are. Whoever tries a step again later finds no call
/// of its time any more.
pub const KEPT: Duration = Duration::from_hours(30 * 24);

/// How long after a repetition has begun its job may be sent once more to a queue that only SQS keeps free of duplicates.
/// SQS does so for five minutes from the first time it has the job, which is not before the beginning. The rest is for
/// clocks that disagree.
pub const SENT_AGAIN_WITHIN: Duration = Duration::from_mins(4);

/// Which calls a bulk retry runs. They are chosen once, so that calls which come later, or turn out to have failed, are
/// never among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRetry {
    /// The id that its client made.
    pub id: BulkRetryId,
    /// The tenant.
    pub project: ProjectId,
    /// The filters that chose the calls, as they were written.
    pub filters: String,
    /// The calls, the oldest first.
    pub calls: Vec<RequestId>,
    /// How many of them were known to have no body, so that they cannot run again.
    pub without_body: usize,
    /// When they were chosen.
    pub begun_at: Timestamp,
}

impl BulkRetry {
    /// How many calls would run again.
    pub fn count(&self) -> usize {
        self.calls.len().saturating_sub(self.without_body)
    }
}

/// A call that a bulk retry runs again. It is written before anything is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repetition {
    /// The call that is run again.
    pub of: RequestId,
    /// Its new id. It says when the repetition began.
    pub id: RequestId,
    /// Which state of the hook decides about it. Another one might send another job, to another queue.
    pub hook_updated_at: Timestamp,
}

impl Repetition {
    /// One that begins at `now`. All but the time of its id follows from the two calls of this function that may meet: the
    /// bulk retry and the call.
    pub fn new(retry: BulkRetryId, of: RequestId, now: Timestamp, hook_updated_at: Timestamp) -> Self {
        let digest = Sha256::new().chain_update(retry.to_string()).chain_update(of.to_string()).finalize();
        let mut own = [0; 10];
        own.copy_from_slice(&digest[..10]);
        Self { of, id: RequestId::at(now, own).tagged(of.tag()), hook_updated_at }
    }

    /// When it began.
    pub fn begun_at(&self) -> Timestamp {
        self.id.created_at()
    }

    /// Whether SQS still drops a second job of it at `now`.
    pub fn may_be_sent_again(&self, now: Timestamp) -> bool {
        now < self.begun_at().plus(SENT_AGAIN_WITHIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::HookId;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_800_000_000_000 + millis)
    }

    fn call(random: u8) -> RequestId {
        RequestId::at(at(0), [random; 10]).tagged(HookId::from_random([1; 16]).tag())
    }

    fn retry(number: u8) -> BulkRetryId {
        format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap()
    }

    #[test]
    fn the_new_id_follows_from_the_bulk_retry_the_call_and_the_time() {
        let new = |number, random, millis| Repetition::new(retry(number), call(random), at(millis), at(0)).id;
        assert_eq!(new(1, 1, 5), new(1, 1, 5));
        assert_ne!(new(1, 1, 5), new(2, 1, 5), "another bulk retry runs the call once more");
        assert_ne!(new(1, 1, 5), new(1, 2, 5));
        assert_eq!((new(1, 1, 5).created_at(), new(1, 1, 5).tag()), (at(5), call(1).tag()));
    }

    #[test]
    fn a_job_is_sent_again_only_while_sqs_drops_duplicates() {
        let repetition = Repetition::new(retry(1), call(1), at(0), at(0));
        assert!(repetition.may_be_sent_again(at(0)) && repetition.may_be_sent_again(at(239_999)));
        assert!(!repetition.may_be_sent_again(at(240_000)));
    }

    #[test]
    fn calls_without_a_body_are_not_counted() {
        let calls = vec![call(1), call(2), call(3)];
        let project = ProjectId::new(1).unwrap();
        let bulk = BulkRetry { id: retry(1), project, filters: String::new(), calls, without_body: 1, begun_at: at(0) };
        assert_eq!(bulk.count(), 2);
    }
}
