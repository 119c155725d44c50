//! Writes of hooks that change how many a resource has. The count is an item of the same table and is written in the
//! same transaction, so that it can neither be passed by creating many hooks at once nor drift from what is there.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem, Update};

use super::hook_item::partition;
use super::item::{Attributes, number, text};
use crate::domain::hook::{MOST_HOOKS, Resource};
use crate::domain::id::ProjectId;
use crate::ports::{HookFilter, Source, StoreError};

/// Transactions that meet at one count cancel each other. A tool that creates many hooks of a resource at once should
/// not notice.
const ATTEMPTS: u32 = 6;

/// What a write does to the count of a resource's hooks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Count {
    /// One more, unless it has the most that it may have.
    Up,
    /// One less.
    Down,
}

/// Why nothing of a transaction was written.
pub(super) enum Refused {
    /// The condition of the hook's own write does not hold; what is there instead, if anything.
    Hook(Option<Attributes>),
    /// The resource has as many hooks as it may have.
    Full,
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
            Refused::Full => Self::Full { most: MOST_HOOKS },
            Refused::Unavailable(source) => Self::Unavailable(source),
        }
    }
}

/// Writes a hook into the table, and the counts of `resources`, each named as [`resource_key`] names it; all or nothing.
///
/// The SDK gives the transaction a token. When only the answer was lost and the SDK sends it again, DynamoDB knows
/// the token and answers that it is done.
pub(super) async fn write_counted(
    client: &Client,
    table: &str,
    hook: TransactWriteItem,
    resources: impl IntoIterator<Item = (&str, Count)>,
) -> Result<(), Refused> {
    let mut request = client.transact_write_items().transact_items(hook);
    for (resource, count) in resources {
        request = request.transact_items(update_count(table, resource, count)?);
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
            Some(_) => Refused::Full,
            None => Refused::Unavailable(Box::new(error)),
        }
    })
}

fn update_count(table: &str, resource: &str, count: Count) -> Result<TransactWriteItem, BuildError> {
    let update = Update::builder().table_name(table).key("id", text(format!("COUNT#{resource}")));
    let update = update.update_expression("ADD hooks :change");
    let update = match count {
        Count::Up => update
            .condition_expression("attribute_not_exists(hooks) OR hooks < :most")
            .expression_attribute_values(":change", number(1))
            .expression_attribute_values(":most", number(MOST_HOOKS)),
        Count::Down => update.expression_attribute_values(":change", number(-1)),
    };
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

/// A resource of a project, as the attribute `resource` of its hooks has it.
pub(super) fn resource_key(project: ProjectId, resource: Resource) -> String {
    partition(project, HookFilter::Resource(resource))
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
