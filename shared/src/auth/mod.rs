//! Who is calling: passwords, access tokens and refresh tokens.

mod access_token;
mod password;
mod refresh_token;

pub use access_token::{ACCESS_TOKEN_LIFETIME, AccessTokens, CannotIssue, Identity, InvalidToken};
pub use password::{CannotHash, Password, Passwords};
pub use refresh_token::RefreshToken;
