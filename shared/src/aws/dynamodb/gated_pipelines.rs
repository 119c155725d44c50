//! Writes of pipelines that also write their gates, in the table of actions, in the same transaction: an action never
//! sees a pipeline without its gate, nor a bound that is not the pipeline's.

use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::builders::{DeleteBuilder, PutBuilder, UpdateBuilder};
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use super::item::{Attributes, StoredItem, boolean, number, text};
use super::pipeline_item::{encode, key, partition};
use super::pipelines::PipelinesTable;
use super::transaction::{NotWritten, write_all};
use super::{put_outcome, unavailable};
use crate::aws::WarmUp;
use crate::domain::id::{PipelineId, ProjectId};
use crate::domain::pipeline::{MOST_PIPELINES, MaxParallelActions, Pipeline, PipelineRelation};
use crate::domain::timestamp::Timestamp;
use crate::ports::{Consistency, FindPipeline, InsertPipeline, RemovePipeline, ReplacePipeline, StoreError};

/// How long the gate of a deleted pipeline says so: longer than any of its actions can still wait for it.
const DELETED_GATES_STAY: Duration = Duration::from_hours(400 * 24);

/// The table of pipelines together with that of actions, where the gate of each pipeline counts how many of its actions
/// run.
#[derive(Debug, Clone)]
pub struct GatedPipelines {
    pipelines: PipelinesTable,
    actions: String,
}

impl GatedPipelines {
    /// `actions` is the name of the table of actions.
    pub fn new(pipelines: PipelinesTable, actions: String) -> Self {
        Self { pipelines, actions }
    }

    /// An update of a pipeline's gate.
    fn gate(&self, project: ProjectId, id: PipelineId, expression: &str) -> UpdateBuilder {
        Update::builder().table_name(&self.actions).set_key(Some(gate_key(project, id))).update_expression(expression)
    }

    /// An update of how many pipelines a resource has.
    fn count(&self, resource: &str, change: i64) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.pipelines.table)
            .key("pk", text(format!("COUNT#{resource}")))
            .update_expression("ADD pipelines :change")
            .expression_attribute_values(":change", number(change))
    }
}

fn gate_key(project: ProjectId, id: PipelineId) -> Attributes {
    [("pk".to_owned(), text(format!("GATE#{project}#{id}"))), ("sk".to_owned(), text("GATE"))].into()
}

fn put(put: PutBuilder) -> Result<TransactWriteItem, NotWritten> {
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

fn update(update: UpdateBuilder) -> Result<TransactWriteItem, NotWritten> {
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

fn delete(delete: DeleteBuilder) -> Result<TransactWriteItem, NotWritten> {
    Ok(TransactWriteItem::builder().delete(delete.build()?).build())
}

impl InsertPipeline for GatedPipelines {
    async fn insert_pipeline(&self, pipeline: &Pipeline) -> Result<(), StoreError> {
        let PipelineRelation { id, project_id, resource, max_parallel_actions, .. } = pipeline.relation;
        let mut gate = gate_key(project_id, id);
        gate.insert("max".to_owned(), max(max_parallel_actions));
        gate.insert("running".to_owned(), number(0));
        let new = |table: &str, item| {
            put(Put::builder().table_name(table).set_item(Some(item)).condition_expression(EMPTY_SLOT))
        };
        let count = self.count(&partition(project_id, resource), 1);
        let count = count
            .condition_expression("attribute_not_exists(pipelines) OR pipelines < :most")
            .expression_attribute_values(":most", number(MOST_PIPELINES));
        let writes = vec![new(&self.pipelines.table, encode(pipeline))?, new(&self.actions, gate)?, update(count)?];
        write_all(&self.pipelines.client, writes).await.map_err(|error| match error {
            NotWritten::Refused { at: 2, .. } => {
                StoreError::Full { of: "resource", what: "pipelines", most: MOST_PIPELINES }
            }
            NotWritten::Refused { .. } | NotWritten::Unavailable(_) => error.into(),
        })
    }
}

impl ReplacePipeline for GatedPipelines {
    async fn replace_pipeline(&self, current: &Pipeline, new: &Pipeline) -> Result<(), StoreError> {
        const UNCHANGED: &str = "updated_at = :seen";
        let (item, seen) = (encode(new), text(current.relation.updated_at));
        let PipelineRelation { id, project_id, max_parallel_actions, .. } = new.relation;
        let (client, table) = (&self.pipelines.client, &self.pipelines.table);
        if max_parallel_actions == current.relation.max_parallel_actions {
            // Without the gate, which the pipeline's actions write all the time.
            let request = client.put_item().table_name(table).set_item(Some(item.clone()));
            let request = request.condition_expression(UNCHANGED).expression_attribute_values(":seen", seen);
            return put_outcome(request.return_values_on_condition_check_failure(AllOld).send().await, &item);
        }
        let pipeline = Put::builder().table_name(table).set_item(Some(item));
        let pipeline = pipeline.condition_expression(UNCHANGED).expression_attribute_values(":seen", seen);
        let gate = self.gate(project_id, id, "SET #max = :max").expression_attribute_names("#max", "max");
        let gate = gate.expression_attribute_values(":max", max(max_parallel_actions));
        Ok(write_all(client, vec![put(pipeline)?, update(gate)?]).await?)
    }
}

impl RemovePipeline for GatedPipelines {
    /// Reads no more of the pipeline than where it is counted, so that a damaged one can be removed.
    async fn remove_pipeline(&self, project: ProjectId, id: PipelineId, now: Timestamp) -> Result<bool, StoreError> {
        let (client, table, pk) = (&self.pipelines.client, &self.pipelines.table, text(key(project, id)));
        let read = client.get_item().table_name(table).key("pk", pk.clone()).consistent_read(true);
        let read = read.projection_expression("pk, #resource").expression_attribute_names("#resource", "resource");
        let Some(found) = read.send().await.map_err(unavailable)?.item else { return Ok(false) };
        let resource = StoredItem::new(&found, "pk").text("resource")?;

        let pipeline = Delete::builder().table_name(table).key("pk", pk).condition_expression("attribute_exists(pk)");
        let gate = self.gate(project, id, "SET deleted = :deleted, expires_at = :until");
        let gate = gate
            .expression_attribute_values(":deleted", boolean(true))
            .expression_attribute_values(":until", number(now.plus(DELETED_GATES_STAY).unix_seconds()));
        let count = self.count(resource, -1);
        match write_all(client, vec![delete(pipeline)?, update(gate)?, update(count)?]).await {
            Ok(()) => Ok(true),
            // Another request has removed it.
            Err(NotWritten::Refused { .. }) => Ok(false),
            Err(error @ NotWritten::Unavailable(_)) => Err(error.into()),
        }
    }
}

/// The condition that nothing has this key yet.
const EMPTY_SLOT: &str = "attribute_not_exists(pk)";

fn max(bound: MaxParallelActions) -> AttributeValue {
    number(bound.get().into())
}

impl FindPipeline for GatedPipelines {
    async fn find_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        consistency: Consistency,
    ) -> Result<Option<Pipeline>, StoreError> {
        self.pipelines.find_pipeline(project, id, consistency).await
    }
}

impl WarmUp for GatedPipelines {
    /// By reading a pipeline that does not exist.
    async fn warm_up(&self) {
        self.pipelines.warm_up().await;
    }
}
