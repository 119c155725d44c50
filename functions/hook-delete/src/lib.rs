//! `DELETE /hooks/incoming/{hook_id}`: removes a hook of the caller's project. From then on its URL answers 404.

use shared::auth::AccessTokens;
use shared::copies::CopyTime;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::RemoveHook;

/// The endpoint and what it needs.
pub struct HookDelete<Hooks> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// How long copies of the hook are used, which the answer waits for.
    pub copies: CopyTime,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Hooks: RemoveHook> Endpoint for HookDelete<Hooks> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("hook_id", "The hook")?;
        let was_there = self.hooks.remove_hook(id, identity.project_id).await?;
        // If it was not, another request may have removed it a moment ago, whose answer was lost.
        self.copies.run_out().await;
        if was_there { Ok(Response::no_content()) } else { Err(ApiError::NotFound("The hook")) }
    }
}
