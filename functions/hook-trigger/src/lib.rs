//! `POST /hooks/{hook_id}/trigger`, the URL that webhook providers call: proves the call authentic, takes the variables
//! out of its payload, puts one job on the queue and logs the call.

mod bucket;

use shared::domain::hook::Hook;
use shared::domain::id::HookId;
use shared::domain::secret::HookSecret;
use shared::domain::signature;
use shared::http::payload::Payload;
use shared::http::trigger::{self, Incoming};
use shared::http::{ApiError, Call, Endpoint, Response};
use shared::keys::SealingKeys;
use shared::ports::{Consistency, FindHook, PushJob, PutRequest, ReplaceRequest};
use shared::telemetry::Chain;

pub use crate::bucket::RejectionBudget;

/// The largest body that a provider may send: 4 MiB. API Gateway passes 10 MB on, of which Lambda takes 6 MB of
/// base64, which is 4.5 MB of bytes.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

const HOOK: &str = "The hook";

/// The endpoint and what it needs.
pub struct HookTrigger<Hooks, Jobs, Requests> {
    /// Where the hook is looked up.
    pub hooks: Hooks,
    /// Where the job goes.
    pub jobs: Jobs,
    /// Where the call is logged.
    pub requests: Requests,
    /// What opens the hook's secret.
    pub sealing_keys: SealingKeys,
    /// How many calls that are not authentic are logged.
    pub rejections: RejectionBudget,
}

/// What is known of whoever makes a call.
enum Caller {
    /// Knows these secrets, or the hook takes calls from everybody.
    Authentic(Vec<HookSecret>),
    /// Could be anybody.
    Stranger,
}

impl<Hooks, Jobs, Requests> Endpoint for HookTrigger<Hooks, Jobs, Requests>
where
    Hooks: FindHook,
    Jobs: PushJob,
    Requests: PutRequest + ReplaceRequest,
{
    const TAKES_WEBHOOKS: bool = true;

    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        call.body_up_to(MAX_BODY_BYTES)?;
        let incoming = Incoming::of_call(call);
        let (hook, caller) = self.find(call, &incoming).await?;
        let response = match caller {
            Caller::Authentic(secrets) => trigger::run(&hook, &incoming, &secrets, &self.jobs, &self.requests).await.0,
            Caller::Stranger => {
                let requests = self.rejections.take(call.received_at()).then_some(&self.requests);
                trigger::reject(&hook, &incoming, requests).await
            }
        };
        Ok(response)
    }
}

impl<Hooks: FindHook, Jobs, Requests> HookTrigger<Hooks, Jobs, Requests> {
    /// The hook that the path names, and who calls it.
    ///
    /// A read that may be a second old is enough to accept a call. Before one is refused, the hook is read again: it
    /// may be new, or its secret may just have changed or been sealed anew.
    async fn find(&self, call: &Call, incoming: &Incoming<'_>) -> Result<(Hook, Caller), ApiError> {
        let id: HookId = call.path_parameter("hook_id", HOOK)?;
        if let Some(hook) = self.hooks.find_hook(id, Consistency::Eventual).await?
            && let Ok(caller @ Caller::Authentic(_)) = self.identify(&hook, call, incoming).await
        {
            return Ok((hook, caller));
        }
        let hook = self.hooks.find_hook(id, Consistency::Strong).await?.ok_or(ApiError::NotFound(HOOK))?;
        let caller = self.identify(&hook, call, incoming).await?;
        Ok((hook, caller))
    }

    /// Whether the caller knows a secret that is valid now. A secret that does not open fails the call, unless it is
    /// proven authentic with another: nobody can tell whether the caller knows that one.
    async fn identify(&self, hook: &Hook, call: &Call, incoming: &Incoming<'_>) -> Result<Caller, ApiError> {
        trigger::note_hook(hook, call.measurements());
        let Some(signing) = &hook.signing else { return Ok(Caller::Authentic(Vec::new())) };
        let (mut secrets, mut unopened) = (Vec::new(), None);
        for sealed in signing.valid_secrets(call.received_at()) {
            match self.sealing_keys.open(hook.relation.id, sealed, call.received_at()).await {
                Ok(secret) => secrets.push(secret),
                Err(error) => unopened = Some(error),
            }
        }
        // The type under which the payload is read later. By another one, an odd header could have something verified
        // as JSON and then read as a form.
        let content_type = incoming.header("content-type");
        let signed = signature::Call {
            header: &|name| call.header(name),
            body: call.body(),
            payload: &|| Payload::signed(content_type, call.body()),
            body_value: &|path| Payload::text_at(content_type, call.body(), path),
            received_at: call.received_at(),
        };
        // While a rotation overlaps, a handshake must be answered with the secret that its sender knows.
        secrets.retain(|secret| signature::verify(signing, std::slice::from_ref(secret), &signed).is_ok());
        match unopened {
            Some(error) if secrets.is_empty() => return Err(error.into()),
            Some(error) => tracing::warn!(cause = %Chain(&error), "One of the hook's secrets is of no use"),
            None => {}
        }
        Ok(if secrets.is_empty() { Caller::Stranger } else { Caller::Authentic(secrets) })
    }
}
