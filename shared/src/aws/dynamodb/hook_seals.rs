//! The sealed secrets of all hooks, which are resealed when the key changes.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use super::hook_item::decode_secrets;
use super::hooks::HooksTable;
use super::item::{binary, text};
use super::{refused_item, unavailable, update_refused};
use crate::domain::signing::SealedSecrets;
use crate::ports::{ReplaceSeals, ScanPosition, ScanSecrets, SecretsPage, StoreError};

impl ScanSecrets for HooksTable {
    async fn scan_secrets(&self, position: Option<&ScanPosition>) -> Result<SecretsPage, StoreError> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true);
        let scan = scan.projection_expression("id, secret, previous_secret, previous_secret_until");
        // What counts hooks has none, nor has a hook that takes unsigned calls.
        let scan = scan.filter_expression("attribute_exists(secret)");
        let start = position.map(|position| [("id".to_owned(), text(position.as_str()))].into());
        let page = scan.set_exclusive_start_key(start).send().await.map_err(unavailable)?;
        let next = page.last_evaluated_key().and_then(|key| key.get("id")?.as_s().ok());
        let next = next.cloned().map(ScanPosition::new);
        Ok(SecretsPage { secrets: page.items().iter().map(decode_secrets).collect(), next })
    }
}

impl ReplaceSeals for HooksTable {
    async fn replace_seals(&self, current: &SealedSecrets, new: &SealedSecrets) -> Result<(), StoreError> {
        let update = self.client.update_item().table_name(&self.table).key("id", text(current.hook));
        let update = update
            .expression_attribute_values(":current", binary(current.secret.as_bytes()))
            .expression_attribute_values(":new", binary(new.secret.as_bytes()))
            .return_values_on_condition_check_failure(AllOld);
        let update = match &current.previous {
            Some(previous) => update
                .condition_expression("secret = :current AND previous_secret = :current_previous")
                .expression_attribute_values(":current_previous", binary(previous.secret.as_bytes())),
            None => update.condition_expression("secret = :current AND attribute_not_exists(previous_secret)"),
        };
        let update = match &new.previous {
            Some(previous) => update
                .update_expression("SET secret = :new, previous_secret = :new_previous")
                .expression_attribute_values(":new_previous", binary(previous.secret.as_bytes())),
            None => update.update_expression("SET secret = :new REMOVE previous_secret, previous_secret_until"),
        };
        update.send().await.map(drop).or_else(|error| match refused_item(&error).map(decode_secrets) {
            // When only the answer was lost, the SDK sent it again, and the new seals are there already.
            Some(Ok(there)) if there.secret == new.secret => Ok(()),
            Some(_) => Err(StoreError::Conflict),
            None if update_refused(&error) => Ok(()),
            None => Err(unavailable(error)),
        })
    }
}
