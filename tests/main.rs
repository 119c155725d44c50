//! The product from outside: one test binary, one topic a module.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod access;
mod availability;
mod confidentiality;
mod corruption;
mod cost;
mod creation;
mod edge;
mod edge_paths;
mod edge_users;
mod events;
mod faults;
mod hooks;
mod keys;
mod limits;
mod lists;
mod login;
mod lost_answers;
mod metrics;
mod monitoring;
mod openapi;
mod payloads;
mod queue;
mod requests;
mod reseal;
mod retries;
mod rotation;
mod schemes;
mod sessions;
mod reference;
mod signatures;
mod tenancy;
mod users;
mod walkthrough;
