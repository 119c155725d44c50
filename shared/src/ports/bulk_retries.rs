//! Bulk retries: which calls they have, and which of them have begun to run.

use std::future::Future;

use super::StoreError;
use crate::domain::bulk_retry::{BulkRetry, Repetition};
use crate::domain::id::{BulkRetryId, ProjectId, RequestId};

/// Begins a bulk retry.
pub trait InsertBulkRetry: Send + Sync {
    /// Keeps which calls it has. Fails with [`StoreError::Conflict`] if it has begun before.
    fn insert_bulk_retry(&self, retry: &BulkRetry) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Finds a bulk retry.
pub trait FindBulkRetry: Send + Sync {
    /// The project's bulk retry with this id, or `None` if it has not begun.
    fn find_bulk_retry(
        &self,
        project: ProjectId,
        id: BulkRetryId,
    ) -> impl Future<Output = Result<Option<BulkRetry>, StoreError>> + Send;
}

/// Begins to run a call again.
pub trait InsertRepetition: Send + Sync {
    /// Keeps that a call has begun to run again, unless it has begun before. Returns what is kept now: of several
    /// functions that run one step, all go on with the same.
    fn insert_repetition(
        &self,
        retry: &BulkRetry,
        repetition: Repetition,
    ) -> impl Future<Output = Result<Repetition, StoreError>> + Send;
}

/// Lists what has begun to run again.
pub trait ListRepetitions: Send + Sync {
    /// The repetitions that have begun of calls of this bulk retry, from `first` to `last`.
    fn list_repetitions(
        &self,
        retry: &BulkRetry,
        first: RequestId,
        last: RequestId,
    ) -> impl Future<Output = Result<Vec<Repetition>, StoreError>> + Send;
}
