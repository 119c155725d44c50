//! A token as an item.

use super::item::{Attributes, StoredItem, binary, number, text};
use crate::domain::id::{ProjectId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Scope, Token};
use crate::ports::{StoreError, StoredToken};

/// What an item has besides its key and the hash is what the index projects.
pub(super) fn encode(stored: &StoredToken) -> Attributes {
    let Token { id, kind, name, scope, user_id, project_id, last_used, expires_at, revoked_at, created_at, updated_at } =
        &stored.token;
    let mut item = Attributes::from([
        ("id".to_owned(), text(id)),
        ("owner".to_owned(), text(stored.token.owner())),
        ("secret_hash".to_owned(), binary(stored.secret_hash)),
        ("kind".to_owned(), text(kind.as_str())),
        ("name".to_owned(), text(name.as_str())),
        ("role_id".to_owned(), number(scope.role_id())),
        ("user_id".to_owned(), number(user_id.get())),
        ("project_id".to_owned(), number(project_id.get())),
        ("valid_until".to_owned(), text(expires_at)),
        ("created_at".to_owned(), text(created_at)),
        ("updated_at".to_owned(), text(updated_at)),
    ]);
    let optional = [("last_used", last_used), ("revoked_at", revoked_at)];
    item.extend(optional.into_iter().filter_map(|(name, at)| Some((name.to_owned(), text(at.as_ref()?)))));
    item
}

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
