//! The table of hooks and its two indexes.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use super::hook_item::{decode, decode_relation, encode, partition};
use super::item::{binary, number, text};
use super::{put_outcome, refused_item, unavailable, update_refused};
use crate::domain::hook::{Hook, HookRelation, Rotation};
use crate::domain::id::{HookId, ProjectId};
use crate::ports::{
    Consistency, FindHook, HookFilter, InsertHook, ListHooks, RemoveHook, ReplaceHook, ReplaceSecret, StoreError,
};
use crate::telemetry::Chain;

/// The table of hooks: partition key `id`, indexes `by-resource` and `by-pipeline`.
#[derive(Debug, Clone)]
pub struct HooksTable {
    client: Client,
    table: String,
}

impl HooksTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    /// Opens the connection by reading a hook that does not exist, so that the first call does not wait for it. That
    /// it failed is no reason to fail: the first call will find out whether it still does.
    pub async fn warm_up(&self) {
        let nobody = HookId::from_random([0; 16]);
        if let Err(error) = self.find_hook(nobody, Consistency::Eventual).await {
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
        let item = encode(hook);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        let put = put.condition_expression("attribute_not_exists(id)");
        put_outcome(put.return_values_on_condition_check_failure(AllOld).send().await, &item)
    }
}

impl ReplaceHook for HooksTable {
    async fn replace_hook(&self, current: &Hook, new: &Hook) -> Result<(), StoreError> {
        let item = encode(new);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        let put = put.expression_attribute_values(":seen", text(current.relation.updated_at));
        // Whoever rotates the secret at the same millisecond must not lose the new one.
        let put = match &current.signing {
            Some(signing) => put
                .condition_expression("updated_at = :seen AND secret = :secret")
                .expression_attribute_values(":secret", binary(signing.secret.as_bytes())),
            None => put.condition_expression("updated_at = :seen AND attribute_not_exists(secret)"),
        };
        put_outcome(put.return_values_on_condition_check_failure(AllOld).send().await, &item)
    }
}

impl RemoveHook for HooksTable {
    async fn remove_hook(&self, id: HookId, project: ProjectId) -> Result<bool, StoreError> {
        let request = self.client.delete_item().table_name(&self.table).key("id", text(id));
        let request = request.condition_expression("project_id = :project");
        match request.expression_attribute_values(":project", number(project.get())).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(unavailable(error)),
            },
        }
    }
}

impl ReplaceSecret for HooksTable {
    async fn replace_secret(&self, rotation: &Rotation) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.table).key("id", text(rotation.hook));
        let answer = request
            .update_expression(
                "SET secret = :new, previous_secret = :current, previous_secret_until = :until, updated_at = :at",
            )
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

impl ListHooks for HooksTable {
    async fn list_hooks(&self, project: ProjectId, filter: HookFilter) -> Result<Vec<HookRelation>, StoreError> {
        let (index, key) = match filter {
            HookFilter::Resource(_) => ("by-resource", "resource"),
            HookFilter::Pipeline(_) => ("by-pipeline", "pipeline"),
        };
        let query = self.client.query().table_name(&self.table).index_name(index);
        let query = query.key_condition_expression("#key = :key").expression_attribute_names("#key", key);
        let query = query.expression_attribute_values(":key", text(partition(project, filter)));
        let mut pages = query.into_paginator().send();
        let mut hooks = Vec::new();
        while let Some(page) = pages.next().await {
            for item in page.map_err(unavailable)?.items() {
                hooks.push(decode_relation(item)?);
            }
        }
        Ok(hooks)
    }
}
