//! `POST /hook-requests/{request_id}/retry`: runs a kept call through its hook again, as the hook is now.

use shared::auth::AccessTokens;
use shared::domain::hook::Hook;
use shared::domain::request::{Outcome, Request};
use shared::http::request::{NotRetried, RequestBody, find_own};
use shared::http::{ACTION_ID, ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{Consistency, EndUnsent, FindHook, FindRequest, PushJob, PutRequest, ReplaceRequest, WriteAction};
use shared::trigger::{Destinations, Run};

/// The endpoint and what it needs.
pub struct RequestRetry<Hooks, Jobs, Actions, Ledger, Requests> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the job goes.
    pub to: Destinations<Jobs, Actions, Ledger>,
    /// Where the call is, and where the new one goes.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks, Jobs, Actions, Ledger, Requests> Endpoint for RequestRetry<Hooks, Jobs, Actions, Ledger, Requests>
where
    Hooks: FindHook,
    Jobs: PushJob,
    Actions: PushJob,
    Ledger: WriteAction + EndUnsent,
    Requests: FindRequest + PutRequest + ReplaceRequest,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("request_id", "The request")?;
        let kept = find_own(&self.requests, &identity, id, call.received_at()).await?;
        let hook = self.find_hook(&kept).await?;
        // The call was proven authentic when it came; one that was not has no body to run again.
        let received = kept.again(call.id(), call.received_at()).ok_or(NotRetried::NoBody)?;

        let run = Run::new(&hook, &received, &self.requests, call.measurements());
        let answered = run.accept(None, &self.to).await?;

        let request = run.record(&answered);
        let base_url = call.base_url(self.public_url.as_deref());
        let location = format!("{base_url}/hook-requests/{}", request.summary.id);
        let body = RequestBody::new(&request, Some(&hook.relation), &base_url);
        let response = Response::created(&location, &body).never_stored();
        Ok(match request.summary.action_id {
            Some(action) if request.summary.outcome == Outcome::Queued => {
                response.with_header(ACTION_ID, &action.to_string())
            }
            Some(_) | None => response,
        })
    }
}

impl<Hooks: FindHook, Jobs, Actions, Ledger, Requests> RequestRetry<Hooks, Jobs, Actions, Ledger, Requests> {
    async fn find_hook(&self, kept: &Request) -> Result<Hook, ApiError> {
        let hook = self.hooks.find_hook(kept.summary.hook_id, Consistency::Strong).await?;
        hook.ok_or_else(|| NotRetried::HookDeleted.into())
    }
}
