//! Sessions: what a login opens.

use std::time::Duration;

use super::id::{SessionId, UserId};
use super::timestamp::Timestamp;

/// For how long a refresh token is valid.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// One login and all the refresh tokens that descend from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The access tokens of this session contain it too.
    pub id: SessionId,
    /// Who logged in.
    pub user_id: UserId,
    /// SHA-256 of the one valid refresh token, so that reading the table is not enough to use it.
    pub refresh_token_hash: [u8; 32],
    /// When the password that opened it was set. When a password is set while a login with the old one goes on, the
    /// time of that login would not tell which of the two it was.
    pub password_set_at: Timestamp,
    /// When the refresh token stops being valid.
    pub expires_at: Timestamp,
}

/// A refresh token that was used, and the one that takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// The session that both are of.
    pub session: SessionId,
    /// Of the token that was presented.
    pub presented_hash: [u8; 32],
    /// Of the token that takes its place.
    pub new_hash: [u8; 32],
    /// When it happens.
    pub at: Timestamp,
}

/// What became of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// The session goes on.
    Renewed,
    /// The session goes on with another token: this one was used before, perhaps by a thief.
    Reused,
    /// The session does not exist, or no longer does.
    Unknown,
}
