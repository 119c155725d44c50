//! What a function may need from outside, one trait per capability.
//!
//! An endpoint names the ports that it uses as bounds, so its type says what it may touch, exactly as its IAM policy
//! does. To add a capability: write a trait with one method here, its contract in its documentation; implement it in
//! [`aws`](crate::aws) for the table or queue; grant the action in `template.yaml`.
//!
//! Every write is conditional on what the caller believes of the stored state; none reads first and writes then.

mod actions;
mod bulk_retries;
mod executions;
mod hooks;
mod jobs;
mod keys;
mod pipelines;
mod published;
mod random;
mod requests;
mod tokens;
mod users;

use std::error::Error;

pub use actions::{
    ActionFilter, ActionPage, ActionQuery, ActionScope, Arrival, AskCancel, Change, ClaimAction, Claimable, EndUnrun,
    EndUnsent, FindAction, FindJob, FindLog, FinishAction, KeptLog, ListActions, ListClaimable, ListDue, LogPart,
    MOST_LISTED, PostponeLook, PutLog, ReadGate, ReadLane, RegisterAction, Registered, ReportStep, SHARDS, SendWake,
    SupersedeAction, TakeOver, TakeTurn, Taken, WaitAtGate, WakeError, WriteAction,
};
pub use bulk_retries::{FindBulkRetry, InsertBulkRetry, InsertRepetition, ListRepetitions};
pub use executions::{DescribeExecution, ExecutionsError, FindStateMachine, StartExecution, Started, StopExecution};
pub use hooks::{
    Consistency, FindHook, HookChoice, HookFilter, HookPage, HookQuery, InsertHook, ListHooks, ListProjectHooks,
    RemoveHook, ReplaceHook, ReplaceSeals, ReplaceSecret, ScanPosition, ScanSecrets, SecretsPage, TakeSecret,
};
pub use jobs::{PushJob, QueueError, ShowJob};
pub use keys::{KeySecret, KeysError, ReadKeys};
pub use pipelines::{FindPipeline, InsertPipeline, ListPipelines, RemovePipeline, ReplacePipeline, ReplaceSteps};
pub use published::{AskError, AskProvider};
pub use random::Random;
pub use requests::{
    AdmitTest, FindRequest, ListRequests, PutRequest, ReplaceRequest, RequestFilter, RequestPage, RequestQuery,
};
pub use tokens::{FindToken, InsertToken, ListTokens, NoteTokenUse, RevokeToken, RotateToken, Rotated, StoredToken};
pub use users::{
    AdmitLogin, AllocateUserId, ChangePassword, Credentials, FindCredentials, FindCredentialsOf, FindMembership,
    FindSession, FindUser, ForgiveLogin, InsertSession, InsertUser, ListUsers, NoteLogin, PasswordChange,
    PasswordChanged, PasswordHash, RemoveSession, RenewSession, UpdateUser,
};

/// What an adapter's own error is wrapped in: it is for the log, never for the caller.
pub type Source = Box<dyn Error + Send + Sync>;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be reached, is overloaded or refuses us; the same call may succeed later.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// What is stored cannot be read. An operator has to look at it.
    #[error("the item {key} is corrupt at its attribute `{attribute}`")]
    Corrupt {
        /// The item's key.
        key: String,
        /// The attribute that does not decode.
        attribute: &'static str,
    },
    /// The write's condition does not hold: another request was first.
    #[error("another request changed the item")]
    Conflict,
    /// There are as many as there may be.
    #[error("the {of} already has {most} {what}, the maximum")]
    Full {
        /// Whose they are: `resource` or `pipeline`.
        of: &'static str,
        /// What they are: `hooks` or `pipelines`.
        what: &'static str,
        /// How many there may be.
        most: i64,
    },
}
