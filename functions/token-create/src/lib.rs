//! `POST /users/personal-access-tokens` and `POST /projects/{project_id}/tokens`: makes a token for a program and shows
//! it, this once.

use shared::auth::{AccessTokens, ApiToken, Identity};
use shared::domain::id::TokenId;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{Scope, Token, TokenKind, TokenName, TokenOwner};
use shared::http::token::{TokenBody, read_expiry, read_owner};
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _, read};
use shared::ports::{FindUser, InsertToken, Random, StoreError, StoredToken};

/// The endpoint and what it needs.
pub struct TokenCreate<Users, Tokens> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the token goes.
    pub tokens: Tokens,
    /// What verifies access tokens.
    pub access_tokens: AccessTokens,
    /// What the token is made of.
    pub random: Random,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

/// What the caller asks for.
struct TokenDraft {
    name: TokenName,
    scope: Scope,
    expires_at: Timestamp,
}

impl<Users: FindUser, Tokens: InsertToken> Endpoint for TokenCreate<Users, Tokens> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = Identity::from(call.authenticate_login(&self.access_tokens).await?);
        let owner = read_owner(call, identity.user_id, identity.project_id)?;
        let now = call.received_at();
        let draft = read_draft(call, owner, now)?;
        let user = find_caller(&self.users, &identity).await?;

        let kind = owner.kind();
        let presented = ApiToken::new(kind, TokenId::from_random(self.random.bytes()), self.random.bytes());
        let TokenDraft { name, scope, expires_at } = draft;
        let token = Token {
            id: presented.id(),
            kind,
            name,
            scope,
            user_id: user.id,
            project_id: user.project_id,
            last_used: None,
            expires_at,
            revoked_at: None,
            created_at: now,
            updated_at: now,
        };
        let stored = StoredToken { token, secret_hash: presented.hash() };
        self.tokens.insert_token(&stored).await.map_err(not_inserted)?;

        let body = TokenBody::new(&stored.token, Some(&user), now).with_token(&presented);
        let base_url = call.base_url(self.public_url.as_deref());
        Ok(Response::created(&format!("{base_url}{}/{}", call.path(), presented.id()), &body).never_stored())
    }
}

/// The role is required: a token that reaches further than it has to should not be the default.
fn read_draft(call: &Call, owner: TokenOwner, now: Timestamp) -> Result<TokenDraft, ApiError> {
    let mut fields = call.fields()?;
    let name = fields.required("name", read::parsed);
    let scope = match owner.kind() {
        TokenKind::Personal => Some(Scope::All),
        TokenKind::Project => fields.required("role_id", read::integer(Scope::of_role)),
    };
    let expires_at = read_expiry(&mut fields, now);
    let draft = (|| Some(TokenDraft { name: name?, scope: scope?, expires_at: expires_at? }))();
    fields.finish(draft)
}

/// Tokens are revoked, not deleted.
fn not_inserted(error: StoreError) -> ApiError {
    match error {
        StoreError::Full { of, what, most } => {
            ApiError::Conflict(format!("The {of} has {most} {what}, the maximum: revoke one first.").into())
        }
        StoreError::Unavailable(_) | StoreError::Corrupt { .. } | StoreError::Conflict => error.into(),
    }
}
