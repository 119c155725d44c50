//! The product from outside: one test binary, with a folder for each area and a module for each topic.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod actions;
mod api;
mod client;
mod hooks;
mod ledger;
mod local;
mod log;
mod operations;
mod pipelines;
mod tokens;
mod trigger;
mod users;
mod worker;
