//! The program from outside: real workers with real children, and a stand-in for the API that can fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod api;
mod bounds;
mod children;
mod environment;
mod leases;
mod output;
mod program;
mod steps;
mod stop;
mod tls;
mod worker;
