//! The log of calls.

use std::future::Future;

use super::StoreError;
use crate::domain::id::{HookId, ProjectId, RequestId};
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

/// Which calls of a project are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Only calls of this hook.
    pub hook: Option<HookId>,
    /// Only calls with one of these outcomes, unless it is empty.
    pub outcomes: Vec<Outcome>,
    /// Only calls that were answered with one of these statuses, unless it is empty.
    pub statuses: Vec<u16>,
    /// Only calls of this event, as the log [notes](crate::domain::request::noted) it.
    pub event: Option<String>,
    /// Only calls that came at this time or later.
    pub from: Option<Timestamp>,
    /// Only calls that came before this time.
    pub to: Option<Timestamp>,
    /// Only calls whose id is greater than this one: they are newer.
    pub after: Option<RequestId>,
}

impl RequestFilter {
    /// Whether a call with this outcome can pass.
    pub fn allows(&self, outcome: Outcome) -> bool {
        let is_asked_for = self.outcomes.is_empty() || self.outcomes.contains(&outcome);
        let has_status = self.statuses.is_empty() || self.statuses.iter().any(|status| outcome.allows(*status));
        let has_event = self.event.is_none() || outcome != Outcome::Rejected;
        is_asked_for && has_status && has_event
    }

    /// Whether rejected calls are not what the list is about. Then it has only the newest
    /// [`MOST_REJECTED`](crate::domain::request::MOST_REJECTED) of them.
    pub fn limits_rejected(&self) -> bool {
        self.outcomes.is_empty() && self.statuses.is_empty()
    }

    /// Whether a call of the project passes, whenever it came.
    pub fn lets_through(&self, call: &RequestSummary) -> bool {
        self.hook.is_none_or(|hook| hook == call.hook_id)
            && (self.outcomes.is_empty() || self.outcomes.contains(&call.outcome))
            && (self.statuses.is_empty() || self.statuses.contains(&call.status))
            && (self.event.is_none() || self.event == call.event)
    }
}

/// Which part of a list of calls to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestQuery {
    /// The tenant.
    pub project: ProjectId,
    /// Which calls.
    pub filter: RequestFilter,
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
    /// The newest calls of a project that the filter lets through. May miss those of the last second.
    fn list_requests(&self, query: &RequestQuery) -> impl Future<Output = Result<RequestPage, StoreError>> + Send;
}
