//! The table of hooks: how one is kept, changed and found. [`hook_list`](super::hook_list) lists them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use aws_types::SdkConfig;

use super::handed_over::{AWAITED_UNTIL, RECEIVED_AT};
use super::hook_count::{Change, Count, Refused, counts, moved, write_counted};
use super::hook_item::{decode, encode};
use super::item::{Attributes, StoredItem, binary, text};
use super::{put_outcome, refused_item, unavailable, update_refused};
use crate::aws::WarmUp;
use crate::domain::handover::Handing;
use crate::domain::hook::Hook;
use crate::domain::id::{HookId, ProjectId};
use crate::domain::signing::{Rotation, Signing};
use crate::ports::{Consistency, FindHook, InsertHook, RemoveHook, ReplaceHook, ReplaceSecret, StoreError, TakeSecret};
use crate::telemetry::Chain;

/// The table of hooks: partition key `id`, indexes `by-resource`, `by-pipeline` and `by-project`.
#[derive(Debug, Clone)]
pub struct HooksTable {
    pub(super) client: Client,
    pub(super) table: String,
}

impl HooksTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }
}

impl WarmUp for HooksTable {
    /// By reading a hook that does not exist.
    async fn warm_up(&self) {
        let unknown = HookId::from_random([0; 16]);
        if let Err(error) = self.find_hook(unknown, Consistency::Eventual).await {
            tracing::warn!(error = %Chain(&error), "The table did not answer at start-up");
        }
    }
}

impl FindHook for HooksTable {
    async fn find_hook(&self, id: HookId, consistency: Consistency) -> Result<Option<Hook>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).key("id", text(id));
        let request = request.consistent_read(consistency == Consistency::Strong);
        let answer = request.send().await.map_err(unavailable)?;
        answer.item.as_ref().map(decode).transpose()
    }
}

impl InsertHook for HooksTable {
    async fn insert_hook(&self, hook: &Hook) -> Result<(), StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(encode(hook)));
        let put = put.condition_expression("attribute_not_exists(id)").build().map_err(Refused::from)?;
        let put = TransactWriteItem::builder().put(put).build();
        Ok(write_counted(&self.client, &self.table, put, counts(&hook.relation, Change::Up)).await?)
    }
}

impl ReplaceHook for HooksTable {
    async fn replace_hook(&self, current: &Hook, new: &Hook) -> Result<(), StoreError> {
        let (from, to) = (&current.relation, &new.relation);
        // A rotation in the same millisecond must not lose its new secret.
        let secret = current.signing.as_ref().and_then(Signing::secret);
        let (condition, values) = match secret {
            Some(secret) => ("updated_at = :seen AND secret = :secret", Some(binary(secret.as_bytes()))),
            None => ("updated_at = :seen AND attribute_not_exists(secret)", None),
        };
        let mut values: Attributes = values.map(|secret| (":secret".to_owned(), secret)).into_iter().collect();
        values.insert(":seen".to_owned(), text(from.updated_at));
        let item = encode(new);
        let moved = moved(from, to);
        if moved.is_empty() {
            let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
            let put = put.condition_expression(condition).set_expression_attribute_values(Some(values));
            return put_outcome(put.return_values_on_condition_check_failure(AllOld).send().await, &item);
        }
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression(condition);
        let put = put.set_expression_attribute_values(Some(values)).build().map_err(Refused::from)?;
        let put = TransactWriteItem::builder().put(put).build();
        Ok(write_counted(&self.client, &self.table, put, moved).await?)
    }
}

