//! `GET /users`: lists the users of the caller's project.

use shared::auth::AccessTokens;
use shared::http::user::MemberBody;
use shared::http::{ApiError, Call, Endpoint, Page, Response};
use shared::ports::ListUsers;

/// The endpoint and what it needs.
pub struct UserList<Users> {
    /// Where the users are.
    pub users: Users,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users: ListUsers> Endpoint for UserList<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let page = Page::of_query(call)?;

        let users = self.users.list_users(identity.project_id).await?;

        let list_url = format!("{}{}", call.base_url(self.public_url.as_deref()), call.path());
        Ok(page.respond(&users, &list_url, MemberBody::from))
    }
}
