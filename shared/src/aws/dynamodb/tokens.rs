//! The table of tokens that users made for programs.

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;

use super::item::text;
use super::token_item::decode;
use super::{unavailable, update_refused};
use crate::domain::id::TokenId;
use crate::domain::timestamp::Timestamp;
use crate::ports::{FindToken, NoteTokenUse, StoreError, StoredToken};
use crate::telemetry::Chain;

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
