//! Lists of calls. The calls of a hook with one outcome are a partition of the table, and those of a project are
//! [`PROJECT_SHARDS`] partitions of its index. Each is read from its newest end on as far as the list needs; the list is
//! what they make together. docs/adr/0033-calls-by-outcome.md says what that costs.

use std::cmp::Reverse;
use std::time::Duration;

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::Select;

use super::item::{Attributes, StoredItem, text};
use super::request_item::{PROJECT_SHARDS, SUMMARY_ATTRIBUTES, decode_summary, partition, project_partition};
use super::requests::RequestsTable;
use super::unavailable;
use crate::domain::id::RequestId;
use crate::domain::request::{MOST_REJECTED, Outcome, RequestSummary};
use crate::ports::{ListRequests, RequestPage, RequestQuery, StoreError};

/// How many items of a partition are looked at for one part of a list. More than are listed are only looked at where the
/// filter leaves some out, and where there are some of another hook with the same tag, or of calls that failed when the
/// queue was unavailable.
const MOST_READ: usize = 256;

/// How much more is read at once when less was found than is needed: a filter that lets little through costs three
/// requests, one after the other.
const GROWTH: usize = 3;

/// What was read of a partition, the newest first.
#[derive(Debug, Default)]
struct Stretch {
    requests: Vec<RequestSummary>,
    /// The last that was looked at, if there are older ones.
    read_to: Option<RequestId>,
}

/// What is read of a partition.
struct Partition<'q> {
    query: &'q RequestQuery,
    outcome: Outcome,
    /// Of the index, if it is a project's.
    shard: Option<u32>,
}

impl ListRequests for RequestsTable {
    async fn list_requests(&self, query: &RequestQuery) -> Result<RequestPage, StoreError> {
        // On the heap: each is up to four requests.
        let (queued, ignored, rejected, failed) = tokio::join!(
            Box::pin(self.with_outcome(query, Outcome::Queued)),
            Box::pin(self.with_outcome(query, Outcome::Ignored)),
            Box::pin(self.with_outcome(query, Outcome::Rejected)),
            Box::pin(self.with_outcome(query, Outcome::Failed)),
        );
        Ok(merged([queued?, ignored?, rejected?, failed?].into_iter().flatten(), query.limit))
    }
}

impl RequestsTable {
    async fn with_outcome(&self, query: &RequestQuery, outcome: Outcome) -> Result<Vec<Stretch>, StoreError> {
        const { assert!(PROJECT_SHARDS == 4, "all of them are read here") };
        if !query.filter.allows(outcome) {
            return Ok(Vec::new());
        }
        let read = async |shard| self.stretch(&Partition { query, outcome, shard }).await;
        let stretches = if query.filter.hook.is_some() {
            vec![read(None).await?]
        } else {
            let (one, two, three, four) = tokio::join!(read(Some(0)), read(Some(1)), read(Some(2)), read(Some(3)));
            vec![one?, two?, three?, four?]
        };
        let is_limited = outcome == Outcome::Rejected && query.filter.limits_rejected();
        Ok(if is_limited { vec![newest_rejected(query, stretches)] } else { stretches })
    }

