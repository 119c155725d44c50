//! Pipehook on one machine: the real function binaries behind an API Gateway, with DynamoDB, SQS, Secrets Manager
//! and Step Functions in this process. `cargo run` is for newcomers, [`Stack`] for tests and benchmarks.
//!
//! What is served comes from `template.yaml`: routes, tables, queues, keys, and the functions' variables. Nothing of
//! the product is written here a second time, so this crate does not depend on `shared`, but for its tests.
//!
//! | module | is |
//! |---|---|
//! | `stack` | the parts put together: start here |
//! | `template` | `template.yaml` as CloudFormation reads it |
//! | `binaries` | builds the functions and the program `pipehook` |
//! | `gateway` | API Gateway: routes, events, answers |
//! | `events` | what else invokes functions: event source mappings, rules and schedules |
//! | `lambda` | the processes, the Runtime API they call, the Invoke API |
//! | `aws` | the emulated services, each behind a gate that enforces roles, counts calls and injects faults |
//! | `data` | the directory that keeps state between runs |
//! | `server`, `tasks`, `host` | HTTP, background tasks, and clock, randomness and environment |
//!
//! ```no_run
//! # async fn example() -> Result<(), local::Error> {
//! let stack = local::Stack::start(local::Options::default()).await?;
//! stack.fault(local::Service::Sqs, local::Fault::status(503).on("SendMessage"));
//! // call stack.api_url(), then look at stack.aws_calls() and stack.logs()
//! stack.stop().await;
//! # Ok(())
//! # }
//! ```

mod aws;
mod binaries;
mod data;
mod error;
mod events;
mod gateway;
mod host;
mod lambda;
mod server;
mod stack;
mod tasks;
mod template;

pub use crate::{
    aws::{AwsCall, Fault, Hold, Message, Moment, Permission, Service},
    binaries::build_pipehook,
    error::Error,
    gateway::ApiCall,
    lambda::{Invocation, log::LogLine},
    stack::{Options, Stack},
};
