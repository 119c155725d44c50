//! `GET /users/me`: shows the caller.

use shared::auth::AccessTokens;
use shared::http::user::{UserBody, find_caller};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::FindUser;

/// The endpoint and what it needs.
pub struct UserMe<Users> {
    /// Where the caller is looked up.
    pub users: Users,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Users: FindUser> Endpoint for UserMe<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let user = find_caller(&self.users, &identity).await?;
        Ok(Response::ok(&UserBody::from(&user)))
    }
}
