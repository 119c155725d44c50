//! The log of calls.

use std::future::Future;

use super::StoreError;
use crate::domain::id::{HookId, RequestId};
use crate::domain::request::{Request, RequestSummary};

/// Keeps calls.
pub trait PutRequest: Send + Sync {
    /// Keeps the call. A call that was kept as queued may be replaced, as one that failed after all; fails with
    /// [`StoreError::Conflict`] when anything else has its id. A body that is too large to keep is left out, and the
    /// record says so.
    fn put_request(&self, request: &Request) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Finds a call.
pub trait FindRequest: Send + Sync {
    /// The call, or `None` when there is none, or none any more.
    fn find_request(&self, id: RequestId) -> impl Future<Output = Result<Option<Request>, StoreError>> + Send;
}

/// Lists calls.
pub trait ListRequests: Send + Sync {
    /// The newest calls of a hook, at most `limit`, the newest first. May miss those of the last second.
    fn list_requests(
        &self,
        hook: HookId,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<RequestSummary>, StoreError>> + Send;
}
