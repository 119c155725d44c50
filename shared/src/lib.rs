//! What every Pipehook function shares.
//!
//! The layers, each of which may use those below it and no other:
//!
//! | module | is | may use |
//! |---|---|---|
//! | [`http`] | requests, responses and status codes | [`auth`], [`keys`], [`ports`], [`domain`], `lambda_http` |
//! | [`aws`] | the DynamoDB, SQS and Secrets Manager adapters | [`ports`], [`domain`], `aws_sdk_*` |
//! | [`auth`] | access tokens and passwords | [`keys`], [`ports`], [`domain`], `jsonwebtoken`, `argon2` |
//! | [`keys`] | the keys of a running function, which change while it lives | [`ports`], [`domain`] |
//! | [`ports`] | one trait per capability that a function may need | [`domain`] |
//! | [`domain`] | hooks, users, signatures, payloads, jobs: pure functions and types | no clock, no randomness |
//! | [`telemetry`] | logs and metrics | [`config`], `tracing` |
//! | [`config`] | the process's surroundings: environment, clock, randomness | the standard library |
//!
//! [`http`], [`aws`] and [`keys`] log through [`telemetry`].
//! `tests/layers.rs` reads the sources and fails when an arrow points upwards.
//!
//! A function's crate holds its endpoint, generic over the narrowest ports that it needs; its `main.rs` wires the
//! adapters of [`aws`] to them.

pub mod auth;
pub mod aws;
pub mod config;
pub mod domain;
pub mod http;
pub mod keys;
pub mod ports;
pub mod telemetry;
pub mod testing;
