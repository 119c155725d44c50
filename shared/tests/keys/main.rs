//! Keys that change while a function runs: when they are read again, and what that does to tokens and sealed secrets.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod access_tokens;
mod reading;