impl RemoveHook for HooksTable {
    /// Reads no more of the hook than where it is counted, so that a damaged one can be removed.
    async fn remove_hook(&self, id: HookId, project: ProjectId) -> Result<bool, StoreError> {
        let read = self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true);
        let read = read.projection_expression("id, project_id, #resource, pipeline");
        let read = read.expression_attribute_names("#resource", "resource").send().await.map_err(unavailable)?;
        let Some(found) = read.item else { return Ok(false) };
        let found = StoredItem::new(&found, "id");
        if found.number("project_id", ProjectId::new)? != project {
            return Ok(false);
        }
        let (resource, pipeline) = (found.text("resource")?, found.optional_text("pipeline")?);
        let mut counts = vec![Count::down("resource", resource)];
        counts.extend(pipeline.map(|pipeline| Count::down("pipeline", pipeline)));
        let condition = match pipeline {
            Some(_) => "#resource = :resource AND pipeline = :pipeline",
            None => "#resource = :resource AND attribute_not_exists(pipeline)",
        };
        let delete = Delete::builder().table_name(&self.table).key("id", text(id));
        let delete = delete
            .condition_expression(condition)
            .expression_attribute_names("#resource", "resource")
            .set_expression_attribute_values(pipeline.map(|key| [(":pipeline".to_owned(), text(key))].into()))
            .expression_attribute_values(":resource", text(resource))
            .return_values_on_condition_check_failure(AllOld);
        let delete = TransactWriteItem::builder().delete(delete.build().map_err(Refused::from)?).build();
        match write_counted(&self.client, &self.table, delete, counts).await {
            Ok(()) => Ok(true),
            Err(Refused::Hook(None)) => Ok(false),
            Err(refused) => Err(refused.into()),
        }
    }
}

impl ReplaceSecret for HooksTable {
    async fn replace_secret(&self, rotation: &Rotation) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.table).key("id", text(rotation.hook));
        let set = "SET secret = :new, secret_since = :at, updated_at = :at, previous_secret = :current, \
            previous_secret_until = :until";
        let request = match rotation.awaited_until {
            Some(until) => request
                .update_expression(format!("{set}, {AWAITED_UNTIL} = :awaited REMOVE {RECEIVED_AT}"))
                .expression_attribute_values(":awaited", text(until)),
            None => request.update_expression(format!("{set} REMOVE {AWAITED_UNTIL}, {RECEIVED_AT}")),
        };
        let answer = request
            .condition_expression("secret = :current AND updated_at = :seen")
            .expression_attribute_values(":seen", text(rotation.seen))
            .expression_attribute_values(":new", binary(rotation.new.as_bytes()))
            .expression_attribute_values(":current", binary(rotation.current.as_bytes()))
            .expression_attribute_values(":until", text(rotation.until))
            .expression_attribute_values(":at", text(rotation.at))
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        answer.map(drop).or_else(|error| {
            // When only the answer was lost, the SDK sent the rotation again, and the new secret is there already.
            let there = refused_item(&error).and_then(|item| item.get("secret"));
            match there {
                Some(there) if *there == binary(rotation.new.as_bytes()) => Ok(()),
                _ if update_refused(&error) => Err(StoreError::Conflict),
                _ => Err(unavailable(error)),
            }
        })
    }
}

impl TakeSecret for HooksTable {
    async fn take_secret(&self, handing: &Handing) -> Result<bool, StoreError> {
        let request = self.client.update_item().table_name(&self.table).key("id", text(handing.hook));
        let answer = request
            .update_expression(format!(
                "SET secret = :new, secret_since = :received, {RECEIVED_AT} = :received, updated_at = :at \
                 REMOVE {AWAITED_UNTIL}"
            ))
            .condition_expression(format!("secret = :current AND {AWAITED_UNTIL} = :awaited"))
            .expression_attribute_values(":new", binary(handing.new.as_bytes()))
            .expression_attribute_values(":received", text(handing.received_at))
            .expression_attribute_values(":at", text(handing.at))
            .expression_attribute_values(":current", binary(handing.current.as_bytes()))
            .expression_attribute_values(":awaited", text(handing.awaited_until))
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        answer.map(|_| true).or_else(|error| {
            // When only the answer was lost, the SDK sent it again, and the secret is there already.
            let there = refused_item(&error).and_then(|item| item.get("secret"));
            match there {
                Some(there) if *there == binary(handing.new.as_bytes()) => Ok(true),
                _ if update_refused(&error) => Ok(false),
                _ => Err(unavailable(error)),
            }
        })
    }
}
