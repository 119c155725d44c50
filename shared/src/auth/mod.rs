//! Who is calling: passwords, access tokens and refresh tokens.

mod access_token;
mod api_token;
mod password;
mod refresh_token;
mod session_token;
mod signing_key;

pub use access_token::{AccessTokens, Credential, Identity, NoAccess};
pub use api_token::ApiToken;
pub use password::{CannotHash, Password, Passwords};
pub use refresh_token::RefreshToken;
pub use session_token::{CannotIssue, CannotVerify, SessionTokens};
pub use signing_key::{ACCESS_TOKEN_LIFETIME, CannotSign, InvalidToken, Login, SigningKey};
