//! The product from outside: one test binary, one topic a module.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod access;
mod creation;
mod login;
mod walkthrough;
