//! `PUT /hooks/incoming/{hook_id}`: changes a hook of the caller's project. Its secret and its URL stay.

use shared::auth::AccessTokens;
use shared::domain::hook::Hook;
use shared::domain::signature::{Algorithm, providers};
use shared::domain::signing::{SecretHeaderName, Signing};
use shared::domain::timestamp::Timestamp;
use shared::http::hook::{check_pipelines, find_own, read_change};
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
}

impl<Hooks: FindHook + ReplaceHook, Pipelines: FindPipeline> Endpoint for HookUpdate<Hooks, Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;
        let change = read_change(call.fields()?, &hook, call.received_at())?;

        let signing = match change.signing {
            Some((algorithm, header)) => Some(self.sign(&hook, algorithm, header, call.received_at()).await?),
            None => None,
        };
        let pipelines = check_pipelines(&self.pipelines, &change.relation, Some(&hook)).await?;
        let changed = Hook { relation: change.relation, signing, pipelines, created_by: hook.created_by };
        self.hooks.replace_hook(&hook, &changed).await?;
        Ok(Response::no_content())
    }
}

impl<Hooks, Pipelines> HookUpdate<Hooks, Pipelines> {
    /// How the hook's calls are signed from now on. A hook that took unsigned calls gets a random secret that is not
    /// shown: it refuses all calls until a rotation shows one.
    async fn sign(
        &self,
        hook: &Hook,
        algorithm: Algorithm,
        header_name: SecretHeaderName,
        now: Timestamp,
    ) -> Result<Signing, ApiError> {
        let id = hook.relation.id;
        let scheme = providers::find(header_name.as_str(), algorithm);
        let Some(current) = &hook.signing else {
            let secret = scheme.generate_secret(&self.random.bytes());
            let secret = self.sealing_keys.seal(id, &secret, self.random.bytes(), now).await?;
            return Ok(Signing { algorithm, header_name, secret, previous: None });
        };
        if scheme.check_secret(&self.sealing_keys.open(id, &current.secret, now).await?).is_err() {
            return Err(secret_does_not_fit());
        }
        Ok(Signing { algorithm, header_name, ..current.clone() })
    }
}

fn secret_does_not_fit() -> ApiError {
    let mut errors = FieldErrors::default();
    errors
        .add("secret_header_name", "must stay, because the secret is not a key of the other scheme: create a new hook");
    ApiError::Invalid(errors)
}
