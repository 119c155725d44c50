//! `PUT /hooks/incoming/{hook_id}`: changes a hook of the caller's project. Its secret and its URL stay.

use shared::auth::AccessTokens;
use shared::copies::CopyTime;
use shared::domain::handover::HandedOver;
use shared::domain::hook::Hook;
use shared::domain::signature::provider::Provider;
use shared::domain::signature::providers;
use shared::domain::signing::{CurrentSecret, GivenSecrets, Means, Signing};
use shared::domain::timestamp::Timestamp;
use shared::http::hook::{check_pipelines, find_own, read_change, url_of};
use shared::http::{ApiError, Call, Endpoint, FieldErrors, Response, ResponseExt as _};
use shared::keys::SealingKeys;
use shared::ports::{FindHook, FindPipeline, Random, ReplaceHook};

/// The endpoint and what it needs.
pub struct HookUpdate<Hooks, Pipelines> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the pipelines are that the hook runs.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What opens the hook's secret, to see whether it fits another scheme.
    pub sealing_keys: SealingKeys,
    /// What a first secret is made of.
    pub random: Random,
    /// How long copies of the hook are used, which the answer waits for.
    pub copies: CopyTime,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks: FindHook + ReplaceHook, Pipelines: FindPipeline> Endpoint for HookUpdate<Hooks, Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;
        let change = read_change(call.fields()?, &hook, call.received_at())?;

        let signing = match change.signing {
            Some(mut means) => {
                means.register(&url_of(hook.relation.id, &call.base_url(self.public_url.as_deref())));
                Some(self.sign(&hook, means, call.received_at()).await?)
            }
            None => None,
        };
        let pipelines = check_pipelines(&self.pipelines, &change.relation, Some(&hook)).await?;
        let changed = Hook { relation: change.relation, signing, pipelines, created_by: hook.created_by };
        self.hooks.replace_hook(&hook, &changed).await?;
        self.copies.run_out().await;
        Ok(Response::no_content())
    }
}

impl<Hooks, Pipelines> HookUpdate<Hooks, Pipelines> {
    /// How the hook's calls are signed from now on. A hook that had no secret gets a random one that is not shown, if
    /// its provider shares one: it refuses all calls until a rotation shows one, or the provider
    /// hands one over. So it is with an option that is secret.
    /// With a provider that has a private key, it forgets its secret.
    async fn sign(&self, hook: &Hook, means: Means, now: Timestamp) -> Result<Signing, ApiError> {
        let id = hook.relation.id;
        let signing = hook.signing.as_ref().and_then(|signing| Some((signing.current.as_ref()?, &signing.previous)));
        let handed_over = means.scheme().hand_over.and_then(|_| match &signing {
            // A rotation has the hook wait.
            Some(_) => hook.signing.as_ref()?.handed_over,
            None => Some(HandedOver::awaited_from(now)),
        });
        let (kept, since, previous) = match signing.filter(|_| means.has_secrets()) {
            Some((current, previous)) => {
                let opened = self.sealing_keys.open(id, &current.secret, now).await?;
                if !opened.is_empty() && means.scheme().check_secret(&opened).is_err() {
                    return Err(secret_does_not_fit(hook.relation.provider, means.known.provider));
                }
                if means.is_complete(&opened) {
                    let (current, previous) = (Some(current.clone()), previous.clone());
                    return Ok(Signing { means, current, previous, handed_over });
                }
                let since = if opened.is_empty() { now } else { current.since };
                (GivenSecrets::of(&opened), since, previous.clone())
            }
            None => (GivenSecrets::default(), now, None),
        };
        let current = match means.complete(kept, || self.random.bytes()) {
            Some(secret) => {
                let secret = self.sealing_keys.seal(id, &secret, self.random.bytes(), now).await?;
                Some(CurrentSecret { secret, since })
            }
            None => None,
        };
        Ok(Signing { means, current, previous, handed_over })
    }
}

/// The field that is at fault is the one that has changed.
fn secret_does_not_fit(current: Option<&Provider>, new: &Provider) -> ApiError {
    let names_another = current.is_some_and(|current| current != new);
    let field = if current == Some(new) && new == &providers::CUSTOM {
        "verification"
    } else if names_another || (current.is_none() && !new.by_header) {
        "provider"
    } else {
        "secret_header_name"
    };
    let mut errors = FieldErrors::default();
    errors.add(field, "must stay, because the secret is not a key of the other scheme: create a new hook");
    ApiError::Invalid(errors)
}
