//! The table of pipelines. `gated_pipelines.rs` beside it has the writes that also change a pipeline's gate.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_types::SdkConfig;

use super::item::{Attributes, text};
use super::pipeline_item::{decode, decode_relation, encode_steps, key, partition};
use super::{refused_item, unavailable, update_refused};
use crate::aws::WarmUp;
use crate::domain::hook::Resource;
use crate::domain::id::{PipelineId, ProjectId};
use crate::domain::pipeline::{Pipeline, PipelineRelation, Steps};
use crate::domain::timestamp::Timestamp;
use crate::ports::{Consistency, FindPipeline, ListPipelines, ReplaceSteps, StoreError};
use crate::telemetry::Chain;

/// The table of pipelines: partition key `pk`, index `by-resource`.
#[derive(Debug, Clone)]
pub struct PipelinesTable {
    pub(super) client: Client,
    pub(super) table: String,
}

impl PipelinesTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    async fn get(&self, pk: String, consistency: Consistency) -> Result<Option<Attributes>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).key("pk", text(pk));
        let request = request.consistent_read(consistency == Consistency::Strong);
        Ok(request.send().await.map_err(unavailable)?.item)
    }
}

impl WarmUp for PipelinesTable {
    /// By reading a pipeline that does not exist.
    async fn warm_up(&self) {
        if let Err(error) = self.get("P#0#0".to_owned(), Consistency::Eventual).await {
            tracing::warn!(error = %Chain(&error), "The table did not answer at start-up");
        }
    }
}

impl FindPipeline for PipelinesTable {
    async fn find_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        consistency: Consistency,
    ) -> Result<Option<Pipeline>, StoreError> {
        if !id.is_ours() {
            return Ok(None);
        }
        self.get(key(project, id), consistency).await?.as_ref().map(decode).transpose()
    }
}

impl ListPipelines for PipelinesTable {
    async fn list_pipelines(
        &self,
        project: ProjectId,
        resource: Resource,
    ) -> Result<Vec<PipelineRelation>, StoreError> {
        let query = self.client.query().table_name(&self.table).index_name("by-resource");
        let query = query.key_condition_expression("#resource = :resource");
        let query = query.expression_attribute_names("#resource", "resource");
        let query = query.expression_attribute_values(":resource", text(partition(project, resource)));
        let mut items = query.into_paginator().items().send();
        let mut pipelines = Vec::new();
        while let Some(item) = items.next().await {
            pipelines.push(decode_relation(&item.map_err(unavailable)?)?);
        }
        Ok(pipelines)
    }
}

impl ReplaceSteps for PipelinesTable {
    async fn replace_steps(&self, current: &PipelineRelation, steps: &Steps, at: Timestamp) -> Result<(), StoreError> {
        let steps = text(encode_steps(steps));
        let update = self.client.update_item().table_name(&self.table);
        let update = update.key("pk", text(key(current.project_id, current.id)));
        let answer = update
            .update_expression("SET steps = :steps, updated_at = :at")
            .condition_expression("updated_at = :seen")
            .expression_attribute_values(":steps", steps.clone())
            .expression_attribute_values(":at", text(at))
            .expression_attribute_values(":seen", text(current.updated_at))
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        answer.map(drop).or_else(|error| match refused_item(&error) {
            // When only the answer was lost, the SDK sent it again, and the steps are there already.
            Some(there) if there.get("steps") == Some(&steps) && there.get("updated_at") == Some(&text(at)) => Ok(()),
            _ if update_refused(&error) => Err(StoreError::Conflict),
            _ => Err(unavailable(error)),
        })
    }
}
