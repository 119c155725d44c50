//! `POST /users/personal-access-tokens/{token_id}/rotate` and `POST /projects/{project_id}/tokens/{token_id}/rotate`:
//! gives a token a new secret and shows it, this once. The old one is refused at once.

use shared::auth::{AccessTokens, ApiToken, Identity};
use shared::domain::Invalid;
use shared::domain::id::TokenId;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{TokenRefusal, TokenRotation};
use shared::http::token::{TokenBody, read_expiry, read_owner};
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _, read};
use shared::ports::{FindUser, Random, RotateToken, Rotated};

/// The endpoint and what it needs.
pub struct TokenRotate<Users, Tokens> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the token is.
    pub tokens: Tokens,
    /// What verifies access tokens.
    pub access_tokens: AccessTokens,
    /// What the new secret is made of.
    pub random: Random,
}

impl<Users: FindUser, Tokens: RotateToken> Endpoint for TokenRotate<Users, Tokens> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = Identity::from(call.authenticate_login(&self.access_tokens).await?);
        let owner = read_owner(call, identity.user_id, identity.project_id)?;
        let (id, at) = (call.path_parameter("token_id", "The token")?, call.received_at());
        let expires_at = read_rotation(call, id, at)?;
        let user = find_caller(&self.users, &identity).await?;

        let presented = ApiToken::new(owner.kind(), id, self.random.bytes());
        let (secret_hash, user_id, project_id) = (presented.hash(), user.id, user.project_id);
        let rotation = TokenRotation { id, owner, secret_hash, user_id, project_id, expires_at, at };
        match self.tokens.rotate_token(&rotation).await? {
            Rotated::Rotated(token) => {
                let body = TokenBody::new(&token, Some(&user), at).with_token(&presented);
                Ok(Response::ok(&body).never_stored())
            }
            Rotated::Revoked => Err(ApiError::Conflict(TokenRefusal::Revoked.to_string().into())),
            Rotated::Unknown => Err(ApiError::NotFound("The token")),
        }
    }
}

/// The body repeats the token's id, so that one which was meant for another token changes nothing.
fn read_rotation(call: &Call, id: TokenId, at: Timestamp) -> Result<Timestamp, ApiError> {
    let mut fields = call.fields()?;
    fields.optional("id", |value| match read::parsed::<TokenId>(value)? {
        named if named == id => Ok(named),
        _ => Err(Invalid::new("must be the id in the path")),
    });
    let expires_at = read_expiry(&mut fields, at);
    fields.finish(expires_at)
}
