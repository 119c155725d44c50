//! The table of tokens that users made for programs.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue::AllNew;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem, Update};
use aws_types::SdkConfig;

use super::item::{Attributes, StoredItem, binary, number, text};
use super::token_item::{decode, decode_token, encode};
use super::transaction::{NotWritten, write_all};
use super::{refused_item, unavailable, update_refused};
use crate::domain::id::TokenId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{MOST_TOKENS, SHOWN_AFTER_REVOCATION, Token, TokenOwner, TokenRotation};
use crate::ports::{
    FindToken, InsertToken, ListTokens, NoteTokenUse, RevokeToken, RotateToken, Rotated, StoreError, StoredToken,
};
use crate::telemetry::Chain;

/// The condition of a write that the owner of a token asks for, until it is revoked.
const OWN_AND_NOT_REVOKED: &str = "#owner = :owner AND attribute_not_exists(revoked_at)";

/// The table of tokens: partition key `id`, index `by-owner`.
#[derive(Debug, Clone)]
pub struct TokensTable {
    pub(super) client: Client,
    pub(super) table: String,
}

impl TokensTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }
}

impl TokensTable {
    /// An update of how many tokens an owner has that were not revoked. It is part of each transaction that changes it:
    /// so no one gets more by making many at once.
    fn count(&self, owner: TokenOwner, change: i64) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key("id", text(format!("COUNT#{owner}")))
            .update_expression("ADD tokens :change")
            .expression_attribute_values(":change", number(change))
    }
}

fn update(update: UpdateBuilder) -> Result<TransactWriteItem, NotWritten> {
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

/// Whether an item that was found instead is a token of the owner's.
fn is_of(item: Option<&Attributes>, owner: TokenOwner) -> Result<bool, StoreError> {
    let Some(item) = item else { return Ok(false) };
    Ok(StoredItem::new(item, "id").text("owner")? == owner.to_string())
}

impl FindToken for TokensTable {
    /// Consistently: a token that was revoked a moment ago gives no access.
    async fn find_token(&self, id: TokenId) -> Result<Option<StoredToken>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true);
        let answer = request.send().await.map_err(unavailable)?;
        answer.item.as_ref().map(decode).transpose()
    }
}

impl NoteTokenUse for TokensTable {
    async fn note_token_use(&self, id: TokenId, day: Timestamp) {
        let request = self.client.update_item().table_name(&self.table).key("id", text(id));
        let answer = request
            .update_expression("SET last_used = :day")
            // Without the first part, a token that DynamoDB has just forgotten would come back as half an item.
            .condition_expression("attribute_exists(id) AND (attribute_not_exists(last_used) OR last_used < :day)")
            .expression_attribute_values(":day", text(day))
            .send()
            .await;
        match answer {
            Err(error) if !update_refused(&error) => {
                let error = unavailable(error);
                tracing::warn!(token_id = %id, error = %Chain(&error), "The use of a token was not noted");
            }
            Ok(_) | Err(_) => {}
        }
    }
}

impl InsertToken for TokensTable {
    async fn insert_token(&self, token: &StoredToken) -> Result<(), StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(encode(token)));
        let put = put.condition_expression("attribute_not_exists(id)").build().map_err(NotWritten::from)?;
        let count = self.count(token.token.owner(), 1);
        let count = count
            .condition_expression("attribute_not_exists(tokens) OR tokens < :most")
            .expression_attribute_values(":most", number(MOST_TOKENS));
        let writes = vec![TransactWriteItem::builder().put(put).build(), update(count)?];
        write_all(&self.client, writes).await.map_err(|error| match error {
            NotWritten::Refused { at: 1, .. } => {
                let of = match token.token.owner() {
                    TokenOwner::User(_) => "user",
                    TokenOwner::Project(_) => "project",
                };
                StoreError::Full { of, what: "tokens", most: MOST_TOKENS }
            }
            NotWritten::Refused { .. } | NotWritten::Unavailable(_) => error.into(),
        })
    }
}

impl ListTokens for TokensTable {
    async fn list_tokens(&self, owner: TokenOwner) -> Result<Vec<Token>, StoreError> {
        let query = self.client.query().table_name(&self.table).index_name("by-owner");
        let query = query.key_condition_expression("#owner = :owner").expression_attribute_names("#owner", "owner");
        let query = query.expression_attribute_values(":owner", text(owner)).scan_index_forward(false);
        let mut items = query.into_paginator().items().send();
        let mut tokens = Vec::new();
        while let Some(item) = items.next().await {
            tokens.push(decode_token(&item.map_err(unavailable)?)?);
        }
        Ok(tokens)
    }
}

impl RevokeToken for TokensTable {
    /// Reads nothing of the token but whose it is, so that a damaged one can be revoked.
    async fn revoke_token(&self, owner: TokenOwner, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let forget_at = now.plus(SHOWN_AFTER_REVOCATION).unix_seconds();
        let revocation = Update::builder()
            .table_name(&self.table)
            .key("id", text(id))
            .update_expression("SET revoked_at = :now, updated_at = :now, expires_at = :forget")
            .condition_expression(OWN_AND_NOT_REVOKED)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":now", text(now))
            .expression_attribute_values(":forget", number(forget_at))
            .return_values_on_condition_check_failure(AllOld);
        match write_all(&self.client, vec![update(revocation)?, update(self.count(owner, -1))?]).await {
            Ok(()) => Ok(true),
            Err(NotWritten::Refused { item, .. }) => is_of(item.as_ref(), owner),
            Err(error @ NotWritten::Unavailable(_)) => Err(error.into()),
        }
    }
}

impl RotateToken for TokensTable {
    /// When only the answer was lost, the SDK sends the rotation again, which changes nothing more.
    async fn rotate_token(&self, rotation: &TokenRotation) -> Result<Rotated, StoreError> {
        let request = self.client.update_item().table_name(&self.table).key("id", text(rotation.id));
        let answer = request
            .update_expression(
                "SET secret_hash = :hash, user_id = :user, project_id = :project, valid_until = :until, \
                 updated_at = :now REMOVE last_used",
            )
            .condition_expression(OWN_AND_NOT_REVOKED)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", text(rotation.owner))
            .expression_attribute_values(":hash", binary(rotation.secret_hash))
            .expression_attribute_values(":user", number(rotation.user_id.get()))
            .expression_attribute_values(":project", number(rotation.project_id.get()))
            .expression_attribute_values(":until", text(rotation.expires_at))
            .expression_attribute_values(":now", text(rotation.at))
            .return_values(AllNew)
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Rotated::Rotated(decode_token(&answer.attributes.unwrap_or_default())?)),
            Err(error) if update_refused(&error) => {
                let is_own = is_of(refused_item(&error), rotation.owner)?;
                Ok(if is_own { Rotated::Revoked } else { Rotated::Unknown })
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}
