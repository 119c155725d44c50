//! The table of actions: the ledger. Each write of [`ports::actions`](crate::ports) is one conditional write or one
//! transaction, and stands alone in its function: `new.rs` until an action waits, `turn.rs` until it has its turn,
//! `worker.rs` until it has ended; `supersede.rs` if it gives way to a newer one before.

mod head;
mod list;
mod log;
mod new;
mod read;
mod supersede;
mod turn;
mod worker;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use aws_types::SdkConfig;

use self::head::{decode, encode};
use super::item::{Attributes, binary, text};
use super::transaction::NotWritten;
use super::{Written, put_outcome_with, unavailable};
use crate::aws::WarmUp;
use crate::domain::action::{Action, Ending, Lane, Sequence, Status};
use crate::domain::id::{ActionId, PipelineId, ProjectId};
use crate::ports::{Change, StoreError};
use crate::telemetry::{self, Chain, Metric};

/// The table of actions: partition key `pk`, sort key `sk`, time to live `expires_at`, indexes `by-project`,
/// `by-resource`, `by-pipeline`, `claimable` and `due`.
#[derive(Debug, Clone)]
pub struct ActionsTable {
    client: Client,
    table: String,
}

impl ActionsTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    async fn get(&self, key: Attributes, consistent: bool) -> Result<Option<Attributes>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key)).consistent_read(consistent);
        Ok(request.send().await.map_err(unavailable)?.item)
    }

    /// Writes `new` in the place of `seen`, if that one is still there and the condition holds.
    async fn replace(&self, seen: &Action, new: Action, condition: Condition) -> Result<Change, StoreError> {
        let (item, condition) = (encode(&new), condition.of(seen));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        let put = put
            .condition_expression(condition.text)
            .set_expression_attribute_names(Some(condition.names))
            .set_expression_attribute_values(Some(condition.values))
            .return_values_on_condition_check_failure(AllOld);
        match put_outcome_with(put.send().await, &item)? {
            Written::Ours => Ok(Change::Made(Box::new(new))),
            Written::Nothing(there) => refused(there.as_ref()),
        }
    }

    /// The same as a part of a transaction.
    fn replacement(&self, seen: &Action, new: &Action, condition: Condition) -> Result<TransactWriteItem, NotWritten> {
        let condition = condition.of(seen);
        let put = Put::builder().table_name(&self.table).set_item(Some(encode(new)));
        let put = put
            .condition_expression(condition.text)
            .set_expression_attribute_names(Some(condition.names))
            .set_expression_attribute_values(Some(condition.values))
            .return_values_on_condition_check_failure(AllOld);
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    fn put(&self, item: Attributes) -> Result<TransactWriteItem, NotWritten> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn delete(&self, key: Attributes) -> Result<TransactWriteItem, NotWritten> {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).build()?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    fn update(&self, key: Attributes) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder().table_name(&self.table).set_key(Some(key))
    }
}

impl WarmUp for ActionsTable {
    /// By reading an action that does not exist.
    async fn warm_up(&self) {
        if let Err(error) = self.get(key("A#0".to_owned(), "HEAD"), false).await {
            tracing::warn!(error = %Chain(&error), "The table did not answer at start-up");
        }
    }
}

/// What the stored action must be for a write. It must always be the one that the caller has seen.
#[derive(Debug, Default)]
struct Condition {
    clauses: Vec<&'static str>,
    names: Vec<(&'static str, &'static str)>,
    values: Vec<(&'static str, aws_sdk_dynamodb::types::AttributeValue)>,
}

/// A condition in DynamoDB's words.
struct Expression {
    text: String,
    names: std::collections::HashMap<String, String>,
    values: Attributes,
}

impl Condition {
    fn clause(mut self, clause: &'static str) -> Self {
        self.clauses.push(clause);
        self
    }

    fn name(mut self, placeholder: &'static str, name: &'static str) -> Self {
        self.names.push((placeholder, name));
        self
    }

    fn value(mut self, placeholder: &'static str, value: aws_sdk_dynamodb::types::AttributeValue) -> Self {
        self.values.push((placeholder, value));
        self
    }

    /// Its status is the one that was seen.
    fn status(self, seen: &Action) -> Self {
        self.clause("#status = :status").name("#status", "status").value(":status", text(seen.status))
    }

    /// What runs it is what was seen: the holder of a lease, or an execution.
    fn holder(mut self, seen: &Action) -> Self {
        if let Some(lease) = &seen.lease {
            self = self.clause("lease = :lease").value(":lease", binary(lease.hash.0));
        }
        if let Some(execution) = &seen.execution {
            self = self.clause("execution = :execution").value(":execution", text(execution));
        }
        self
    }

    fn of(self, seen: &Action) -> Expression {
        let mut clauses = vec!["job = :job AND updated_at = :seen"];
        clauses.extend(&self.clauses);
        let mut values: Attributes =
            self.values.into_iter().map(|(placeholder, value)| (placeholder.to_owned(), value)).collect();
        values.insert(":job".to_owned(), text(seen.new.job));
        values.insert(":seen".to_owned(), text(seen.updated_at));
        let names = self.names.into_iter().map(|(placeholder, name)| (placeholder.to_owned(), name.to_owned()));
        Expression { text: clauses.join(" AND "), names: names.collect(), values }
    }
}

/// What a refused write found. An action that is gone has expired.
fn refused(there: Option<&Attributes>) -> Result<Change, StoreError> {
    let there = there.ok_or(StoreError::Conflict)?;
    Ok(Change::Refused(Box::new(decode(there)?)))
}

/// The outcome of a transaction whose first write is that of the action.
fn change_of(written: Result<(), NotWritten>, new: Action) -> Result<Change, StoreError> {
    match written {
        Ok(()) => Ok(Change::Made(Box::new(new))),
        Err(NotWritten::Refused { at: 0, item }) => refused(item.as_ref()),
        Err(error) => Err(error.into()),
    }
}

/// Counts an end that was written.
fn count_end(ended: &Action, ending: &Ending) {
    let metric = match ended.status {
        Status::Failed if ending.is_of_lost() => Metric::ActionsLost,
        Status::Failed if ended.cancel.is_none() => Metric::ActionsFailed,
        Status::Completed => Metric::ActionsCompleted,
        Status::Failed | Status::Skipped | Status::Queued | Status::Waiting | Status::Pending | Status::InProgress => {
            return;
        }
    };
    telemetry::count(metric);
}

fn key(pk: String, sk: &str) -> Attributes {
    [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))].into()
}

fn action_partition(id: ActionId) -> String {
    format!("A#{id}")
}

fn head_key(id: ActionId) -> Attributes {
    key(action_partition(id), "HEAD")
}

fn job_key(id: ActionId) -> Attributes {
    key(action_partition(id), "JOB")
}

fn lane_partition(lane: &Lane) -> String {
    format!("LANE#{}#{}#{}", lane.project_id, lane.resource.kind, lane.resource.id)
}

fn lane_key(lane: &Lane) -> Attributes {
    key(lane_partition(lane), "LANE")
}

fn waiter_key(lane: &Lane, sequence: &Sequence) -> Attributes {
    key(lane_partition(lane), &format!("W#{sequence}"))
}

fn gate_partition(project: ProjectId, pipeline: PipelineId) -> String {
    format!("GATE#{project}#{pipeline}")
}

fn gate_key(action: &Action) -> Attributes {
    key(gate_partition(action.new.project_id, action.new.pipeline_id), "GATE")
}

fn gate_waiter_key(action: &Action) -> Attributes {
    key(gate_partition(action.new.project_id, action.new.pipeline_id), &format!("W#{:016}", action.id.get()))
}
