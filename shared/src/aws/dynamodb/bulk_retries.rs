//! Bulk retries in the table of calls. Each is a partition of its own: an item that says which calls it has, and one for
//! each call that has begun to run again. None has an outcome, so no list and no id of a call finds them.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use super::item::{Attributes, StoredItem, binary, number, text};
use super::requests::RequestsTable;
use super::{Written, put_outcome_with, unavailable};
use crate::domain::bulk_retry::{BulkRetry, KEPT, Repetition};
use crate::domain::id::{BulkRetryId, ProjectId, RequestId};
use crate::domain::timestamp::Timestamp;
use crate::ports::{FindBulkRetry, InsertBulkRetry, InsertRepetition, ListRepetitions, StoreError};

/// The sort key of the item that says which calls a bulk retry has. Those of repetitions are ids of calls.
const CALLS: &str = "CALLS";

/// Within the project, so that two projects whose clients make the same id do not meet.
fn partition(project: ProjectId, id: BulkRetryId) -> String {
    format!("RETRY#{project}#{id}")
}

impl InsertBulkRetry for RequestsTable {
    async fn insert_bulk_retry(&self, retry: &BulkRetry) -> Result<(), StoreError> {
        self.put_new(encode(retry)).await
    }
}

impl FindBulkRetry for RequestsTable {
    async fn find_bulk_retry(&self, project: ProjectId, id: BulkRetryId) -> Result<Option<BulkRetry>, StoreError> {
        let item = self.get(partition(project, id), CALLS).await?;
        item.map(|item| decode(&item, project, id)).transpose()
    }
}

impl InsertRepetition for RequestsTable {
    async fn insert_repetition(&self, retry: &BulkRetry, repetition: Repetition) -> Result<Repetition, StoreError> {
        let item = encode_repetition(retry, &repetition);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        let put = put.condition_expression("attribute_not_exists(id)").return_values_on_condition_check_failure(AllOld);
        match put_outcome_with(put.send().await, &item)? {
            Written::Ours => Ok(repetition),
            Written::Nothing(Some(there)) => decode_repetition(&there),
            // It has expired meanwhile.
            Written::Nothing(None) => Err(StoreError::Conflict),
        }
    }
}

impl ListRepetitions for RequestsTable {
    /// One request: a step has so few that they are far below the megabyte that a query reads.
    async fn list_repetitions(
        &self,
        retry: &BulkRetry,
        first: RequestId,
        last: RequestId,
    ) -> Result<Vec<Repetition>, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query
            .key_condition_expression("pk = :key AND id BETWEEN :first AND :last")
            .expression_attribute_values(":key", text(partition(retry.project, retry.id)))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last));
        query.send().await.map_err(unavailable)?.items().iter().map(decode_repetition).collect()
    }
}

fn encode(retry: &BulkRetry) -> Attributes {
    let calls: Vec<u8> = retry.calls.iter().flat_map(RequestId::as_bytes).copied().collect();
    Attributes::from([
        ("pk".to_owned(), text(partition(retry.project, retry.id))),
        ("id".to_owned(), text(CALLS)),
        ("filters".to_owned(), text(&retry.filters)),
        ("calls".to_owned(), binary(calls)),
        ("without_body".to_owned(), number(i64::try_from(retry.without_body).unwrap_or(i64::MAX))),
        ("begun_at".to_owned(), text(retry.begun_at)),
        ("expires_at".to_owned(), number(retry.begun_at.plus(KEPT).unix_seconds())),
    ])
}

fn decode(attributes: &Attributes, project: ProjectId, id: BulkRetryId) -> Result<BulkRetry, StoreError> {
    let item = StoredItem::new(attributes, "pk");
    let (calls, rest) = item.binary("calls")?.as_chunks();
    if !rest.is_empty() {
        return Err(item.corrupt("calls"));
    }
    Ok(BulkRetry {
        id,
        project,
        filters: item.text("filters")?.to_owned(),
        calls: calls.iter().copied().map(RequestId::from_bytes).collect(),
        without_body: item.number("without_body", usize::try_from)?,
        begun_at: item.parsed("begun_at")?,
    })
}

fn encode_repetition(retry: &BulkRetry, repetition: &Repetition) -> Attributes {
    Attributes::from([
        ("pk".to_owned(), text(partition(retry.project, retry.id))),
        ("id".to_owned(), text(repetition.of)),
        ("repeated_as".to_owned(), text(repetition.id)),
        ("hook_updated_at".to_owned(), text(repetition.hook_updated_at)),
        ("expires_at".to_owned(), number(repetition.begun_at().plus(KEPT).unix_seconds())),
    ])
}

fn decode_repetition(attributes: &Attributes) -> Result<Repetition, StoreError> {
    let item = StoredItem::new(attributes, "pk");
    Ok(Repetition {
        of: item.parsed("id")?,
        id: item.parsed("repeated_as")?,
        hook_updated_at: item.parsed::<Timestamp>("hook_updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::bulk_retry::MOST_CALLS;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_800_000_000_000 + millis)
    }

    fn retry(calls: usize) -> BulkRetry {
        let call = |number| RequestId::at(at(number), [7; 10]);
        BulkRetry {
            id: "f3d1a8f2-5d0e-4f5c-9a53-0d6c8f1b2a47".parse().unwrap(),
            project: ProjectId::new(7).unwrap(),
            filters: "filter[outcome]=failed".to_owned(),
            calls: (0..).take(calls).map(call).collect(),
            without_body: calls / 3,
            begun_at: at(99),
        }
    }

    #[test]
    fn what_was_stored_is_read_back() {
        for calls in [0, 1, MOST_CALLS] {
            let retry = retry(calls);
            assert_eq!(decode(&encode(&retry), retry.project, retry.id).unwrap(), retry);
        }
        let repetition = Repetition::new(retry(1).id, retry(1).calls[0], at(500), at(-1));
        assert_eq!(decode_repetition(&encode_repetition(&retry(1), &repetition)).unwrap(), repetition);
    }

    #[test]
    fn damaged_items_are_named() {
        let mut item = encode(&retry(2));
        item.insert("calls".to_owned(), binary(*b"half an id"));
        let error = decode(&item, retry(2).project, retry(2).id).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { attribute: "calls", .. }), "{error}");
    }
}
