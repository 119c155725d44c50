//! `GET /hooks/incoming/{hook_id}`: shows a hook of the caller's project, with its secret masked.

use shared::auth::AccessTokens;
use shared::http::hook::{HookBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindHook, FindUser};

/// The endpoint and what it needs.
pub struct HookGet<Users, Hooks> {
    /// Where the hook's creator is looked up.
    pub users: Users,
    /// Where the hook is.
    pub hooks: Hooks,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Hooks: FindHook> Endpoint for HookGet<Users, Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;
        let creator = self.users.find_user(hook.created_by).await?;
        let base_url = call.base_url(self.public_url.as_deref());
        Ok(Response::ok(&HookBody::new(&hook, creator.as_ref(), &base_url)))
    }
}
