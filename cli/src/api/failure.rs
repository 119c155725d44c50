//! Why a call of the API did not succeed, and what follows from it.

use std::time::Duration;

use http::StatusCode;

/// A call that did not succeed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It may not have arrived.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// It is to be made again later.
    #[error("it answers {status}{}", colon(.message))]
    Busy { status: u16, message: String, retry_after: Option<Duration> },
    /// 401: the token is not valid, or not any more.
    #[error("it does not accept the token (401){}", colon(.0))]
    Unauthorized(String),
    /// 403: the token's scope does not reach.
    #[error("the token may not do this (403){}", colon(.0))]
    Forbidden(String),
    /// 409: the lease is another's.
    #[error("the action is no longer this worker's (409){}", colon(.0))]
    Conflict(String),
    /// Making it again would not help.
    #[error("it answers {status}{}", colon(.message))]
    Rejected { status: u16, message: String },
    /// A success that says nothing which can be read.
    #[error("its answer cannot be read: {0}")]
    Unreadable(String),
}

impl Failure {
    pub(crate) fn of(status: StatusCode, message: String, retry_after: Option<Duration>) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized(message),
            StatusCode::FORBIDDEN => Self::Forbidden(message),
            StatusCode::CONFLICT => Self::Conflict(message),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
                Self::Busy { status: status.as_u16(), message, retry_after }
            }
            _ if status.is_server_error() => Self::Busy { status: status.as_u16(), message, retry_after },
            _ if status.is_redirection() => {
                let message = "a redirect, which is not followed: set PIPEHOOK_URL to where it leads".to_owned();
                Self::Rejected { status: status.as_u16(), message }
            }
            _ => Self::Rejected { status: status.as_u16(), message },
        }
    }

    /// Whether the same call may succeed later. A token that is refused may be a good one again: it is read again from
    /// its file.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } | Self::Unauthorized(_) | Self::Unreadable(_) => true,
            Self::Forbidden(_) | Self::Conflict(_) | Self::Rejected { .. } => false,
        }
    }

    /// Whether asking for actions with this token and address makes sense at all.
    pub(crate) fn ends_worker(&self) -> bool {
        match self {
            Self::Unauthorized(_) | Self::Forbidden(_) | Self::Conflict(_) | Self::Rejected { .. } => true,
            Self::Unreachable(_) | Self::Busy { .. } | Self::Unreadable(_) => false,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            Self::Unreachable(_)
            | Self::Unauthorized(_)
            | Self::Forbidden(_)
            | Self::Conflict(_)
            | Self::Rejected { .. }
            | Self::Unreadable(_) => None,
        }
    }
}

fn colon(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_to_try_again_and_whether_to_go_on() {
        for (status, passes, ends) in [
            (400, false, true),
            (401, true, true),
            (403, false, true),
            (404, false, true),
            (409, false, true),
            (422, false, true),
            (301, false, true),
            (408, true, false),
            (429, true, false),
            (500, true, false),
            (503, true, false),
        ] {
            let failure = Failure::of(StatusCode::from_u16(status).unwrap(), String::new(), None);
            assert_eq!((failure.is_passing(), failure.ends_worker()), (passes, ends), "{status}");
        }
    }

    #[test]
    fn a_failure_reads_as_a_sentence_after_the_name_of_the_api() {
        let busy = Failure::of(StatusCode::SERVICE_UNAVAILABLE, "Try again later.".into(), None);

        assert_eq!(busy.to_string(), "it answers 503: Try again later.");
        assert_eq!(Failure::Conflict(String::new()).to_string(), "the action is no longer this worker's (409)");
    }
}
