//! What every Pipehook function shares.
//!
//! The layers. Each may use those below it and no others:
//!
//! | module | is | may use |
//! |---|---|---|
//! | [`start`] | what a function does before its first call | all others |
//! | [`trigger`] | what happens to a call of a hook | [`http`], [`payload`], [`keys`], [`ports`], [`domain`] |
//! | [`copies`] | hooks that were read just now, and the wait until no one uses them | [`ports`], [`domain`] |
//! | [`ledger`] | what several functions do with actions: turns and wake-ups | [`ports`], [`domain`] |
//! | [`http`] | requests, responses and status codes | [`payload`], [`auth`], [`keys`], [`ports`], [`domain`], `lambda_http` |
//! | [`aws`] | the DynamoDB, SQS and Secrets Manager adapters | [`ports`], [`domain`], `aws_sdk_*` |
//! | [`auth`] | access tokens and passwords | [`keys`], [`ports`], [`domain`], `jsonwebtoken`, `argon2` |
//! | [`keys`] | the keys of a running function, which change while it lives | [`ports`], [`domain`] |
//! | [`payload`] | JSON and forms that a stranger sent | [`domain`], `serde_json` |
//! | [`ports`] | one trait per capability that a function may need | [`domain`] |
//! | [`domain`] | hooks, users, signatures, received calls, jobs: pure functions and types | no clock, no randomness |
//! | [`telemetry`] | logs and metrics | [`config`], `tracing` |
//! | [`config`] | the process's surroundings: environment, clock, randomness | the standard library |
//!
//! [`trigger`], [`ledger`], [`http`], [`aws`] and [`keys`] log through [`telemetry`].
//! `tests/layers` reads the sources and fails when an arrow points upwards, or when two modules use each other.
//!
//! A function's crate holds its endpoint, generic over the narrowest ports that it needs; its `main.rs` takes the
//! adapters of [`aws`] from [`start`].

pub mod auth;
pub mod aws;
pub mod config;
pub mod copies;
pub mod domain;
pub mod http;
pub mod keys;
pub mod ledger;
pub mod payload;
pub mod ports;
pub mod start;
pub mod telemetry;
pub mod trigger;

#[cfg(test)]
mod fixtures;
