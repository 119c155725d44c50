//! What Pipehook is about, with no input or output of its own: everything here is a value or a pure function, and the
//! clock's reading and random bytes are arguments.

pub mod action;
pub mod bulk_retry;
pub mod condition;
pub mod handover;
pub mod hook;
pub mod id;
mod invalid;
pub mod job;
pub mod key;
pub mod login;
pub mod machine;
pub mod mask;
mod named;
pub mod payload;
pub mod pipeline;
mod proof;
pub mod received;
pub mod request;
pub mod sealing;
pub mod secret;
pub mod session;
pub mod signature;
pub mod signing;
pub mod subject;
pub mod timestamp;
pub mod token;
pub mod trial;
pub mod user;
pub mod variable;

pub use invalid::Invalid;
pub(crate) use invalid::check_line;
