//! The program from outside: real workers with real children, and commands, with stand-ins for the API that can fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod api;
mod bounds;
mod children;
mod client;
mod deployment;
mod environment;
mod full;
mod leases;
mod login;
mod output;
mod program;
mod reference;
mod steps;
mod stop;
mod tls;
mod worker;
