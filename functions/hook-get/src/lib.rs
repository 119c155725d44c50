//! `GET /hooks/incoming/{hook_id}`: shows a hook of the caller's project, with its secret masked. Only a secret that the
//! provider has handed over, and that the owner must paste back there, is shown for a while.

use shared::auth::AccessTokens;
use shared::domain::hook::Hook;
use shared::domain::sealing::SealedSecret;
use shared::domain::timestamp::Timestamp;
use shared::http::hook::{HookBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::keys::SealingKeys;
use shared::ports::{FindHook, FindUser};

/// The endpoint and what it needs.
pub struct HookGet<Users, Hooks> {
    /// Where the hook's creator is looked up.
    pub users: Users,
    /// Where the hook is.
    pub hooks: Hooks,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What opens a secret that was handed over.
    pub sealing_keys: SealingKeys,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Hooks: FindHook> Endpoint for HookGet<Users, Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;
        let creator = self.users.find_user(hook.created_by).await?;
        let base_url = call.base_url(self.public_url.as_deref());
        let now = call.received_at();
        let body = HookBody::new(&hook, creator.as_ref(), &base_url).at(&hook, now);
        let Some(sealed) = to_paste_back(&hook, now) else { return Ok(Response::ok(&body)) };
        let secret = self.sealing_keys.open(hook.relation.id, sealed, now).await?;
        Ok(Response::ok(&body.with_handed_over(&secret)).never_stored())
    }
}

/// The secret that the provider has handed over and that the owner must enter there, as long as it is shown.
fn to_paste_back(hook: &Hook, now: Timestamp) -> Option<&SealedSecret> {
    let signing = hook.signing.as_ref()?;
    let is_shown = signing.scheme().hand_over?.is_pasted_back && signing.handed_over?.is_shown_at(now);
    signing.secret().filter(|_| is_shown)
}
