//! `POST /users/login`: e-mail address and password for an access token and a refresh token.

use shared::auth::{AccessTokens, Password, Passwords, RefreshToken};
use shared::domain::id::SessionId;
use shared::domain::session::{LoginAdmission, SESSION_LIFETIME, Session};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::{Email, User};
use shared::http::user::hand_out;
use shared::http::{ApiError, Call, Endpoint, Response, read};
use shared::ports::{AdmitLogin, FindCredentials, ForgiveLogins, InsertSession, Random};

/// The endpoint and what it needs.
pub struct UserLogin<Users> {
    /// Where users, failed logins and sessions are.
    pub users: Users,
    /// What issues access tokens.
    pub tokens: AccessTokens,
    /// What verifies passwords.
    pub passwords: Passwords,
    /// What sessions and refresh tokens are made of.
    pub random: Random,
}

impl<Users: AdmitLogin + FindCredentials + ForgiveLogins + InsertSession> Endpoint for UserLogin<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let (email, password) = read_login(call)?;
        let now = call.received_at();
        if let LoginAdmission::Locked { until } = self.users.admit_login(&email, now).await? {
            return Err(locked(until, now));
        }

        let credentials = self.users.find_credentials(&email).await?;
        let hash = credentials.as_ref().map(|credentials| &credentials.password_hash);
        let right = self.passwords.verify(&password, hash);
        let user = credentials.map(|credentials| credentials.user).filter(|user| right && user.active);
        let user = user.ok_or(ApiError::WrongCredentials)?;

        self.users.forgive_logins(&email).await?;
        let (session, refresh_token) = self.open_session(&user, now);
        let answer = hand_out(&user, session.id, &refresh_token, &self.tokens, now).await?;
        self.users.insert_session(&session).await?;
        Ok(answer)
    }
}

/// Any text may be tried as a password: saying here that one is too short would help only whoever guesses.
fn read_login(call: &Call) -> Result<(Email, Password), ApiError> {
    let mut fields = call.fields()?;
    let email: Option<Email> = fields.required("email", read::parsed);
    let password = fields.required("password", |value| Password::attempt(read::text(value)?));
    fields.finish(email.zip(password))
}

fn locked(until: Timestamp, now: Timestamp) -> ApiError {
    ApiError::TooManyLogins { retry_after_seconds: until.distance(now).as_secs().max(1) }
}

impl<Users> UserLogin<Users> {
    fn open_session(&self, user: &User, now: Timestamp) -> (Session, RefreshToken) {
        let id = SessionId::from_random(self.random.bytes());
        let refresh_token = RefreshToken::new(id, self.random.bytes());
        let refresh_token_hash = refresh_token.hash();
        let expires_at = now.plus(SESSION_LIFETIME);
        let User { id: user_id, password_set_at, .. } = *user;
        (Session { id, user_id, refresh_token_hash, password_set_at, expires_at }, refresh_token)
    }
}
