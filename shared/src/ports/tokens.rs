//! Tokens that users make for programs.

use std::future::Future;

use super::StoreError;
use crate::domain::id::TokenId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Token, TokenOwner, TokenRotation};

/// A token, and what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// The token.
    pub token: Token,
    /// SHA-256 of its random bits, so that reading the table is not enough to use it.
    pub secret_hash: [u8; 32],
}

/// Finds tokens.
pub trait FindToken: Send + Sync {
    /// The token, valid or not, as the last answered write left it.
    fn find_token(&self, id: TokenId) -> impl Future<Output = Result<Option<StoredToken>, StoreError>> + Send;
}

/// Remembers when tokens were used.
pub trait NoteTokenUse: Send + Sync {
    /// The token was used on this day. A failure is logged and nothing else: no call fails for it, and the next one of
    /// the day tries again.
    fn note_token_use(&self, id: TokenId, day: Timestamp) -> impl Future<Output = ()> + Send;
}

/// Inserts tokens.
pub trait InsertToken: Send + Sync {
    /// Fails with [`StoreError::Full`] when the owner has as many tokens as it may have.
    fn insert_token(&self, token: &StoredToken) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Lists tokens.
pub trait ListTokens: Send + Sync {
    /// All tokens of the owner, the newest first. One that was just made may be missing.
    fn list_tokens(&self, owner: TokenOwner) -> impl Future<Output = Result<Vec<Token>, StoreError>> + Send;
}

/// Revokes tokens.
pub trait RevokeToken: Send + Sync {
    /// Whether the owner has such a token. It is revoked then; one that was revoked before stays as it is.
    fn revoke_token(
        &self,
        owner: TokenOwner,
        id: TokenId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// What became of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    /// The token has its new secret, and the old one is refused. This is the token now.
    Rotated(Token),
    /// It was revoked.
    Revoked,
    /// The owner has no such token.
    Unknown,
}

/// Rotates tokens.
pub trait RotateToken: Send + Sync {
    /// Gives a token its new secret, unless it was revoked. One that has expired is valid again. It counts as not used.
    fn rotate_token(&self, rotation: &TokenRotation) -> impl Future<Output = Result<Rotated, StoreError>> + Send;
}
