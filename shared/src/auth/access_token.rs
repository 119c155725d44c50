//! Access tokens: those of sessions, and those that users make for programs.

use std::future::Future;
use std::pin::Pin;

use super::api_token::ApiToken;
use super::session_token::{CannotVerify, SessionTokens};
use super::signing_key::{InvalidToken, Login};
use crate::domain::id::{EnvironmentId, ProjectId, SessionId, TokenId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Scope, TokenRefusal};
use crate::ports::{FindMembership, FindToken, KeysError, NoteTokenUse, StoreError};

/// Who calls, as a valid access token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The user: who logged in, or as whom the token acts.
    pub user_id: UserId,
    /// The tenant.
    pub project_id: ProjectId,
    /// Where the user works.
    pub environment_id: EnvironmentId,
    /// What proved it.
    pub credential: Credential,
}

/// What a caller proved its identity with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The access token of a session.
    Session(SessionId),
    /// A token that a user made for a program.
    Token {
        /// Which one.
        id: TokenId,
        /// How far it reaches.
        scope: Scope,
    },
}

/// Verifies access tokens of all kinds.
pub struct AccessTokens {
    sessions: SessionTokens,
    made: Box<dyn Made>,
}

impl AccessTokens {
    /// Verifies the tokens of these sessions, and those that users made.
    pub fn new(
        sessions: SessionTokens,
        tokens: impl FindToken + NoteTokenUse + 'static,
        users: impl FindMembership + 'static,
    ) -> Self {
        Self { sessions, made: Box::new(Store { tokens, users }) }
    }

    /// Who the bearer of a genuine token is that is valid at `now`.
    ///
    /// The token of a session says so itself, and no table is read. A token that a user made is read at each call, and
    /// so is its user: it is refused from the moment when one of them ends.
    pub async fn verify(&self, text: &str, now: Timestamp) -> Result<Identity, NoAccess> {
        if text.starts_with(ApiToken::PREFIX) {
            return self.made.verify(ApiToken::parse(text)?, now).await;
        }
        Ok(self.sessions.verify(text, now).await?.into())
    }
}

impl From<Login> for Identity {
    fn from(login: Login) -> Self {
        let Login { user_id, session_id, project_id, environment_id } = login;
        Self { user_id, project_id, environment_id, credential: Credential::Session(session_id) }
    }
}

/// Why a token gives no access.
#[derive(Debug, thiserror::Error)]
pub enum NoAccess {
    /// It proves nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// It is genuine, and gives no access any more.
    #[error(transparent)]
    Refused(#[from] TokenRefusal),
    /// Its key is not known here, and whether it exists cannot be found out now.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The token or its user cannot be read now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CannotVerify> for NoAccess {
    fn from(error: CannotVerify) -> Self {
        match error {
            CannotVerify::Invalid(error) => error.into(),
            CannotVerify::Keys(error) => error.into(),
        }
    }
}

/// The tables behind a pointer: as type parameters, they would appear in every handler.
trait Made: Send + Sync {
    fn verify(&self, presented: ApiToken, now: Timestamp) -> Verifying<'_>;
}

type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Identity, NoAccess>> + Send + 'a>>;

struct Store<Tokens, Users> {
    tokens: Tokens,
    users: Users,
}

impl<Tokens: FindToken + NoteTokenUse, Users: FindMembership> Made for Store<Tokens, Users> {
    fn verify(&self, presented: ApiToken, now: Timestamp) -> Verifying<'_> {
        Box::pin(async move {
            let stored = self.tokens.find_token(presented.id()).await?;
            let token = stored.filter(|stored| presented.proves(stored)).ok_or(InvalidToken)?.token;
            token.check(now)?;
            let environment_id = token.environment(self.users.find_membership(token.user_id).await?)?;
            let today = now.start_of_day();
            if token.last_used.is_none_or(|day| day < today) {
                self.tokens.note_token_use(token.id, today).await;
            }
            let credential = Credential::Token { id: token.id, scope: token.scope };
            Ok(Identity { user_id: token.user_id, project_id: token.project_id, environment_id, credential })
        })
    }
}
