//! `GET /users/logout` and `POST /users/logout`: ends the caller's session. It is a `GET` too because the published
//! clients call it so. An access token that is out stays valid until it expires, within the hour. A token that a user
//! made for a program has no session: it is revoked instead.

use shared::auth::AccessTokens;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::RemoveSession;

/// The endpoint and what it needs.
pub struct UserLogout<Users> {
    /// Where sessions are.
    pub users: Users,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Users: RemoveSession> Endpoint for UserLogout<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let login = call.authenticate_login(&self.tokens).await?;
        self.users.remove_session(login.session_id).await?;
        Ok(Response::no_content())
    }
}
