//! Users as JSON.

use serde::Serialize;

use super::error::ApiError;
use super::response::{Response, ResponseExt as _};
use crate::auth::{ACCESS_TOKEN_LIFETIME, Identity, Login, RefreshToken, SessionTokens};
use crate::domain::id::{ProjectId, SessionId};
use crate::domain::login::{LOGIN_WINDOW, LoginAdmission, LoginAttempt};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Member, User};
use crate::ports::{AdmitLogin, FindUser, NoteLogin};
use crate::telemetry::Chain;

/// A user as it sees itself.
#[derive(Serialize)]
pub struct UserBody<'a> {
    id: i64,
    name: &'a str,
    email: &'a str,
    url_slug: String,
    /// Always null, and the next always empty: the published clients expect these fields.
    language: Option<&'static str>,
    active: bool,
    social_accounts: [&'static str; 0],
    project_id: i64,
    environment_id: i64,
    created_at: String,
    updated_at: String,
}

impl<'a> From<&'a User> for UserBody<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.get(),
            name: user.name.as_str(),
            email: user.email.as_str(),
            url_slug: user.url_slug(),
            language: None,
            active: user.active,
            social_accounts: [],
            project_id: user.project_id.get(),
            environment_id: user.environment_id.get(),
            created_at: user.created_at.to_string(),
            updated_at: user.updated_at.to_string(),
        }
    }
}

/// A user as the others of its project see it.
#[derive(Serialize)]
pub struct MemberBody<'a> {
    id: i64,
    name: &'a str,
    email: &'a str,
    active: bool,
    environment_id: i64,
    last_login_at: Option<String>,
    created_at: String,
}

impl<'a> From<&'a Member> for MemberBody<'a> {
    fn from(user: &'a Member) -> Self {
        Self {
            id: user.id.get(),
            name: user.name.as_str(),
            email: user.email.as_str(),
            active: user.active,
            environment_id: user.environment_id.get(),
            last_login_at: user.last_login_at.map(|at| at.to_string()),
            created_at: user.created_at.to_string(),
        }
    }
}

/// Who created something, as the other users of its project see it.
#[derive(Serialize)]
pub(super) struct CreatorBody<'a> {
    id: i64,
    name: &'a str,
    email: &'a str,
    url_slug: String,
    active: bool,
}

impl<'a> From<&'a User> for CreatorBody<'a> {
    fn from(user: &'a User) -> Self {
        let User { id, name, email, active, .. } = user;
        let url_slug = user.url_slug();
        Self { id: id.get(), name: name.as_str(), email: email.as_str(), url_slug, active: *active }
    }
}

impl<'a> CreatorBody<'a> {
    /// The creator of something in this project. One who has moved to another project is not shown: what a user is called
    /// there is not for this one to know.
    pub(super) fn of_project(creator: Option<&'a User>, project: ProjectId) -> Option<Self> {
        creator.filter(|user| user.project_id == project).map(Self::from)
    }
}

/// The caller as it is now. A token is valid for an hour; within it, an administrator may have deactivated the user or
/// moved it to another project, and then it must neither make nor see a secret of the token's project.
pub async fn find_caller(users: &impl FindUser, identity: &Identity) -> Result<User, ApiError> {
    let user = users.find_user(identity.user_id).await?;
    user.filter(|user| user.active && user.project_id == identity.project_id).ok_or(ApiError::Unauthenticated)
}

/// Lets an attempt through to the password, unless too many have failed.
pub async fn admit(users: &impl AdmitLogin, attempt: &LoginAttempt<'_>) -> Result<LoginAdmission, ApiError> {
    let admission = users.admit_login(attempt).await?;
    let LoginAdmission::Locked { until } = admission else { return Ok(admission) };
    let seconds = until.distance(attempt.at).as_secs().clamp(1, LOGIN_WINDOW.as_secs());
    Err(ApiError::TooManyLogins { retry_after_seconds: seconds })
}

/// Notes when the user has logged in. Only people look at that, so no login fails for it.
pub async fn note_login(users: &impl NoteLogin, user: &User, at: Timestamp) {
    if let Err(error) = users.note_login(user.id, at).await {
        tracing::warn!(cause = %Chain(&error), "The time of the login could not be noted");
    }
}

#[derive(Serialize)]
struct TokensBody<'a> {
    token_type: &'static str,
    /// In seconds.
    expires_in: u64,
    access_token: &'a str,
    refresh_token: &'a str,
}

/// Answers with the tokens of a session: a new access token, and the refresh token that is valid from now on.
pub async fn hand_out(
    user: &User,
    session_id: SessionId,
    refresh_token: &RefreshToken,
    tokens: &SessionTokens,
    now: Timestamp,
) -> Result<Response, ApiError> {
    let User { id: user_id, project_id, environment_id, .. } = *user;
    let access_token = tokens.issue(&Login { user_id, session_id, project_id, environment_id }, now).await?;
    let body = TokensBody {
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
        access_token: access_token.expose(),
        refresh_token: refresh_token.expose(),
    };
    Ok(Response::ok(&body).never_stored())
}
