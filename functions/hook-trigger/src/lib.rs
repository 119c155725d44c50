//! `POST /hooks/{hook_id}/trigger`, the URL that webhook providers call: proves the call authentic, takes the variables
//! out of its payload and puts one job on the queue.

mod answer;
mod facts;

use shared::domain::hook::Hook;
use shared::domain::id::HookId;
use shared::domain::job::Job;
use shared::domain::sealing::SealingKey;
use shared::domain::secret::HookSecret;
use shared::domain::signature;
use shared::http::payload::Payload;
use shared::http::{ApiError, Call, Endpoint, Response};
use shared::ports::{Consistency, FindHook, PushJob};

use crate::facts::Facts;

/// The largest body that a provider may send: 4 MiB. (GitHub cuts its payloads off at 25 MB; API Gateway takes 10 MB
/// and Lambda 6 MB of base64, which is 4.5 MB of bytes.)
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The endpoint and what it needs.
pub struct HookTrigger<Hooks, Jobs> {
    /// Where the hook is looked up.
    pub hooks: Hooks,
    /// Where the job goes.
    pub jobs: Jobs,
    /// What opens the hook's secret.
    pub sealing_key: SealingKey,
}

const HOOK: &str = "The hook";

impl<Hooks: FindHook, Jobs: PushJob> Endpoint for HookTrigger<Hooks, Jobs> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let body = call.body_up_to(MAX_BODY_BYTES)?;
        let (hook, secrets) = self.find_authentic(call).await?;
        if !hook.relation.active {
            return Ok(answer::ignored(call, "The hook is inactive."));
        }
        let payload = Payload::read(call.header("content-type"), body)?;
        let facts = Facts::read(&hook, &payload, body)?;
        if let Some(handshake) = facts.handshake(call, &secrets) {
            return Ok(answer::handshake(call, &handshake));
        }
        if let Some(condition) = facts.failed_condition(call) {
            return Ok(answer::ignored(call, &format!("The condition `{}` does not hold.", condition.label())));
        }
        let variables = hook.relation.variables.resolve(facts.variables()).map_err(answer::variables_at_fault)?;
        let delivery = facts.delivery(call);
        let job = Job { id: call.id(), created_at: call.received_at(), hook: hook.relation, variables, delivery };
        self.jobs.push_job(&job).await?;
        Ok(answer::queued(call))
    }
}

impl<Hooks: FindHook, Jobs> HookTrigger<Hooks, Jobs> {
    /// The hook that the path names, if the call is proven authentic, with the secrets that are valid for it.
    ///
    /// A read that may be a second old is enough to accept a call. Before one is refused, the hook is read again: it
    /// may be new, or its secret may have changed.
    async fn find_authentic(&self, call: &Call) -> Result<(Hook, Vec<HookSecret>), ApiError> {
        let id: HookId = call.path_parameter("hook_id", HOOK)?;
        if let Some(hook) = self.hooks.find_hook(id, Consistency::Eventual).await? {
            match self.authenticate(&hook, call) {
                Err(ApiError::WrongSignature) => {}
                authenticated => return authenticated.map(|secrets| (hook, secrets)),
            }
        }
        let hook = self.hooks.find_hook(id, Consistency::Strong).await?.ok_or(ApiError::NotFound(HOOK))?;
        let secrets = self.authenticate(&hook, call)?;
        Ok((hook, secrets))
    }

    /// Proves that the call is from somebody who knows the hook's secret, and returns the secrets that are valid. A
    /// hook that requires none takes calls from everybody who knows its URL.
    fn authenticate(&self, hook: &Hook, call: &Call) -> Result<Vec<HookSecret>, ApiError> {
        let Some(signing) = &hook.signing else {
            return Ok(Vec::new());
        };
        let secrets = vec![self.sealing_key.open(hook.relation.id, &signing.secret)?];
        let signed = signature::Call {
            header: &|name| call.header(name),
            body: call.body(),
            body_value: &|path| facts::body_value(call, path),
            received_at: call.received_at(),
        };
        signature::verify(signing, &secrets, &signed)?;
        Ok(secrets)
    }
}
