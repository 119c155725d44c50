//! Refresh tokens: what a client keeps to get new access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::id::SessionId;
use crate::domain::secret::SecretString;

/// `<session id>.<256 random bits in base64url>`. Only its hash is stored; with 256 bits of entropy a plain SHA-256
/// needs no salt.
#[derive(Debug, Clone)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    /// A token of the session.
    pub fn new(session: SessionId, random: [u8; 32]) -> Self {
        Self(SecretString::new(format!("{session}.{}", URL_SAFE_NO_PAD.encode(random))))
    }

    /// What is stored of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.expose()).into()
    }

    /// The token in clear, for the one answer that hands it out.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}
