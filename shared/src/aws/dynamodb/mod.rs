//! Amazon DynamoDB: users, tokens, hooks, pipelines and the log of calls.

mod actions;
mod bulk_retries;
mod condition_item;
mod deflate;
mod gated_pipelines;
mod handed_over;
mod hook_count;
mod hook_item;
mod hook_list;
mod hook_seals;
mod hook_tests;
mod hooks;
mod item;
mod logins;
mod members;
mod newest_times;
mod passwords;
mod pipeline_item;
mod pipelines;
mod proof_item;
mod request_item;
mod request_list;
mod requests;
mod sessions;
mod token_item;
mod tokens;
mod transaction;
mod users;
mod variable_item;

use std::error::Error;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

pub use actions::ActionsTable;
pub use deflate::deflate;
pub use gated_pipelines::GatedPipelines;
pub use hooks::HooksTable;
pub use pipelines::PipelinesTable;
pub use requests::RequestsTable;
pub use tokens::TokensTable;
pub use users::UsersTable;

use self::item::Attributes;
use super::source;
use crate::ports::StoreError;

/// Everything that DynamoDB may answer instead of what was asked is a reason to try again later: throttling, a server
/// error, a lost connection, missing rights. A condition that does not hold is told apart where one is set.
fn unavailable<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    StoreError::Unavailable(source(error))
}

/// The outcome of a conditional put of `ours`. When only the answer to a put was lost, the SDK sends it again, and its
/// condition does not hold any more, because the item is there: then it was written after all.
fn put_outcome<R>(answer: Result<PutItemOutput, SdkError<PutItemError, R>>, ours: &Attributes) -> Result<(), StoreError>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match put_outcome_with(answer, ours)? {
        Written::Ours => Ok(()),
        Written::Nothing(_) => Err(StoreError::Conflict),
    }
}

/// What a conditional put has written.
enum Written {
    /// The item.
    Ours,
    /// Nothing, because its condition does not hold; what is there instead, if anything.
    Nothing(Option<Attributes>),
}

/// The same, with what is there instead.
fn put_outcome_with<R>(
    answer: Result<PutItemOutput, SdkError<PutItemError, R>>,
    ours: &Attributes,
) -> Result<Written, StoreError>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    answer.map(|_| Written::Ours).or_else(|error| match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(refused)) if refused.item() == Some(ours) => {
            Ok(Written::Ours)
        }
        Some(PutItemError::ConditionalCheckFailedException(refused)) => Ok(Written::Nothing(refused.item().cloned())),
        _ => Err(unavailable(error)),
    })
}

/// Whether a put was refused because its condition does not hold.
fn put_refused<R>(error: &SdkError<PutItemError, R>) -> bool {
    matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_)))
}

/// The item that is there instead, when an update was refused because its condition does not hold.
fn refused_item<R>(error: &SdkError<UpdateItemError, R>) -> Option<&Attributes> {
    match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => refused.item(),
        _ => None,
    }
}

/// Whether an update was refused because its condition does not hold.
fn update_refused<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_)))
}
