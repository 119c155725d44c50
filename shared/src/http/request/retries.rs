//! Why a kept call is not run again: alone, or as one of many.

use crate::http::ApiError;

/// Why a kept call is not run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRetried {
    /// Its hook does not exist any more.
    #[error("The hook was deleted, so its calls cannot be retried.")]
    HookDeleted,
    /// There is nothing to run.
    #[error("The body of this call was not kept, so it cannot be retried.")]
    NoBody,
    /// It was chosen, and has expired since.
    #[error("The call is no longer kept, so it cannot be retried.")]
    Expired,
    /// What is stored of it or of its hook does not decode. The log says what.
    #[error("What is kept of this call or of its hook is damaged, so it cannot be retried.")]
    Damaged,
    /// A function that ran it has died, and it can no longer be told whether the queue has its job.
    #[error(
        "It was being retried when the function ended, and its job may have been sent. Look whether it ran before you \
         retry the call by itself."
    )]
    PerhapsSent,
}

impl From<NotRetried> for ApiError {
    fn from(reason: NotRetried) -> Self {
        Self::Conflict(reason.to_string().into())
    }
}
