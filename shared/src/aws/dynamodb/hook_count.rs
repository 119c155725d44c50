//! Writes of hooks that change how many a resource or a pipeline has. Each count is an item of the same table and is
//! written in the same transaction, so that it can neither be passed by creating many hooks at once nor drift from what
//! is there.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem, Update};

use super::hook_item::partition;
use super::item::{Attributes, number, text};
use crate::domain::hook::{HookRelation, MOST_HOOKS};
use crate::ports::{HookFilter, Source, StoreError};

/// Transactions that meet at one count cancel each other. A tool that creates many hooks of a resource or a pipeline at
/// once should not notice.
const ATTEMPTS: u32 = 6;

/// One count, and what a write does to it.
pub(super) struct Count {
    /// Whose hooks: `resource` or `pipeline`.
    of: &'static str,
    /// Where the index lists them.
    partition: String,
    change: Change,
}

/// What a write does to a count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// One more, unless there are as many as there may be.
    Up,
    /// One less.
    Down,
}

impl Count {
    /// One hook less in this partition of an index.
    pub(super) fn down(of: &'static str, partition: &str) -> Self {
        Self { of, partition: partition.to_owned(), change: Change::Down }
    }
}

/// The counts of all that `relation` belongs to.
pub(super) fn counts(relation: &HookRelation, change: Change) -> Vec<Count> {
    let resource = ("resource", HookFilter::Resource(relation.resource));
    let pipeline = relation.pipeline_id.map(|id| ("pipeline", HookFilter::Pipeline(id)));
    let count = |(of, filter)| Count { of, partition: partition(relation.project_id, filter), change };
    std::iter::once(resource).chain(pipeline).map(count).collect()
}

/// The counts that change when `from` becomes `to`. Those that count it before and after are left out: a
/// transaction must not name an item twice.
pub(super) fn moved(from: &HookRelation, to: &HookRelation) -> Vec<Count> {
    let (mut down, mut up) = (counts(from, Change::Down), counts(to, Change::Up));
    let before: Vec<_> = down.iter().map(|count| count.partition.clone()).collect();
    down.retain(|count| up.iter().all(|other| other.partition != count.partition));
    up.retain(|count| !before.contains(&count.partition));
    down.append(&mut up);
    down
}

/// Why nothing of a transaction was written.
pub(super) enum Refused {
    /// The condition of the hook's own write does not hold; what is there instead, if anything.
    Hook(Option<Attributes>),
    /// The resource or the pipeline has as many hooks as it may have. Which one is said.
    Full(&'static str),
    /// Anything else: try again later.
    Unavailable(Source),
}

impl From<BuildError> for Refused {
    fn from(error: BuildError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<Refused> for StoreError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Hook(_) => Self::Conflict,
            Refused::Full(of) => Self::Full { of, most: MOST_HOOKS },
            Refused::Unavailable(source) => Self::Unavailable(source),
        }
    }
}

/// Writes a hook and these counts into the table, all or nothing.
///
/// The SDK gives the transaction a token. When only the answer was lost and the SDK sends it again, DynamoDB knows
/// the token and answers that it is done.
pub(super) async fn write_counted(
    client: &Client,
    table: &str,
    hook: TransactWriteItem,
    counts: Vec<Count>,
) -> Result<(), Refused> {
    let mut request = client.transact_write_items().transact_items(hook);
    for count in &counts {
        request = request.transact_items(update_count(table, count)?);
    }
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(crate::aws::FIRST_BACKOFF);
    let config = Builder::new().retry_config(retries).retry_classifier(RetryOfConflicts);
    request.customize().config_override(config).send().await.map(drop).map_err(|error| {
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => canceled.cancellation_reasons(),
            _ => &[],
        };
        match reasons.iter().position(|reason| reason.code() == Some("ConditionalCheckFailed")) {
            Some(0) => Refused::Hook(reasons[0].item().cloned()),
            // The reasons are in the order of the items; the hook is the first.
            Some(at) if at <= counts.len() => Refused::Full(counts[at - 1].of),
            Some(_) | None => Refused::Unavailable(Box::new(error)),
        }
    })
}

fn update_count(table: &str, count: &Count) -> Result<TransactWriteItem, BuildError> {
    let update = Update::builder().table_name(table).key("id", text(format!("COUNT#{}", count.partition)));
    let update = update.update_expression("ADD hooks :change");
    let update = match count.change {
        Change::Up => update
            .condition_expression("attribute_not_exists(hooks) OR hooks < :most")
            .expression_attribute_values(":change", number(1))
            .expression_attribute_values(":most", number(MOST_HOOKS)),
        Change::Down => update.expression_attribute_values(":change", number(-1)),
    };
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

/// Tries again when another transaction had the same count in its hands; the SDK takes a cancellation for final.
#[derive(Debug)]
struct RetryOfConflicts;

impl ClassifyRetry for RetryOfConflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err).and_then(|error| error.as_operation_error());
        let conflict = |reason: &CancellationReason| reason.code() == Some("TransactionConflict");
        match error.and_then(|error| error.downcast_ref::<TransactWriteItemsError>()) {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled))
                if canceled.cancellation_reasons().iter().any(conflict) =>
            {
                RetryAction::transient_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "conflicts of transactions"
    }
}
