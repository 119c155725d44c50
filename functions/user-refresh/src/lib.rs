//! `POST /users/refresh-token`: a refresh token for a new one and a new access token. One that was used before ends the
//! session: either its owner or a thief has it a second time.

use shared::auth::{RefreshToken, SessionTokens};
use shared::domain::id::SessionId;
use shared::domain::session::{Renewal, Renewed};
use shared::http::user::hand_out;
use shared::http::{ApiError, Call, Endpoint, Response, read};
use shared::ports::{FindSession, FindUser, Random, RemoveSession, RenewSession};

/// The endpoint and what it needs.
pub struct UserRefresh<Users> {
    /// Where users and sessions are.
    pub users: Users,
    /// What issues access tokens.
    pub tokens: SessionTokens,
    /// What refresh tokens are made of.
    pub random: Random,
}

impl<Users: FindSession + FindUser + RemoveSession + RenewSession> Endpoint for UserRefresh<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let (id, presented) = read_token(call)?;
        let now = call.received_at();
        // All that can fail comes before the renewal: it spends the only token that the caller has.
        let session = self.users.find_session(id, now).await?.ok_or(ApiError::WrongRefreshToken)?;
        let user = self.users.find_user(session.user_id).await?;
        // A user who was locked out, by an administrator or by a new password, must not come back this way.
        let user = user.filter(|user| user.active && user.password_set_at == session.password_set_at);
        let Some(user) = user else { return self.end(id).await };
        let refresh_token = RefreshToken::new(id, self.random.bytes());
        let answer = hand_out(&user, id, &refresh_token, &self.tokens, now).await?;

        let (presented_hash, new_hash) = (presented.hash(), refresh_token.hash());
        match self.users.renew_session(&Renewal { session: id, presented_hash, new_hash, at: now }).await? {
            Renewed::Renewed => Ok(answer),
            Renewed::Reused => self.end(id).await,
            Renewed::Unknown => Err(ApiError::WrongRefreshToken),
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
