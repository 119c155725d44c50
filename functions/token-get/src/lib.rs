//! `GET /users/personal-access-tokens/{token_id}` and `GET /projects/{project_id}/tokens/{token_id}`: shows a token,
//! without what proves it.

use shared::auth::AccessTokens;
use shared::http::token::{TokenBody, read_owner};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindToken, FindUser};

/// The endpoint and what it needs.
pub struct TokenGet<Users, Tokens> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the token is.
    pub tokens: Tokens,
    /// What verifies access tokens.
    pub access_tokens: AccessTokens,
}

impl<Users: FindUser, Tokens: FindToken> Endpoint for TokenGet<Users, Tokens> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.access_tokens).await?;
        let owner = read_owner(call, identity.user_id, identity.project_id)?;
        let stored = self.tokens.find_token(call.path_parameter("token_id", "The token")?).await?;
        let token = stored.map(|stored| stored.token).filter(|token| token.owner() == owner);
        let token = token.ok_or(ApiError::NotFound("The token"))?;
        let user = self.users.find_user(identity.user_id).await?;
        Ok(Response::ok(&TokenBody::new(&token, user.as_ref(), call.received_at())))
    }
}
