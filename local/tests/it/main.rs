//! The stack from outside, with a function of its own: it has nothing to do with what the product does.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod browsers;
mod executions;
mod full_disk;
mod mappings;
mod queues;
mod roles;
mod services;
mod stack;
mod support;
mod tables;
