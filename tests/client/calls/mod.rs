//! Calls and actions on the command line: `requests`, `listen`, `send` and `actions`, on the real stack.

mod actions;
mod clock;
mod listen;
mod log;
mod retry;
mod schemas;
mod send;
mod server;
mod story;
mod trouble;
mod width;

use harness::{Hook, User, github_hook};
use serde_json::json;

/// A hook of GitHub's with this name.
async fn hook<'s>(ann: &User<'s>, name: &str) -> Hook<'s> {
    let mut draft = github_hook();
    draft["name"] = json!(name);
    ann.create_hook(&draft).await
}
