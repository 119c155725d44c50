//! What goes wrong, as the caller sees it. The caller gets a status, a message that says how to put it right, and the
//! fields at fault; whatever caused an error of ours goes to the log alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt;

use crate::auth::{CannotHash, CannotIssue, NoAccess};
use crate::domain::signature::NotAuthentic;
use crate::domain::token::TokenRefusal;
use crate::domain::trial::MAX_TESTS;
use crate::keys::{NoKey, OpenError, SealError};
use crate::payload::PayloadError;
use crate::ports::{KeysError, QueueError, Source, StoreError};
use crate::telemetry::Chain;

/// The messages for each field at fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<String, Vec<String>>);

impl FieldErrors {
    /// Adds a reason such as `is required` for a field.
    pub fn add(&mut self, field: &str, reason: impl fmt::Display) {
        self.0.entry(field.to_owned()).or_default().push(format!("The field `{field}` {reason}."));
    }

    /// Adds all of another form's.
    pub fn merge(&mut self, other: Self) {
        for (field, messages) in other.0 {
            self.0.entry(field).or_default().extend(messages);
        }
    }

    /// The same errors, of an object that is in this field of the body.
    #[must_use]
    pub fn within(self, object: &str) -> Self {
        let within = |(field, messages): (String, Vec<String>)| {
            let place = format!("{object}.{field}");
            let named = |message: String| message.replacen(&format!("`{field}`"), &format!("`{place}`"), 1);
            let messages = messages.into_iter().map(named).collect();
            (place, messages)
        };
        Self(self.0.into_iter().map(within).collect())
    }

    /// Whether no field is at fault.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages by field.
    pub fn by_field(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0
    }
}

impl fmt::Display for FieldErrors {
    /// All messages, one after the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<_> = self.0.values().flatten().map(String::as_str).collect();
        f.write_str(&messages.join(" "))
    }
}

