//! `POST /users/login`: e-mail address and password for an access token and a refresh token.

use serde::Serialize;
use shared::auth::{ACCESS_TOKEN_LIFETIME, AccessTokens, Identity, Password, Passwords, RefreshToken};
use shared::domain::id::SessionId;
use shared::domain::secret::SecretString;
use shared::domain::session::{LoginAdmission, SESSION_LIFETIME, Session};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::{Email, User};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _, read};
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

#[derive(Serialize)]
struct TokensBody<'a> {
    token_type: &'static str,
    expires_in: u64,
    access_token: &'a str,
    refresh_token: &'a str,
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
        self.users.insert_session(&session).await?;
        let access_token = self.issue(&user, &session, now)?;
        Ok(Response::ok(&TokensBody {
            token_type: "Bearer",
            expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
            access_token: access_token.expose(),
            refresh_token: refresh_token.expose(),
        })
        .never_stored())
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
        (Session { id, user_id: user.id, refresh_token_hash, created_at: now, expires_at }, refresh_token)
    }

    fn issue(&self, user: &User, session: &Session, now: Timestamp) -> Result<SecretString, ApiError> {
        let identity = Identity {
            user_id: user.id,
            session_id: session.id,
            project_id: user.project_id,
            environment_id: user.environment_id,
        };
        Ok(self.tokens.issue(&identity, now)?)
    }
}
