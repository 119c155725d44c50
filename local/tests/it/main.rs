//! The stack from outside, with a function of its own: it has nothing to do with what the product does.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test may fail loudly")]

mod queues;
mod roles;
mod services;
mod stack;
mod support;