/// Why a call is not answered as it hoped.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: the body cannot be read.
    #[error("{0}")]
    BadRequest(Cow<'static, str>),
    /// 401: no valid access token.
    #[error(
        "A valid access token is required: log in at POST /users/login and send it as \
         `Authorization: Bearer <access_token>`."
    )]
    Unauthenticated,
    /// 401: the access token is genuine, but gives no access any more. Only its bearer learns why.
    #[error("{0}")]
    DeadToken(TokenRefusal),
    /// 401: the e-mail address or the password is wrong; which of the two is not said.
    #[error("The e-mail address or the password is wrong.")]
    WrongCredentials,
    /// 401: the refresh token is unknown, expired or was used before; which of these is not said.
    #[error("The refresh token is not valid: log in again at POST /users/login.")]
    WrongRefreshToken,
    /// 401: the webhook call is not proven authentic. Why is for the owner of the hook, and not part of the answer.
    #[error("The signature of this call is missing or not valid.")]
    WrongSignature(NotAuthentic),
    /// 403: the access token is valid, but does not reach this far.
    #[error("{0}")]
    Forbidden(&'static str),
    /// 404: it does not exist, or lies in another project.
    #[error("{0} was not found.")]
    NotFound(&'static str),
    /// 404: the path has no resource's type where it should have one; with what to do instead.
    #[error("{0}")]
    UnknownResourceType(String),
    /// 404: no route has this path.
    #[error("The path was not found: GET /docs describes the API and shows how to begin.")]
    UnknownPath,
    /// 405: it answers to other methods.
    #[error("This path does not allow the method. It allows: {allow}.{hint}")]
    MethodNotAllowed {
        /// Those that it answers to, as in the header `Allow`.
        allow: String,
        /// What the path is for, as a sentence after a space, where people try it in a browser; else empty.
        hint: &'static str,
    },
    /// 409: it cannot be done as things are.
    #[error("{0}")]
    Conflict(Cow<'static, str>),
    /// 409: there are not as many as the caller has seen.
    #[error("It is {count} now: look at the calls again, and begin with the new number.")]
    Changed {
        /// How many there are.
        count: usize,
    },
    /// 413: the body is too large.
    #[error("The body is larger than {limit} bytes.")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// 415: the body is of a type that we do not read.
    #[error("{0}")]
    UnsupportedMediaType(Cow<'static, str>),
    /// 422: fields are at fault.
    #[error("The request is well-formed but its content is not valid: see `errors`.")]
    Invalid(FieldErrors),
    /// 429: too many logins have failed.
    #[error("Too many failed logins: try again in {retry_after_seconds} seconds.")]
    TooManyLogins {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// 429: the hook was tested too often.
    #[error("The hook was tested {MAX_TESTS} times within a minute: try again in {retry_after_seconds} seconds.")]
    TooManyTests {
        /// When to try again.
        retry_after_seconds: u64,
    },
    /// 503: a service that we need is unavailable.
    #[error("The service is temporarily unavailable: try again in a few seconds.")]
    Unavailable(#[source] Source),
    /// 503: a key is missing that was dropped too early. The same call is fine once it is put back, and senders try
    /// again after a 503 sooner than after a 500.
    #[error("The service is temporarily unavailable: try again in a few seconds.")]
    KeyIsGone(#[source] Source),
    /// 500: something is broken on our side.
    #[error("An internal error occurred. It has been logged under this request's id.")]
    Internal(#[source] Source),
}

impl ApiError {
    /// What went wrong, for people who may know all of it: with the fields at fault, and with the reason why a call is
    /// not authentic.
    pub fn in_words(&self) -> String {
        if let Self::Invalid(errors) = self {
            errors.to_string()
        } else if let Self::WrongSignature(reason) = self {
            reason.to_string()
        } else {
            self.to_string()
        }
    }

    /// The same error, of an object that is in this field of the body.
    #[must_use]
    pub fn within(self, object: &str) -> Self {
        if let Self::Invalid(errors) = self { Self::Invalid(errors.within(object)) } else { self }
    }

    /// Logs an error, once, at the edge. A caller's mistake shows in the status. A failure of ours needs someone to fix
    /// it.
    pub fn log(&self) {
        let cause = self.source().map(|cause| Chain(cause).to_string()).unwrap_or_default();
        match self {
            Self::Internal(_) | Self::KeyIsGone(_) => tracing::error!(cause, "The call failed"),
            Self::Unavailable(_) => tracing::warn!(cause, "The call could not be served"),
            Self::BadRequest(_)
            | Self::Unauthenticated
            | Self::DeadToken(_)
            | Self::WrongCredentials
            | Self::WrongRefreshToken
            | Self::WrongSignature(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::UnknownResourceType(_)
            | Self::UnknownPath
            | Self::MethodNotAllowed { .. }
            | Self::Conflict(_)
            | Self::Changed { .. }
            | Self::TooLarge { .. }
            | Self::UnsupportedMediaType(_)
            | Self::Invalid(_)
            | Self::TooManyLogins { .. }
            | Self::TooManyTests { .. } => {}
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            StoreError::Corrupt { .. } => Self::Internal(Box::new(error)),
            StoreError::Conflict => Self::Conflict("Another request changed this at the same time: try again.".into()),
            StoreError::Full { of, what, most } => {
                Self::Conflict(format!("The {of} has {most} {what}, the maximum: delete one first.").into())
            }
        }
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            QueueError::TooLarge { bytes, limit } => {
                let mut errors = FieldErrors::default();
                let reason =
                    format!("must make a job of at most {limit} bytes, but this call's job has {bytes} or more");
                errors.add("settings.variables", reason);
                Self::Invalid(errors)
            }
        }
    }
}

impl From<PayloadError> for ApiError {
    fn from(error: PayloadError) -> Self {
        let message = sentence(&error);
        match error {
            PayloadError::UnsupportedType | PayloadError::NoForms | PayloadError::Compressed => {
                Self::UnsupportedMediaType(message.into())
            }
            PayloadError::NoToken
            | PayloadError::OtherFields(_)
            | PayloadError::TooManyComparisons
            | PayloadError::NotUtf8
            | PayloadError::NotJson(_) => Self::BadRequest(message.into()),
        }
    }
}

/// An error's text with a capital letter and a full stop.
fn sentence(error: &PayloadError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

impl From<KeysError> for ApiError {
    fn from(error: KeysError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<NoKey> for ApiError {
    fn from(error: NoKey) -> Self {
        match error {
            NoKey::Refused { url, .. } => Self::WrongSignature(NotAuthentic::NotPublished(url.to_string())),
            NoKey::Unavailable(_) | NoKey::TooSoon(_) => Self::Unavailable(Box::new(error)),
        }
    }
}

impl From<NoAccess> for ApiError {
    fn from(error: NoAccess) -> Self {
        match error {
            NoAccess::Invalid(_) => Self::Unauthenticated,
            NoAccess::Refused(reason) => Self::DeadToken(reason),
            NoAccess::Keys(error) => error.into(),
            NoAccess::Store(error) => error.into(),
        }
    }
}

impl From<CannotIssue> for ApiError {
    fn from(error: CannotIssue) -> Self {
        match error {
            CannotIssue::Keys(error) => error.into(),
            CannotIssue::Sign(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<CannotHash> for ApiError {
    fn from(error: CannotHash) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Damaged { .. } => Self::Internal(Box::new(error)),
            OpenError::KeyIsGone { .. } => Self::KeyIsGone(Box::new(error)),
            OpenError::Keys(error) => error.into(),
        }
    }
}

impl From<SealError> for ApiError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Keys(error) => error.into(),
            SealError::Cipher(_) => Self::Internal(Box::new(error)),
        }
    }
}
