//! `POST /users/login`: e-mail address and password for an access token and a refresh token.

use shared::auth::{Password, Passwords, RefreshToken, SessionTokens};
use shared::domain::id::SessionId;
use shared::domain::login::{LoginAttempt, Network};
use shared::domain::session::{SESSION_LIFETIME, Session};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::{Email, User};
use shared::http::user::{admit, hand_out, note_login};
use shared::http::{ApiError, Call, Endpoint, Response, read};
use shared::ports::{AdmitLogin, FindCredentials, ForgiveLogin, InsertSession, NoteLogin, Random};

/// The endpoint and what it needs.
pub struct UserLogin<Users> {
    /// Where users, attempts to log in and sessions are.
    pub users: Users,
    /// What issues access tokens.
    pub tokens: SessionTokens,
    /// What verifies passwords.
    pub passwords: Passwords,
    /// What sessions and refresh tokens are made of.
    pub random: Random,
}

impl<Users: AdmitLogin + FindCredentials + ForgiveLogin + InsertSession + NoteLogin> Endpoint for UserLogin<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let (email, password) = read_login(call)?;
        let now = call.received_at();
        let credentials = self.users.find_credentials(&email).await?;
        let password_set_at = credentials.as_ref().map(|credentials| credentials.user.password_set_at);
        // Never from a header: an attacker who guesses would send another one with each call.
        let network = Network::of(call.received().ip_address.as_deref());
        let attempt = LoginAttempt::new(&email, network, now, password_set_at);
        let admission = admit(&self.users, &attempt).await?;

        let hash = credentials.as_ref().map(|credentials| &credentials.password_hash);
        let right = self.passwords.verify(&password, hash);
        let user = credentials.map(|credentials| credentials.user).filter(|user| right && user.active);
        let user = user.ok_or(ApiError::WrongCredentials)?;

        self.users.forgive_login(&attempt, admission).await?;
        let (session, refresh_token) = self.open_session(&user, now);
        let answer = hand_out(&user, session.id, &refresh_token, &self.tokens, now).await?;
        self.users.insert_session(&session).await?;
        note_login(&self.users, &user, now).await;
        Ok(answer)
    }
}

/// Any text may be tried as a password: an answer that it is too short would help only those who guess.
fn read_login(call: &Call) -> Result<(Email, Password), ApiError> {
    let mut fields = call.fields()?;
    let email: Option<Email> = fields.required("email", read::parsed);
    let password = fields.required("password", |value| Password::attempt(read::text(value)?));
    fields.finish(email.zip(password))
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
