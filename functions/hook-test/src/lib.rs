//! `POST /hooks/incoming/{hook_id}/test` and `POST /hooks/incoming/test`: says what a call of a hook would do, of one that
//! exists or of a draft. A hook that exists can also run the call for real.

use std::borrow::Cow;

use shared::auth::{AccessTokens, Identity};
use shared::domain::hook::{Creator, Hook, HookDraft};
use shared::domain::id::HookId;
use shared::domain::received::Received;
use shared::domain::request::Outcome;
use shared::domain::signing::Signing;
use shared::http::hook::{
    MAX_TEST_BYTES, check_pipelines, check_rate, find_own, read_draft_trial, read_trial, unreadable_body,
};
use shared::http::{ACTION_ID, ApiError, Call, Endpoint, Fields, Response, ResponseExt as _};
use shared::ports::{
    AdmitTest, EndUnsent, FindHook, FindPipeline, PushJob, PutRequest, ReplaceRequest, ShowJob, WriteAction,
};
use shared::trigger::{Destinations, Run, without_proof};

/// The endpoint and what it needs.
pub struct HookTest<Hooks, Pipelines, Jobs, Actions, Ledger, Requests> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the pipelines are that a draft runs.
    pub pipelines: Pipelines,
    /// Where the job goes.
    pub to: Destinations<Jobs, Actions, Ledger>,
    /// Where a call that is sent is counted and logged.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks, Pipelines, Jobs, Actions, Ledger, Requests> Endpoint
    for HookTest<Hooks, Pipelines, Jobs, Actions, Ledger, Requests>
where
    Hooks: FindHook,
    Pipelines: FindPipeline,
    Jobs: PushJob + ShowJob,
    Actions: PushJob + ShowJob,
    Ledger: WriteAction + EndUnsent,
    Requests: AdmitTest + PutRequest + ReplaceRequest,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let Some(id) = call.optional_path_parameter("hook_id", "The hook")? else {
            return self.try_draft(call, &identity, call.fields_up_to(MAX_TEST_BYTES)?).await;
        };
        let hook = find_own(&self.hooks, &identity, id).await?;
        let made_up = read_trial(call.fields_up_to(MAX_TEST_BYTES)?)?;
        let is_sent = made_up.is_sent;
        let received = made_up.received(&hook, call.received())?;
        let shown = without_any_proof(&hook, &received)?;
        let trial = Run::unsent(&hook, &shown, call.measurements()).try_out(&self.to)?;
        if !is_sent {
            return Ok(Response::ok(&trial).never_stored());
        }

        check_rate(&self.requests, &hook, &received).await?;
        let run = Run::new(&hook, &shown, &self.requests, call.measurements());
        let answered = run.accept(None, &self.to).await?;

        let location = format!("{}/hook-requests/{}", call.base_url(self.public_url.as_deref()), call.id());
        let response = Response::created(&location, &trial.sent(call.id(), &answered)).never_stored();
        Ok(match answered.action_id {
            Some(action) if answered.outcome == Outcome::Queued => response.with_header(ACTION_ID, &action.to_string()),
            Some(_) | None => response,
        })
    }
}

impl<Hooks, Pipelines, Jobs, Actions, Ledger, Requests> HookTest<Hooks, Pipelines, Jobs, Actions, Ledger, Requests>
where
    Pipelines: FindPipeline,
    Jobs: ShowJob,
    Actions: ShowJob,
{
    async fn try_draft(&self, call: &Call, identity: &Identity, fields: Fields<'_>) -> Result<Response, ApiError> {
        let (draft, made_up) = read_draft_trial(fields)?;
        let mut hook = drafted(draft, identity, call.received());
        let pipelines = check_pipelines(&self.pipelines, &hook.relation, None).await;
        hook.pipelines = pipelines.map_err(|error| error.within("hook"))?;
        let received = made_up.received(&hook, call.received())?;
        let shown = without_any_proof(&hook, &received)?;
        let trial = Run::unsent(&hook, &shown, call.measurements()).try_out(&self.to)?;
        Ok(Response::ok(&trial).never_stored())
    }
}

/// The hook that would be created. It has no id yet, and its secret is not needed, because no call of it is proven.
fn drafted(mut draft: HookDraft, identity: &Identity, asking: &Received) -> Hook {
    let Identity { user_id, project_id, environment_id, .. } = *identity;
    let creator = Creator { user_id, project_id, environment_id };
    let signing = draft.signing.take();
    let signing = signing.map(|signing| Signing::without_secret(signing.means));
    Hook::create(HookId::from_random([0; 16]), draft, signing, creator, asking.received_at)
}

/// The call with a mask in place of a proof that is in it, so that the answer, the job and the log do not show it. A body
/// in which a proof cannot be masked is refused, as its provider's verification would refuse it.
fn without_any_proof<'r>(hook: &Hook, received: &'r Received) -> Result<Cow<'r, Received>, ApiError> {
    let shown = without_proof(hook, received);
    if shown.body.is_empty() && !received.body.is_empty() { Err(unreadable_body()) } else { Ok(shown) }
}
