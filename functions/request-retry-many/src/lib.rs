//! `POST /hook-requests/retry`: runs the calls again that filters choose. Without an operation id it counts them; with
//! one, it runs some of them, and the next call runs the next ones. docs/adr/0055-bulk-retries.md says why a step that is
//! tried again runs nothing twice.

mod step;

use shared::auth::{AccessTokens, Identity};
use shared::domain::bulk_retry::{BulkRetry, MOST_CALLS};
use shared::http::request::{ChosenCalls, CountBody, RetryChoice, RetryStep, StepBody};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{
    FindBulkRetry, FindHook, FindRequest, InsertBulkRetry, InsertRepetition, ListRepetitions, ListRequests, PushJob,
    PutRequest, ReplaceRequest, StoreError, WriteAction,
};
use shared::trigger::Destinations;

use self::step::Step;

/// How many calls are read at a time. The log gives no more.
const PAGE: usize = 200;

/// How often so many are read. A filter that lets little through reads much to find little, so this is what bounds a
/// count, and not the number of calls.
const MOST_PAGES: usize = 20;

/// The endpoint and what it needs.
pub struct RequestRetryMany<Hooks, Jobs, Actions, Ledger, Requests> {
    /// Where the hooks are.
    pub hooks: Hooks,
    /// Where the jobs go.
    pub to: Destinations<Jobs, Actions, Ledger>,
    /// Where the calls are, where the new ones go, and what was begun.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Hooks, Jobs, Actions, Ledger, Requests> Endpoint for RequestRetryMany<Hooks, Jobs, Actions, Ledger, Requests>
where
    Hooks: FindHook,
    Jobs: PushJob,
    Actions: PushJob,
    Ledger: WriteAction,
    Requests: ListRequests
        + FindRequest
        + PutRequest
        + ReplaceRequest
        + FindBulkRetry
        + InsertBulkRetry
        + ListRepetitions
        + InsertRepetition,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let choice = RetryChoice::of_query(call)?;
        let Some(asked) = RetryStep::of_body(call)? else {
            let chosen = self.choose(call, &identity, &choice).await?;
            return Ok(Response::ok(&CountBody::new(&choice, &chosen)));
        };
        let retry = self.find_or_begin(call, &identity, &choice, &asked).await?;
        let first = asked.cursor.unwrap_or_default();
        let told = Step::new(self, call, &identity, &retry).run(first).await?;
        Ok(Response::ok(&StepBody::new(&retry, first, told)))
    }
}

impl<Hooks, Jobs, Actions, Ledger, Requests> RequestRetryMany<Hooks, Jobs, Actions, Ledger, Requests>
where
    Requests: ListRequests + FindBulkRetry + InsertBulkRetry,
{
    /// The calls that pass the filters now.
    async fn choose(&self, call: &Call, identity: &Identity, choice: &RetryChoice) -> Result<ChosenCalls, ApiError> {
        let (mut found, mut before) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let query = choice.query(identity.project_id, call.received_at(), (before, PAGE));
            let page = self.requests.list_requests(&query).await?;
            found.extend(page.requests);
            before = page.next;
            if before.is_none() || found.len() > MOST_CALLS {
                return Ok(ChosenCalls::of(&found, before.is_none()));
            }
        }
        Ok(ChosenCalls::of(&found, false))
    }

    /// The bulk retry that this is a step of. It must be that of these filters, and have as many calls as the client has
    /// seen: with another id or another choice, other calls would run than the client means.
    async fn find_or_begin(
        &self,
        call: &Call,
        identity: &Identity,
        choice: &RetryChoice,
        asked: &RetryStep,
    ) -> Result<BulkRetry, ApiError> {
        let retry = match self.requests.find_bulk_retry(identity.project_id, asked.id).await? {
            Some(retry) => retry,
            None if asked.cursor.is_some() => return Err(RetryStep::unknown_cursor()),
            None => self.begin(call, identity, choice, asked).await?,
        };
        if retry.filters != choice.filters {
            return Err(ApiError::Conflict(
                "The operation has other filters: use them again, or another `operation_id`.".into(),
            ));
        }
        if retry.count() != asked.count {
            return Err(ApiError::Changed { count: retry.count() });
        }
        if asked.cursor.is_some_and(|cursor| cursor >= retry.calls.len()) {
            return Err(RetryStep::unknown_cursor());
        }
        Ok(retry)
    }

    /// Chooses the calls once and for all. If the first step is sent twice at the same time, both go on with what one of
    /// them has chosen.
    async fn begin(
        &self,
        call: &Call,
        identity: &Identity,
        choice: &RetryChoice,
        asked: &RetryStep,
    ) -> Result<BulkRetry, ApiError> {
        let chosen = self.choose(call, identity, choice).await?;
        if !chosen.are_all {
            return Err(choice.too_many());
        }
        let retry = chosen.begin(asked.id, identity.project_id, &choice.filters, call.received_at());
        if retry.count() != asked.count {
            return Err(ApiError::Changed { count: retry.count() });
        }
        match self.requests.insert_bulk_retry(&retry).await {
            Ok(()) => Ok(retry),
            Err(StoreError::Conflict) => {
                let first = self.requests.find_bulk_retry(identity.project_id, asked.id).await?;
                first.ok_or_else(|| StoreError::Conflict.into())
            }
            Err(error) => Err(error.into()),
        }
    }
}
