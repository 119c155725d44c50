//! Lists of calls. Each outcome has a partition of its own, which is read from its newest end on as far as the list needs;
//! the list is what they make together.

use std::cmp::Reverse;
use std::time::Duration;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::Select;

use super::item::{StoredItem, text};
use super::request_item::{SUMMARY_ATTRIBUTES, decode_summary, partition};
use super::requests::RequestsTable;
use super::unavailable;
use crate::domain::id::RequestId;
use crate::domain::request::{MOST_REJECTED, Outcome, RequestSummary};
use crate::ports::{ListRequests, RequestPage, RequestQuery, StoreError};

/// How many items of an outcome are looked at for one part of a list. More than are listed are only looked at where
/// there are some of another hook with the same tag, or of calls that failed when the queue was unavailable.
const MOST_READ: usize = 256;

/// What was read of an outcome's calls, the newest first.
#[derive(Debug, Default)]
struct Stretch {
    requests: Vec<RequestSummary>,
    /// The last that was looked at, if there are older ones.
    read_to: Option<RequestId>,
}

impl ListRequests for RequestsTable {
    async fn list_requests(&self, query: &RequestQuery) -> Result<RequestPage, StoreError> {
        let (queued, ignored, rejected, failed) = tokio::join!(
            self.with_outcome(query, Outcome::Queued),
            self.with_outcome(query, Outcome::Ignored),
            self.with_outcome(query, Outcome::Rejected),
            self.with_outcome(query, Outcome::Failed),
        );
        Ok(merged([queued?, ignored?, rejected?, failed?], query.limit))
    }
}

impl RequestsTable {
    async fn with_outcome(&self, query: &RequestQuery, outcome: Outcome) -> Result<Stretch, StoreError> {
        if query.outcomes.is_empty() && outcome == Outcome::Rejected {
            return self.newest_rejected(query).await;
        }
        if query.outcomes.is_empty() || query.outcomes.contains(&outcome) {
            // One more than is shown tells whether there are more.
            return self.stretch(query, outcome, query.before, query.limit + 1).await;
        }
        Ok(Stretch::default())
    }

    /// The newest of all and not only of those before the query's place, so that a page does not depend on where the
    /// one before it ended.
    async fn newest_rejected(&self, query: &RequestQuery) -> Result<Stretch, StoreError> {
        let mut requests = self.stretch(query, Outcome::Rejected, None, MOST_REJECTED).await?.requests;
        requests.retain(|request| query.before.is_none_or(|before| request.id < before));
        Ok(Stretch { requests, read_to: None })
    }

    /// Up to `wanted` calls that are older than `before`.
    async fn stretch(
        &self,
        query: &RequestQuery,
        outcome: Outcome,
        before: Option<RequestId>,
        wanted: usize,
    ) -> Result<Stretch, StoreError> {
        let mut stretch = Stretch { requests: Vec::new(), read_to: before };
        let mut unread = MOST_READ;
        while stretch.requests.len() < wanted && unread > 0 {
            let limit = unread.min(wanted - stretch.requests.len());
            let Some(page) = self.page(query, outcome, stretch.read_to, limit).await? else {
                return Ok(Stretch { read_to: None, ..stretch });
            };
            unread = unread.saturating_sub(usize::try_from(page.scanned_count()).unwrap_or(usize::MAX));
            for item in page.items() {
                let request = decode_summary(item)?;
                if request.hook_id == query.hook && request.outcome == outcome {
                    stretch.requests.push(request);
                }
            }
            let Some(last) = page.last_evaluated_key() else {
                return Ok(Stretch { read_to: None, ..stretch });
            };
            stretch.read_to = Some(StoredItem::new(last, "id").parsed("id")?);
        }
        Ok(stretch)
    }

