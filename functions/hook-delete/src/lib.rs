//! `DELETE /hooks/incoming/{hook_id}`: removes a hook of the caller's project. From then on its URL answers 404.

use shared::auth::AccessTokens;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::RemoveHook;

/// The endpoint and what it needs.
pub struct HookDelete<Hooks> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Hooks: RemoveHook> Endpoint for HookDelete<Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("hook_id", "The hook")?;
        let removed = self.hooks.remove_hook(id, identity.project_id).await?;
        if removed { Ok(Response::no_content()) } else { Err(ApiError::NotFound("The hook")) }
    }
}
