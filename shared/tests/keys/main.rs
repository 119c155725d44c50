//! Keys that change while a function runs: when they are read again, and what that does to tokens and sealed secrets.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod access_tokens;
mod made_tokens;
mod reading;
