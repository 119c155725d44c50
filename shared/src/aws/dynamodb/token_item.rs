//! A token as an item.

use super::item::{Attributes, StoredItem};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Scope, Token};
use crate::ports::{StoreError, StoredToken};

/// Also of an entry of the index.
pub(super) fn decode_token(attributes: &Attributes) -> Result<Token, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let optional = |name| -> Result<Option<Timestamp>, StoreError> {
        item.optional_text(name)?.map(|_| item.parsed(name)).transpose()
    };
    Ok(Token {
        id: item.parsed("id")?,
        kind: item.parsed("kind")?,
        name: item.parsed("name")?,
        scope: item.number("role_id", Scope::of_role)?,
        user_id: item.number("user_id", UserId::new)?,
        project_id: item.number("project_id", ProjectId::new)?,
        last_used: optional("last_used")?,
        expires_at: item.parsed("valid_until")?,
        revoked_at: optional("revoked_at")?,
        created_at: item.parsed("created_at")?,
        updated_at: item.parsed("updated_at")?,
    })
}

pub(super) fn decode(attributes: &Attributes) -> Result<StoredToken, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let secret_hash = item.binary("secret_hash")?.try_into().map_err(|_| item.corrupt("secret_hash"))?;
    Ok(StoredToken { token: decode_token(attributes)?, secret_hash })
}
