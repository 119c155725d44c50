//! `POST /hook-requests/{request_id}/retry`: runs a kept call through its hook again, as the hook is now.

use shared::auth::AccessTokens;
use shared::domain::hook::Hook;
use shared::domain::request::Request;
use shared::http::request::{RequestBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{Consistency, FindHook, FindRequest, PushJob, PutRequest, ReplaceRequest};
use shared::trigger::Run;

/// The endpoint and what it needs.
pub struct RequestRetry<Hooks, Jobs, Requests> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the job goes.
    pub jobs: Jobs,
    /// Where the call is, and where the new one goes.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks, Jobs, Requests> Endpoint for RequestRetry<Hooks, Jobs, Requests>
where
    Hooks: FindHook,
    Jobs: PushJob,
    Requests: FindRequest + PutRequest + ReplaceRequest,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("request_id", "The request")?;
        let kept = find_own(&self.requests, &identity, id, call.received_at()).await?;
        let hook = self.find_hook(&kept).await?;
        // The call was proven authentic when it came; one that was not has no body to run again.
        let received = kept.again(call.id(), call.received_at()).ok_or_else(no_body)?;

        let run = Run::new(&hook, &received, &self.requests, call.measurements());
        let answered = run.accept(None, &self.jobs).await?;

        let request = run.record(&answered);
        let base_url = call.base_url(self.public_url.as_deref());
        let location = format!("{base_url}/hook-requests/{}", request.summary.id);
        let body = RequestBody::new(&request, Some(&hook.relation), &base_url);
        Ok(Response::created(&location, &body).never_stored())
    }
}

impl<Hooks: FindHook, Jobs, Requests> RequestRetry<Hooks, Jobs, Requests> {
    async fn find_hook(&self, kept: &Request) -> Result<Hook, ApiError> {
        let hook = self.hooks.find_hook(kept.summary.hook_id, Consistency::Strong).await?;
        hook.ok_or_else(|| ApiError::Conflict("The hook was deleted, so its calls cannot be retried.".into()))
    }
}

fn no_body() -> ApiError {
    ApiError::Conflict("The body of this call was not kept, so it cannot be retried.".into())
}
