//! What Pipehook is about, with no input or output of its own: everything here is a value or a pure function, and the
//! clock's reading and random bytes are arguments.

pub mod condition;
pub mod hook;
pub mod id;
pub mod job;
pub mod key;
pub mod login;
pub mod payload;
pub mod request;
pub mod sealing;
pub mod secret;
pub mod session;
pub mod signature;
pub mod timestamp;
pub mod user;
pub mod variable;

/// Why a value from outside was refused: a sentence part that goes behind the field's name, such as
/// `must be at most 60 characters long`. It never repeats the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(std::borrow::Cow<'static, str>);

impl Invalid {
    /// A reason such as `must be a valid e-mail address`.
    pub fn new(reason: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}
