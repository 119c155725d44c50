//! What the product's tests are written with: stacks, users, hooks, calls, jobs.
//!
//! ```no_run
//! harness::shared(async |stack| {
//!     let ann = stack.user().await;
//!     let hook = ann.create_hook(&harness::github_hook()).await;
//!     hook.push().send().await.accepted();
//!     assert_eq!(ann.jobs().await.len(), 1);
//! });
//! ```
//!
//! Most tests share one stack. Each has users of its own, in a project of its own, so that no test sees what another
//! one does. Where a test makes a service fail, counts calls or reads all logs, it has a stack alone.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "what goes wrong here fails a test, and says where"
)]

mod action;
mod actions;
mod answer;
mod aws;
mod call;
mod document;
pub mod events;
mod hook;
mod job_schema;
mod jobs;
mod log;
mod machine;
mod pipeline;
mod program;
mod providers;
mod raw;
pub mod repository;
mod sample_action;
mod signing;
mod soak;
mod stack;
mod template;
mod together;
mod tokens;
mod until;
mod user;
mod worker;

pub use crate::{
    actions::{ActionJob, OURS},
    answer::Answer,
    call::Call,
    document::{Document, Operation, document},
    hook::{Hook, github_hook, open_hook, relation_of, signed_hook},
    job_schema::{job_faults, job_schema},
    jobs::Job,
    log::{inflated, nothing_broke},
    machine::{alone_with_machines, alone_with_machines_and, at_once, endless, failing, machine_arn, machine_step},
    pipeline::{Pipeline, deployment, shell},
    program::{Computer, Ran, Running, Terminal},
    providers::{Page, Providers},
    raw::{Header, parsed, raw, raw_response, request},
    signing::{Hash, hmac, hmac_of},
    soak::soak,
    stack::{Pipehook, alone, alone_among, alone_copying, alone_with, shared},
    template::{Route, resources, routes, template},
    together::together,
    tokens::{ApiToken, Forger},
    until::{killed_when, until},
    user::{Footprint, User},
    worker::{Worker, kill, parent_of, process_ends, process_in},
};
