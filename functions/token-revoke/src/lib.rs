//! `DELETE /users/personal-access-tokens/{token_id}/revoke` and
//! `DELETE /projects/{project_id}/tokens/{token_id}/revoke`: ends a token at once.

use shared::auth::{AccessTokens, Credential};
use shared::domain::id::TokenId;
use shared::http::token::read_owner;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::RevokeToken;

/// The endpoint and what it needs.
pub struct TokenRevoke<Tokens> {
    /// Where the token is.
    pub tokens: Tokens,
    /// What verifies access tokens.
    pub access_tokens: AccessTokens,
}

impl<Tokens: RevokeToken> Endpoint for TokenRevoke<Tokens> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.access_tokens).await?;
        let owner = read_owner(call, identity.user_id, identity.project_id)?;
        let token: TokenId = call.path_parameter("token_id", "The token")?;
        match identity.credential {
            Credential::Session(_) => {}
            Credential::Token { id, .. } if id == token => {}
            // One that leaked must not stop the other programs.
            Credential::Token { .. } => {
                return Err(ApiError::Forbidden("A token may revoke only itself: log in to revoke others."));
            }
        }
        if !self.tokens.revoke_token(owner, token, call.received_at()).await? {
            return Err(ApiError::NotFound("The token"));
        }
        Ok(Response::no_content())
    }
}
