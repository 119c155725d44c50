//! `POST /users/refresh-token`: a refresh token for a new one and a new access token. One that was used before ends the
//! session: either its owner or a thief has it a second time.

use shared::auth::{AccessTokens, RefreshToken};
use shared::domain::id::SessionId;
use shared::domain::session::{Renewal, Renewed};
use shared::http::user::hand_out;
use shared::http::{ApiError, Call, Endpoint, Response, read};
use shared::ports::{FindUser, Random, RemoveSession, RenewSession};

/// The endpoint and what it needs.
pub struct UserRefresh<Users> {
    /// Where users and sessions are.
    pub users: Users,
    /// What issues access tokens.
    pub tokens: AccessTokens,
    /// What refresh tokens are made of.
    pub random: Random,
}

impl<Users: FindUser + RemoveSession + RenewSession> Endpoint for UserRefresh<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let (session, presented) = read_token(call)?;
        let now = call.received_at();
        let refresh_token = RefreshToken::new(session, self.random.bytes());
        let (presented_hash, new_hash) = (presented.hash(), refresh_token.hash());

        let renewal = Renewal { session, presented_hash, new_hash, at: now };
        let (user_id, opened_at) = match self.users.renew_session(&renewal).await? {
            Renewed::Renewed { user_id, created_at } => (user_id, created_at),
            Renewed::Reused => return self.end(session).await,
            Renewed::Unknown => return Err(ApiError::WrongRefreshToken),
        };
        // Whoever was locked out, by an administrator or by a new password, must not come back this way.
        let user = self.users.find_user(user_id).await?;
        match user.filter(|user| user.active && user.password_set_at <= opened_at) {
            Some(user) => hand_out(&user, session, &refresh_token, &self.tokens, now),
            None => self.end(session).await,
        }
    }
}

impl<Users: RemoveSession> UserRefresh<Users> {
    async fn end(&self, session: SessionId) -> Result<Response, ApiError> {
        self.users.remove_session(session).await?;
        tracing::warn!(session_id = %session, "The session was ended");
        Err(ApiError::WrongRefreshToken)
    }
}

fn read_token(call: &Call) -> Result<(SessionId, RefreshToken), ApiError> {
    let mut fields = call.fields()?;
    let token = fields.required("refresh_token", read::text);
    let token = fields.finish(token)?;
    RefreshToken::parse(token).map_err(|_| ApiError::WrongRefreshToken)
}
