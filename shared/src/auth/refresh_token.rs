//! Refresh tokens: what a client keeps to get new access tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::InvalidToken;
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

    /// Reads a token that a caller presents, and the session that it names.
    pub fn parse(text: String) -> Result<(SessionId, Self), InvalidToken> {
        let session = text.split_once('.').and_then(|(session, _)| session.parse().ok()).ok_or(InvalidToken)?;
        Ok((session, Self(SecretString::new(text))))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_session_and_hashes_to_what_was_stored() {
        let session = SessionId::from_random([1; 16]);
        let token = RefreshToken::new(session, [2; 32]);
        let (named, read) = RefreshToken::parse(token.expose().to_owned()).unwrap();
        assert_eq!((named, read.hash()), (session, token.hash()));
        assert_ne!(RefreshToken::new(session, [3; 32]).hash(), token.hash());
    }

    #[test]
    fn what_names_no_session_is_no_token() {
        for text in ["", ".", "x.y", "00000000-0000-4000-8000-000000000000"] {
            assert_eq!(RefreshToken::parse(text.to_owned()).unwrap_err(), InvalidToken, "{text}");
        }
    }
}
