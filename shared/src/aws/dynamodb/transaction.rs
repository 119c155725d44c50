//! Transactions. Those that meet at one item cancel each other, and the SDK takes a cancellation for final.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};

use super::item::Attributes;
use crate::ports::{Source, StoreError};

/// A tool that creates many hooks or pipelines of a resource at once should not notice that they meet at one count.
const ATTEMPTS: u32 = 6;

/// Why nothing of a transaction was written.
pub(super) enum NotWritten {
    /// The condition of one of the writes does not hold.
    Refused {
        /// Which one, counted from 0.
        at: usize,
        /// What is there instead, if anything, and if the write asks for it.
        item: Option<Attributes>,
    },
    /// Anything else: try again later.
    Unavailable(Source),
}

impl From<BuildError> for NotWritten {
    fn from(error: BuildError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<NotWritten> for StoreError {
    fn from(error: NotWritten) -> Self {
        match error {
            NotWritten::Refused { .. } => Self::Conflict,
            NotWritten::Unavailable(source) => Self::Unavailable(source),
        }
    }
}

/// Does all of these writes or none.
///
/// The SDK gives the transaction a token. When only the answer was lost and the SDK sends it again, DynamoDB knows
/// the token and answers that it is done.
pub(super) async fn write_all(client: &Client, writes: Vec<TransactWriteItem>) -> Result<(), NotWritten> {
    let request = client.transact_write_items().set_transact_items(Some(writes));
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(crate::aws::FIRST_BACKOFF);
    let config = Builder::new().retry_config(retries).retry_classifier(RetryOfConflicts);
    request.customize().config_override(config).send().await.map(drop).map_err(|error| {
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => canceled.cancellation_reasons(),
            _ => &[],
        };
        // The reasons are in the order of the writes.
        match reasons.iter().position(|reason| reason.code() == Some("ConditionalCheckFailed")) {
            Some(at) => NotWritten::Refused { at, item: reasons[at].item().cloned() },
            None => NotWritten::Unavailable(Box::new(error)),
        }
    })
}

/// Tries again when another transaction had one of the items in its hands.
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
