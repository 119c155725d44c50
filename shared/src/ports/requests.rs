//! The log of calls.

use std::future::Future;

use super::StoreError;
use crate::domain::id::{HookId, RequestId};
use crate::domain::request::{Outcome, Request, RequestSummary};
use crate::domain::timestamp::Timestamp;
use crate::domain::trial::TestAdmission;

/// Keeps calls.
pub trait PutRequest: Send + Sync {
    /// Keeps the call. Fails with [`StoreError::Conflict`] when another call has its id. A body that is too large to
    /// keep is left out, and the record says so.
    fn put_request(&self, request: &Request) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Bounds how often a hook is tested.
pub trait AdmitTest: Send + Sync {
    /// Counts a test of the hook at `at`, unless [`MAX_TESTS`](crate::domain::trial::MAX_TESTS) count already. However
    /// many come at once, no more are admitted.
    fn admit_test(&self, hook: HookId, at: Timestamp)
    -> impl Future<Output = Result<TestAdmission, StoreError>> + Send;
}

/// Corrects the log.
pub trait ReplaceRequest: Send + Sync {
    /// Keeps a call as failed, or as queued under another action, that was kept as queued. A write of the first one that
    /// was given up may arrive later; it does not undo this one.
    fn replace_request(&self, request: &Request) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Finds a call.
pub trait FindRequest: Send + Sync {
    /// The call, or `None` if it does not exist or is no longer kept.
    fn find_request(&self, id: RequestId) -> impl Future<Output = Result<Option<Request>, StoreError>> + Send;
}

/// Which calls of a hook to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestQuery {
    /// The hook.
    pub hook: HookId,
    /// Only calls with one of these outcomes. Empty for all outcomes: then only the newest
    /// [`MOST_REJECTED`](crate::domain::request::MOST_REJECTED) rejected calls are listed.
    pub outcomes: Vec<Outcome>,
    /// Only calls that are older than this one.
    pub before: Option<RequestId>,
    /// Only calls that are still kept at this time.
    pub now: Timestamp,
    /// How many at most: 1 to 200.
    pub limit: usize,
}

/// A part of a list, the newest call first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage {
    /// May be fewer than asked for, or none, although there are more: what one query reads is bounded.
    pub requests: Vec<RequestSummary>,
    /// Where the list goes on: [`RequestQuery::before`] of the next part. `None` at its end.
    pub next: Option<RequestId>,
}

/// Lists calls.
pub trait ListRequests: Send + Sync {
    /// The newest calls of a hook. May miss those of the last second.
    fn list_requests(&self, query: &RequestQuery) -> impl Future<Output = Result<RequestPage, StoreError>> + Send;
}