    async fn stretch(&self, partition: &Partition<'_>) -> Result<Stretch, StoreError> {
        let Partition { query, outcome, .. } = *partition;
        let is_limited = outcome == Outcome::Rejected && query.filter.limits_rejected();
        let end = query.filter.to.map(RequestId::first_at);
        let (begin, wanted) = if is_limited {
            // The newest of all and not only of those before the query's place, so that a page does not depend on where
            // the one before it ended.
            (end, MOST_REJECTED)
        } else {
            // One more than is shown tells whether there are more.
            (end.into_iter().chain(query.before).min(), query.limit + 1)
        };
        let mut stretch = Stretch { requests: Vec::new(), read_to: begin };
        let mut read = 0;
        while stretch.requests.len() < wanted && read < MOST_READ {
            let limit = (wanted - stretch.requests.len()).max(GROWTH * read).min(MOST_READ - read);
            let Some(page) = self.page(partition, stretch.read_to, limit).await? else {
                return Ok(Stretch { read_to: None, ..stretch });
            };
            read += usize::try_from(page.scanned_count()).unwrap_or(MOST_READ);
            for item in page.items() {
                let request = decode_summary(item)?;
                let is_own = request.project_id == query.project && request.outcome == outcome;
                if is_own && query.filter.lets_through(&request) {
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

    /// At most `limit` items behind `before`; `None` where none of them would be listed.
    async fn page(
        &self,
        partition: &Partition<'_>,
        before: Option<RequestId>,
        limit: usize,
    ) -> Result<Option<QueryOutput>, StoreError> {
        let oldest = partition.oldest();
        if before.is_some_and(|before| before <= oldest) {
            return Ok(None);
        }
        let (attribute, key) = partition.key();
        let mut request = self.client.query().table_name(&self.table).scan_index_forward(false);
        request = request.set_index_name(partition.shard.map(|_| "by-project".to_owned()));
        request = request.key_condition_expression(format!("{attribute} = :key AND id >= :oldest"));
        request = request.expression_attribute_values(":key", text(key));
        request = request.expression_attribute_values(":oldest", text(oldest));
        // These alone: the role allows no others. Through placeholders, because one is a word of DynamoDB's own.
        request = request.select(Select::SpecificAttributes);
        let names = SUMMARY_ATTRIBUTES.map(|name| (format!("#{name}"), name.to_owned()));
        request = request.projection_expression(names.clone().map(|(placeholder, _)| placeholder).join(", "));
        request = request.set_expression_attribute_names(Some(names.into()));
        request = request.set_exclusive_start_key(before.map(|before| partition.place_of(before)));
        let request = request.limit(i32::try_from(limit).unwrap_or(i32::MAX));
        request.send().await.map(Some).map_err(unavailable)
    }
}

impl Partition<'_> {
    /// The attribute that names the partition, and its name.
    fn key(&self) -> (&'static str, String) {
        match (self.shard, self.query.filter.hook) {
            (None, Some(hook)) => ("pk", partition(self.outcome, hook.tag())),
            (shard, _) => ("listed", project_partition(self.query.project, self.outcome, shard.unwrap_or_default())),
        }
    }

    /// Where a call is or would be: it need not be there.
    fn place_of(&self, call: RequestId) -> Attributes {
        let (attribute, key) = self.key();
        let mut place = Attributes::from([("id".to_owned(), text(call))]);
        if self.shard.is_some() {
            // An index has the key of the table too.
            place.insert("pk".to_owned(), text(partition(self.outcome, call.tag())));
        }
        place.insert(attribute.to_owned(), text(key));
        place
    }

    /// The first id that can be listed. DynamoDB may take days to remove what has expired.
    fn oldest(&self) -> RequestId {
        let RequestQuery { filter, now, .. } = self.query;
        let kept = now.minus(self.outcome.retention()).plus(Duration::from_millis(1));
        let from = filter.from.map_or(kept, |from| from.max(kept));
        let after = filter.after.map(RequestId::successor);
        RequestId::first_at(from).max(after.unwrap_or(RequestId::first_at(from)))
    }
}

/// Of all that was read of rejected calls the newest, if they belong to this part of the list.
fn newest_rejected(query: &RequestQuery, stretches: Vec<Stretch>) -> Stretch {
    let mut requests: Vec<_> = stretches.into_iter().flat_map(|stretch| stretch.requests).collect();
    requests.sort_unstable_by_key(|request| Reverse(request.id));
    requests.truncate(MOST_REJECTED);
    requests.retain(|request| query.before.is_none_or(|before| request.id < before));
    Stretch { requests, read_to: None }
}

/// The newest `limit` of all stretches. A list ends where the first of them was read to: behind that, calls would be
/// missing.
fn merged(stretches: impl Iterator<Item = Stretch>, limit: usize) -> RequestPage {
    let stretches: Vec<_> = stretches.collect();
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
            event: None,
            proof: None,
            is_body_too_large: false,
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
            calls in vec((0..16_usize, any::<bool>()), 0..60),
            limit in 1..8_usize,
            read in 1..10_usize,
        ) {
            let mut partitions: [Vec<(RequestSummary, bool)>; 16] = Default::default();
            for (millis, (partition, listed)) in (1..=60).zip(&calls).collect::<Vec<_>>().into_iter().rev() {
                partitions[*partition].push((call(millis, Outcome::ALL[partition % 4]), *listed));
            }
            let mut expected: Vec<_> = partitions.iter().flatten().filter(|(_, listed)| *listed).collect();
            expected.sort_by_key(|(call, _)| Reverse(call.id));

            let (mut found, mut before) = (Vec::new(), None);
            for _ in 0..=calls.len() {
                let page = merged(partitions.iter().map(|calls| stretch(calls, before, read)), limit);
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
        assert_eq!(merged(stretches.into_iter(), 5).requests, [call(1, Outcome::Failed)]);
    }
}
