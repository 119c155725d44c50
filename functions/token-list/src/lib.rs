//! `GET /users/personal-access-tokens` and `GET /projects/{project_id}/tokens`: lists the caller's own tokens or those of
//! its project, without what proves them.

use shared::auth::AccessTokens;
use shared::http::token::{TokenBody, read_owner};
use shared::http::{ApiError, Call, Endpoint, Page, Response};
use shared::ports::{FindUser, ListTokens};

/// The endpoint and what it needs.
pub struct TokenList<Users, Tokens> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the tokens are.
    pub tokens: Tokens,
    /// What verifies access tokens.
    pub access_tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: FindUser, Tokens: ListTokens> Endpoint for TokenList<Users, Tokens> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.access_tokens).await?;
        let owner = read_owner(call, identity.user_id, identity.project_id)?;
        let page = Page::of_query(call)?;

        let tokens = self.tokens.list_tokens(owner).await?;
        let user = self.users.find_user(identity.user_id).await?;

        let list_url = format!("{}{}", call.base_url(self.public_url.as_deref()), call.path());
        Ok(page.respond(&tokens, &list_url, |token| TokenBody::of_list(token, user.as_ref(), call.received_at())))
    }
}
