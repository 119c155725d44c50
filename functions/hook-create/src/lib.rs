//! `POST /hooks/incoming` and `POST /pipelines/{pipeline_id}/hooks/incoming`: creates a hook and shows its secret, this
//! once.

use shared::auth::AccessTokens;
use shared::domain::handover::HandedOver;
use shared::domain::hook::{Hook, HookDraft};
use shared::domain::id::HookId;
use shared::domain::secret::HookSecret;
use shared::domain::signing::{CurrentSecret, Signing};
use shared::domain::timestamp::Timestamp;
use shared::http::hook::{HookBody, check_pipelines, find_of_path, read_draft, url_of};
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::keys::{SealError, SealingKeys};
use shared::ports::{FindPipeline, FindUser, InsertHook, Random};

/// The endpoint and what it needs.
pub struct HookCreate<Users, Hooks, Pipelines> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the hook goes.
    pub hooks: Hooks,
    /// Where the pipelines are that the hook runs.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What seals the hook's secret.
    pub sealing_keys: SealingKeys,
    /// What the hook's id and secret are made of.
    pub random: Random,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Hooks: InsertHook, Pipelines: FindPipeline> Endpoint for HookCreate<Users, Hooks, Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let of_pipeline = match call.optional_path_parameter("pipeline_id", "The pipeline")? {
            Some(id) => Some(find_of_path(&self.pipelines, &identity, id).await?),
            None => None,
        };
        let mut draft = read_draft(call.fields()?, of_pipeline)?;
        let user = find_caller(&self.users, &identity).await?;

        let id = HookId::from_random(self.random.bytes());
        let now = call.received_at();
        let base_url = call.base_url(self.public_url.as_deref());
        if let Some(signing) = &mut draft.signing {
            signing.means.register(&url_of(id, &base_url));
        }
        let (signing, secret) = self.sign(id, &draft, now).await?.unzip();
        let secret = secret.flatten();
        let mut hook = Hook::create(id, draft, signing, (&user).into(), now);
        hook.pipelines = check_pipelines(&self.pipelines, &hook.relation, None).await?;
        self.hooks.insert_hook(&hook).await?;

        let body = HookBody::new(&hook, Some(&user), &base_url).with_secret(secret.as_ref());
        Ok(Response::created(&format!("{base_url}/hooks/incoming/{id}"), &body).never_stored())
    }
}

impl<Users, Hooks, Pipelines> HookCreate<Users, Hooks, Pipelines> {
    /// The secret of the new hook, given or made, and how it is kept; `None` for a hook that takes unsigned calls. A secret
    /// that stands in the place of one which the provider hands over is shown to no one.
    async fn sign(
        &self,
        hook: HookId,
        draft: &HookDraft,
        now: Timestamp,
    ) -> Result<Option<(Signing, Option<HookSecret>)>, SealError> {
        let Some(signing) = &draft.signing else { return Ok(None) };
        let secret = signing.means.complete(signing.given.clone(), || self.random.bytes());
        let sealed = match &secret {
            Some(secret) => Some(self.sealing_keys.seal(hook, secret, self.random.bytes(), now).await?),
            None => None,
        };
        let handed_over = signing.awaits_secret().then(|| HandedOver::awaited_from(now));
        let secret = secret.filter(|_| handed_over.is_none());
        let current = sealed.map(|secret| CurrentSecret { secret, since: now });
        Ok(Some((Signing { means: signing.means.clone(), current, previous: None, handed_over }, secret)))
    }
}
