//! Access tokens of sessions: issued under the newest signing key, and verified under the one that they name.

use std::time::SystemTime;

use super::signing_key::{CannotSign, InvalidToken, Login, SigningKey};
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;
use crate::keys::Keys;
use crate::ports::{KeysError, ReadKeys};

/// Issues and verifies the access tokens of sessions.
pub struct SessionTokens(Keys<SigningKey>);

impl SessionTokens {
    /// Reads the keys for the first time.
    pub async fn read(source: impl ReadKeys + 'static, now: SystemTime) -> Result<Self, KeysError> {
        Keys::read(source, now).await.map(Self)
    }

    /// A token for `login`, valid from `now` for [`ACCESS_TOKEN_LIFETIME`](super::ACCESS_TOKEN_LIFETIME).
    ///
    /// Call this before spending something on a token, such as a refresh token that is valid for one use.
    pub async fn issue(&self, login: &Login, now: Timestamp) -> Result<SecretString, CannotIssue> {
        Ok(self.0.fresh(now).await?.newest().issue(login, now)?)
    }

    /// What a genuine token says that has not expired at `now`.
    ///
    /// One that does not even name a key costs nothing. Every sandbox, however busy, refuses a key within minutes after
    /// it was dropped because it leaked: so keys must be fresh, and not only known.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Login, CannotVerify> {
        let id = SigningKey::named_by(token)?;
        let mut ring = self.0.fresh(now).await?;
        if ring.get(id).is_none() {
            ring = self.0.knowing(id, now).await?;
        }
        Ok(ring.get(id).ok_or(InvalidToken)?.verify(token, now)?)
    }
}

/// Why a token was not issued.
#[derive(Debug, thiserror::Error)]
pub enum CannotIssue {
    /// There is no key that is known to be the newest.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key is there, and does not sign.
    #[error(transparent)]
    Sign(#[from] CannotSign),
}

/// Why a token was not verified.
#[derive(Debug, thiserror::Error)]
pub enum CannotVerify {
    /// It proves nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// Its key is not known here, and whether it exists cannot be found out now.
    #[error(transparent)]
    Keys(#[from] KeysError),
}
