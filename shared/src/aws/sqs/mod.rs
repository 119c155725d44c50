//! The FIFO queues, on Amazon SQS.

mod actions;
mod jobs;
mod message;

pub use self::actions::ActionsQueue;
pub use self::jobs::JobsQueue;
