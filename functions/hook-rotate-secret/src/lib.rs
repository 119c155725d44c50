//! `POST /hooks/incoming/{hook_id}/rotate-secret`: gives a hook new secrets and shows them, this once. The old ones stay
//! valid for a while; the URL stays the same. If the provider hands its secrets over, the hook waits for the new
//! one.

use std::time::Duration;

use shared::auth::AccessTokens;
use shared::copies::CopyTime;
use shared::domain::Invalid;
use shared::domain::handover::HandedOver;
use shared::domain::id::HookId;
use shared::domain::sealing::SealedSecret;
use shared::domain::secret::HookSecret;
use shared::domain::signing::{
    CurrentSecret, DEFAULT_OVERLAP, GivenSecrets, MAX_OVERLAP, Means, PreviousSecret, Rotation, Signing,
};
use shared::domain::timestamp::Timestamp;
use shared::http::hook::{HookBody, find_own, read_rotation};
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _, read};
use shared::keys::SealingKeys;
use shared::ports::{FindHook, FindUser, Random, ReplaceSecret};

/// The endpoint and what it needs.
pub struct HookRotateSecret<Users, Hooks> {
    /// Where the caller and the hook's creator are looked up.
    pub users: Users,
    /// Where the hook is.
    pub hooks: Hooks,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What seals the new secret.
    pub sealing_keys: SealingKeys,
    /// What the new secret is made of.
    pub random: Random,
    /// How long copies of the hook are used, which the answer waits for.
    pub copies: CopyTime,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Hooks: FindHook + ReplaceSecret> Endpoint for HookRotateSecret<Users, Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        find_caller(&self.users, &identity).await?;
        let mut hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;
        let signing = hook.signing.as_ref().ok_or_else(takes_unsigned_calls)?;
        let current = signing.secret().cloned().ok_or_else(has_no_secret)?;
        let (overlap, given) = read_body(call, signing)?;
        let is_awaited = given.secret.is_none() && signing.scheme().hand_over.is_some();
        let secret = self.new_secret(hook.relation.id, &signing.means, &current, given, call.received_at()).await?;
        let secret = secret.ok_or_else(has_no_secret)?;
        // Now, because once the secret is replaced nothing may fail any more: the answer alone shows the new one.
        let creator = self.users.find_user(hook.created_by).await?;

        let now = call.received_at();
        let sealed = self.sealing_keys.seal(hook.relation.id, &secret, self.random.bytes(), now).await?;
        let (id, seen, at) = (hook.relation.id, hook.relation.updated_at, hook.relation.changed_at(now));
        let handed_over = is_awaited.then(|| HandedOver::awaited_from(now));
        let awaited_until = handed_over.and_then(|handed_over| handed_over.awaited_at(now));
        let rotation = Rotation { hook: id, seen, current, new: sealed, until: now.plus(overlap), at, awaited_until };
        self.hooks.replace_secret(&rotation).await?;
        self.copies.run_out().await;

        hook.relation.updated_at = at;
        if let Some(signing) = &mut hook.signing {
            signing.handed_over = handed_over;
            signing.current = Some(CurrentSecret { secret: rotation.new, since: rotation.at });
            signing.previous = Some(PreviousSecret { secret: rotation.current, until: rotation.until });
        }
        let base_url = call.base_url(self.public_url.as_deref());
        let body = HookBody::new(&hook, creator.as_ref(), &base_url).at(&hook, now);
        let body = body.with_secret((!is_awaited).then_some(&secret));
        Ok(Response::ok(&body).never_stored())
    }
}

impl<Users, Hooks> HookRotateSecret<Users, Hooks> {
    /// What is given by a provider that issues its secrets, or made here. A hook with options that are secret keeps what
    /// is not replaced.
    async fn new_secret(
        &self,
        hook: HookId,
        means: &Means,
        current: &SealedSecret,
        given: GivenSecrets,
        now: Timestamp,
    ) -> Result<Option<HookSecret>, ApiError> {
        let kept = if means.secret_options().next().is_some() {
            let current = self.sealing_keys.open(hook, current, now).await?;
            means.kept_by_rotation(&current, &given)
        } else {
            // Not even a secret that does not open stops its rotation.
            GivenSecrets::default()
        };
        Ok(means.complete(given.or(kept), || self.random.bytes()))
    }
}

/// How long the old secrets stay valid, and the new ones as far as they are given.
fn read_body(call: &Call, signing: &Signing) -> Result<(Duration, GivenSecrets), ApiError> {
    let mut fields = call.fields()?;
    let overlap = fields.optional("overlap_seconds", read::integer(overlap)).unwrap_or(DEFAULT_OVERLAP);
    let given = read_rotation(&mut fields, &signing.means);
    fields.finish(given.map(|given| (overlap, given)))
}

fn overlap(seconds: i64) -> Result<Duration, Invalid> {
    let overlap = u64::try_from(seconds).ok().map(Duration::from_secs).filter(|overlap| *overlap <= MAX_OVERLAP);
    overlap.ok_or_else(|| Invalid::new(format!("must be an integer from 0 to {}", MAX_OVERLAP.as_secs())))
}

fn has_no_secret() -> ApiError {
    ApiError::Conflict("The provider signs with a key of its own, so the hook has no secret to rotate.".into())
}

fn takes_unsigned_calls() -> ApiError {
    ApiError::Conflict("The hook requires no secret, so it has none to rotate.".into())
}
