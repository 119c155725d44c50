//! Who is calling: passwords, access tokens and refresh tokens.

mod access_token;
mod password;
mod refresh_token;
mod signing_key;

pub use access_token::{AccessTokens, CannotIssue, CannotVerify};
pub use password::{CannotHash, Password, Passwords};
pub use refresh_token::RefreshToken;
pub use signing_key::{ACCESS_TOKEN_LIFETIME, CannotSign, Identity, InvalidToken, SigningKey};
