//! One step of a bulk retry: its calls, one after the other, each at most once whatever dies in between.

use std::collections::BTreeMap;
use std::time::Duration;

use shared::auth::Identity;
use shared::domain::bulk_retry::{BulkRetry, MOST_OF_A_STEP, Repetition};
use shared::domain::hook::Hook;
use shared::domain::id::{HookId, RequestId};
use shared::domain::request::{Request, RequestSummary};
use shared::http::request::{NotRetried, Retried, Told, find_own};
use shared::http::{ApiError, Call};
use shared::ports::{
    Consistency, FindHook, FindRequest, InsertRepetition, ListRepetitions, PushJob, PutRequest, ReplaceRequest,
    StoreError, WriteAction,
};
use shared::trigger::Run;

use crate::RequestRetryMany;

/// A step begins no further call after this. The function ends after 29 seconds, and a call takes at most 18: seven
/// requests to AWS, each of up to 2.5 seconds.
const MOST_TIME: Duration = Duration::from_secs(10);

/// The calls of one step. One runs at a time, so that the calls of a resource stay in their order, whatever hooks they
/// are of, and at most one body is in memory.
pub(crate) struct Step<'a, Hooks, Jobs, Actions, Ledger, Requests> {
    function: &'a RequestRetryMany<Hooks, Jobs, Actions, Ledger, Requests>,
    call: &'a Call,
    identity: &'a Identity,
    retry: &'a BulkRetry,
    /// The hooks as this step found them first; `None` if they do not exist.
    hooks: BTreeMap<HookId, Option<Hook>>,
}

impl<'a, Hooks, Jobs, Actions, Ledger, Requests> Step<'a, Hooks, Jobs, Actions, Ledger, Requests>
where
    Hooks: FindHook,
    Jobs: PushJob,
    Actions: PushJob,
    Ledger: WriteAction,
    Requests: FindRequest + PutRequest + ReplaceRequest + ListRepetitions + InsertRepetition,
{
    /// A step of this bulk retry.
    pub(crate) fn new(
        function: &'a RequestRetryMany<Hooks, Jobs, Actions, Ledger, Requests>,
        call: &'a Call,
        identity: &'a Identity,
        retry: &'a BulkRetry,
    ) -> Self {
        Self { function, call, identity, retry, hooks: BTreeMap::new() }
    }

    /// Runs the calls from `first` on, as many as there is time for. What became of each, in their order.
    pub(crate) async fn run(mut self, first: usize) -> Result<Vec<Told>, ApiError> {
        let calls = self.retry.calls.iter().skip(first).take(MOST_OF_A_STEP);
        let calls: Vec<RequestId> = calls.copied().collect();
        let begun = self.begun(&calls).await?;
        let mut told = Vec::with_capacity(calls.len());
        for call in calls {
            if !told.is_empty() && self.call.measurements().elapsed() > MOST_TIME {
                break;
            }
            let what = match begun.get(&call) {
                Some(repetition) => self.go_on(*repetition).await?,
                None => self.begin(call).await?,
            };
            told.push(what);
        }
        Ok(told)
    }

    /// Which of these calls have begun to run before.
    async fn begun(&self, calls: &[RequestId]) -> Result<BTreeMap<RequestId, Repetition>, ApiError> {
        let Some((first, last)) = calls.first().zip(calls.last()) else { return Ok(BTreeMap::new()) };
        let begun = self.function.requests.list_repetitions(self.retry, *first, *last).await?;
        Ok(begun.into_iter().map(|repetition| (repetition.of, repetition)).collect())
    }

    /// Runs a call that has not begun to run. That it has begun is written before anything is sent.
    async fn begin(&mut self, of: RequestId) -> Result<Told, ApiError> {
        let (kept, hook) = match self.find(of).await? {
            Ok(found) => found,
            Err(reason) => return Ok(Told::Not(of, reason)),
        };
        let own = Repetition::new(self.retry.id, of, self.call.now(), hook.relation.updated_at);
        if kept.again(own.id, own.begun_at()).is_none() {
            return Ok(Told::Not(of, NotRetried::NoBody));
        }
        let begun = self.function.requests.insert_repetition(self.retry, own).await?;
        if begun == own { self.repeat(begun, &kept, &hook).await } else { self.go_on(begun).await }
    }

    /// Goes on with a call that has begun to run: here, in a function that died, or in one that runs the same step now. If
    /// the log has it, that says what became of it. If not, its job may have been sent: it is sent again only where a
    /// second one is dropped, and only by the hook that decided about the first one.
    async fn go_on(&mut self, begun: Repetition) -> Result<Told, ApiError> {
        if let Some(ran) = self.function.requests.find_request(begun.id).await? {
            return Ok(Told::Retried(Retried::new(begun.of, &ran.summary)));
        }
        match self.find(begun.of).await? {
            Ok((kept, hook)) if hook.relation.updated_at == begun.hook_updated_at => {
                self.repeat(begun, &kept, &hook).await
            }
            Ok(_) | Err(_) => Ok(Told::Not(begun.of, NotRetried::PerhapsSent)),
        }
    }

    async fn repeat(&self, begun: Repetition, kept: &Request, hook: &Hook) -> Result<Told, ApiError> {
        let Some(received) = kept.again(begun.id, begun.begun_at()) else {
            return Ok(Told::Not(begun.of, NotRetried::PerhapsSent));
        };
        let run = Run::new(hook, &received, &self.function.requests, self.call.measurements());
        let drops_duplicates = begun.may_be_sent_again(self.call.now());
        let Some(answered) = run.repeat(drops_duplicates, &self.function.to).await? else {
            return Ok(Told::Not(begun.of, NotRetried::PerhapsSent));
        };
        let ran: RequestSummary = run.record(&answered).summary;
        Ok(Told::Retried(Retried::new(begun.of, &ran)))
    }

    /// A call and its hook. One that is damaged does not keep the others from running.
    async fn find(&mut self, id: RequestId) -> Result<Result<(Request, Hook), NotRetried>, ApiError> {
        let kept = match find_own(&self.function.requests, self.identity, id, self.call.now()).await {
            Ok(kept) => kept,
            Err(ApiError::NotFound(_)) => return Ok(Err(NotRetried::Expired)),
            Err(error @ ApiError::Internal(_)) => return Ok(Err(damaged(&error))),
            Err(error) => return Err(error),
        };
        let hook_id = kept.summary.hook_id;
        let hook = match self.hooks.get(&hook_id) {
            Some(known) => known.clone(),
            None => match self.function.hooks.find_hook(hook_id, Consistency::Strong).await {
                Ok(found) => self.hooks.entry(hook_id).or_insert(found).clone(),
                Err(error @ StoreError::Corrupt { .. }) => return Ok(Err(damaged(&error.into()))),
                Err(error) => return Err(error.into()),
            },
        };
        Ok(hook.map(|hook| (kept, hook)).ok_or(NotRetried::HookDeleted))
    }
}

fn damaged(error: &ApiError) -> NotRetried {
    error.log();
    NotRetried::Damaged
}
