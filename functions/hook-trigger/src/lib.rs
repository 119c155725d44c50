//! `POST /hooks/{hook_id}/trigger`, the URL that webhook providers call: proves the call authentic, takes the variables
//! out of its payload, puts one job on a queue and logs the call. The job of a pipeline of ours gets an action.
//!
//! Any other method is answered only where the hook's provider asks with it whether the URL is there.

mod bucket;

use std::borrow::Cow;

use shared::copies::CopiedHooks;
use shared::domain::hook::Hook;
use shared::domain::signature::handshake::Method;
use shared::http::{ApiError, Call, Endpoint, Response};
use shared::keys::{PublishedKeys, SealingKeys};
use shared::ports::{EndUnsent, FindHook, PushJob, PutRequest, Random, ReplaceRequest, TakeSecret, WriteAction};
use shared::trigger::{Destinations, Run, Taking, authenticate, greet, without_proof};

pub use crate::bucket::RejectionBudget;

/// The largest body that a provider may send: 4 MiB. API Gateway passes on 10 MB, but Lambda takes only 6 MB of base64,
/// which are 4.5 MB of bytes.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

const HOOK: &str = "The hook";

/// For people who open a hook's URL in a browser.
const HINT: &str = " This is the URL of a hook: enter it at the provider, which calls it with POST. GET /docs shows how to \
                    try it.";

/// The endpoint and what it needs.
pub struct HookTrigger<Hooks, Jobs, Actions, Ledger, Requests> {
    /// Where the hook is looked up.
    pub hooks: CopiedHooks<Hooks>,
    /// Where the job goes.
    pub to: Destinations<Jobs, Actions, Ledger>,
    /// Where the call is logged.
    pub requests: Requests,
    /// What opens the hook's secret.
    pub sealing_keys: SealingKeys,
    /// The keys of the providers that publish theirs.
    pub published_keys: PublishedKeys,
    /// How many calls that are not authentic are logged.
    pub rejections: RejectionBudget,
    /// What seals the secret that a provider hands over.
    pub random: Random,
}

impl<Hooks, Jobs, Actions, Ledger, Requests> Endpoint for HookTrigger<Hooks, Jobs, Actions, Ledger, Requests>
where
    Hooks: FindHook + TakeSecret,
    Jobs: PushJob,
    Actions: PushJob,
    Ledger: WriteAction + EndUnsent,
    Requests: PutRequest + ReplaceRequest,
{
    const TAKES_WEBHOOKS: bool = true;

    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        if call.method() != Method::Post.as_str() {
            // On the heap, so that the way of deliveries is no longer for it.
            return Box::pin(self.greet(call)).await;
        }
        call.body_up_to(MAX_BODY_BYTES)?;
        let received = call.received();
        let id = call.path_parameter("hook_id", HOOK)?;
        let hook = self.hooks.find(id).await?.ok_or(ApiError::NotFound(HOOK))?;
        let secret = authenticate(&hook, received, &self.sealing_keys, &self.published_keys).await;
        // What a stranger sends is neither read nor kept.
        let shown = if secret.is_ok() { without_proof(&hook, received) } else { Cow::Borrowed(received) };
        let run = Run::new(&hook, &shown, &self.requests, call.measurements());
        let answered = match secret {
            Ok(secret) => run.accept(secret.as_ref(), &self.to).await,
            Err(error) => Err(error),
        };
        match answered {
            Ok(answered) => Ok(answered.response),
            Err(error @ ApiError::WrongSignature(_)) => {
                if let Some(response) = Box::pin(self.welcome(&hook, call)).await? {
                    return Ok(response);
                }
                let is_logged = self.rejections.take(received.received_at);
                Ok(run.reject(&error, is_logged).await.response)
            }
            Err(error) => Err(error),
        }
    }
}

impl<Hooks: FindHook + TakeSecret, Jobs, Actions, Ledger, Requests>
    HookTrigger<Hooks, Jobs, Actions, Ledger, Requests>
{
    /// Answers a handshake. Any other call gets one and the same answer, whether or not the hook exists.
    async fn greet(&self, call: &Call) -> Result<Response, ApiError> {
        let (received, refused) =
            (call.received(), || ApiError::MethodNotAllowed { allow: Method::Post.as_str().to_owned(), hint: HINT });
        let id = call.path_parameter("hook_id", HOOK).map_err(|_| refused())?;
        let method = Method::named(call.method()).ok_or_else(refused)?;
        let Some(hook) = self.hooks.find(id).await? else { return Err(refused()) };
        let greeting = greet(&hook, received, method, &self.sealing_keys, call.measurements()).await?;
        greeting.ok_or_else(refused)
    }

    /// Answers a call that proves nothing, if it hands over the secret that the hook waits for, or is a handshake that
    /// anyone may make.
    async fn welcome(&self, hook: &Hook, call: &Call) -> Result<Option<Response>, ApiError> {
        let (received, sealing_keys, measurements) = (call.received(), &self.sealing_keys, call.measurements());
        let taking = Taking { hooks: &self.hooks, sealing_keys, random: self.random };
        if let Some(response) = taking.take(hook, received, measurements).await? {
            return Ok(Some(response));
        }
        greet(hook, received, Method::Post, sealing_keys, measurements).await
    }
}