    /// At most `limit` items behind `before`; `None` where none of them would be kept.
    async fn page(
        &self,
        query: &RequestQuery,
        outcome: Outcome,
        before: Option<RequestId>,
        limit: usize,
    ) -> Result<Option<QueryOutput>, StoreError> {
        // DynamoDB may take days to remove what has expired.
        let oldest = RequestId::first_at(query.now.minus(outcome.retention()).plus(Duration::from_millis(1)));
        if before.is_some_and(|before| before <= oldest) {
            return Ok(None);
        }
        let partition = text(partition(outcome, query.hook.tag()));
        let mut request = self.client.query().table_name(&self.table).scan_index_forward(false);
        request = request.key_condition_expression("pk = :pk AND id >= :oldest");
        request = request.expression_attribute_values(":pk", partition.clone());
        request = request.expression_attribute_values(":oldest", text(oldest));
        // These alone: the role allows no others. Through placeholders, because one is a word of DynamoDB's own.
        request = request.select(Select::SpecificAttributes);
        let names = SUMMARY_ATTRIBUTES.map(|name| (format!("#{name}"), name.to_owned()));
        request = request.projection_expression(names.clone().map(|(placeholder, _)| placeholder).join(", "));
        request = request.set_expression_attribute_names(Some(names.into()));
        if let Some(before) = before {
            // A place and no item: it need not be there any more.
            let start = [("pk".to_owned(), partition), ("id".to_owned(), text(before))];
            request = request.set_exclusive_start_key(Some(start.into()));
        }
        let request = request.limit(i32::try_from(limit).unwrap_or(i32::MAX));
        request.send().await.map(Some).map_err(unavailable)
    }
}

/// The newest `limit` of all stretches. A list ends where the first of them was read to: behind that, calls would be
/// missing.
fn merged(stretches: [Stretch; 4], limit: usize) -> RequestPage {
    let horizon = stretches.iter().filter_map(|stretch| stretch.read_to).max();
    let mut requests: Vec<_> = stretches.into_iter().flat_map(|stretch| stretch.requests).collect();
    requests.retain(|request| horizon.is_none_or(|horizon| request.id >= horizon));
    // A call that failed after all is also among the queued ones until that is corrected.
    requests.sort_unstable_by_key(|request| (Reverse(request.id), request.outcome != Outcome::Failed));
    requests.dedup_by_key(|request| request.id);
    if requests.len() <= limit {
        return RequestPage { requests, next: horizon };
    }
    requests.truncate(limit);
    let next = requests.last().map(|request| request.id);
    RequestPage { requests, next }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{HookId, ProjectId};
    use crate::domain::timestamp::Timestamp;

    fn call(millis: i64, outcome: Outcome) -> RequestSummary {
        RequestSummary {
            id: RequestId::at(Timestamp::from_unix_millis(millis), [1; 10]),
            hook_id: HookId::from_random([1; 16]),
            project_id: ProjectId::new(1).unwrap(),
            action_id: None,
            retry_of: None,
            is_test: false,
            ip_address: None,
            outcome,
            status: 200,
            message: String::new(),
        }
    }

    /// What one read of a partition finds. Some of its items may belong to calls that are not listed.
    fn stretch(partition: &[(RequestSummary, bool)], before: Option<RequestId>, read: usize) -> Stretch {
        let older: Vec<_> = partition.iter().filter(|(call, _)| before.is_none_or(|before| call.id < before)).collect();
        let seen = &older[..read.min(older.len())];
        Stretch {
            requests: seen.iter().filter(|(_, listed)| *listed).map(|(call, _)| call.clone()).collect(),
            read_to: (older.len() > read).then(|| seen.last().map(|(call, _)| call.id)).flatten(),
        }
    }

    proptest! {
        #[test]
        fn the_parts_of_a_list_hold_every_call_once_however_much_a_read_finds(
            calls in vec((0..4_usize, any::<bool>()), 0..60),
            limit in 1..8_usize,
            read in 1..10_usize,
        ) {
            let mut partitions: [Vec<(RequestSummary, bool)>; 4] = Default::default();
            for (millis, (outcome, listed)) in (1..=60).zip(&calls).collect::<Vec<_>>().into_iter().rev() {
                partitions[*outcome].push((call(millis, Outcome::ALL[*outcome]), *listed));
            }
            let mut expected: Vec<_> = partitions.iter().flatten().filter(|(_, listed)| *listed).collect();
            expected.sort_by_key(|(call, _)| Reverse(call.id));

            let (mut found, mut before) = (Vec::new(), None);
            for _ in 0..=calls.len() {
                let page = merged(partitions.each_ref().map(|calls| stretch(calls, before, read)), limit);
                prop_assert!(page.requests.len() <= limit);
                found.extend(page.requests);
                before = page.next;
                if before.is_none() {
                    break;
                }
            }

            prop_assert_eq!(before, None, "it ends");
            prop_assert_eq!(found, expected.into_iter().map(|(call, _)| call.clone()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_call_that_failed_after_all_is_listed_once_and_as_failed() {
        let stretches = [Outcome::Queued, Outcome::Failed, Outcome::Queued, Outcome::Failed]
            .map(|outcome| Stretch { requests: vec![call(1, outcome)], read_to: None });
        assert_eq!(merged(stretches, 5).requests, [call(1, Outcome::Failed)]);
    }
}
