//! The queue of jobs.

use std::future::Future;

use super::Source;
use crate::domain::job::Job;

/// Why a job is not on the queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue cannot be reached, is overloaded or refuses us. The job may be on the queue all the same, if only the
    /// answer was lost: the same call later is safe, because the queue knows duplicates.
    #[error("the queue is unavailable")]
    Unavailable(#[source] Source),
    /// The job is larger than the queue or its consumer takes. Another attempt would fail too.
    #[error("the job has {bytes} bytes, and the queue takes {limit}")]
    TooLarge {
        /// The job's size.
        bytes: usize,
        /// The largest size.
        limit: usize,
    },
}

/// Pushes a job.
pub trait PushJob: Send + Sync {
    /// Makes the message of the job. Fails at once, before anything is sent, when the queue does not take it; else the
    /// future sends it. When that returns `Ok`, the queue has the job, or had it within the last five minutes.
    fn push_job(&self, job: &Job) -> Result<impl Future<Output = Result<(), QueueError>> + Send, QueueError>;
}

/// Shows what would be pushed.
pub trait ShowJob: Send + Sync {
    /// The message of the job, as JSON. Fails with [`QueueError::TooLarge`] when the queue does not take it.
    fn show_job(&self, job: &Job) -> Result<String, QueueError>;
}
