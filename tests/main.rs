//! The product from outside: one test binary, one topic a module.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod access;
mod availability;
mod confidentiality;
mod corruption;
mod cost;
mod creation;
mod deployment;
mod edge;
mod edge_bodies;
mod edge_events;
mod edge_lists;
mod edge_numbers;
mod edge_paths;
mod edge_payloads;
mod edge_pipelines;
mod edge_users;
mod events;
mod faults;
mod hooks;
mod job_schema;
mod keys;
mod limits;
mod lists;
mod log_items;
mod login;
mod lost_answers;
mod metrics;
mod monitoring;
mod openapi;
mod payloads;
mod permissions;
mod queue;
mod reference;
mod requests;
mod reseal;
mod retries;
mod rotation;
mod schemes;
mod sessions;
mod signatures;
mod strangers;
mod tenancy;
mod users;
mod walkthrough;
